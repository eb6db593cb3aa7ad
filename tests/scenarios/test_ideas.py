"""Listing ideas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

IDEAS = [
    {"Name": "first_idea", "Title": "A first one", "Interestingness": 3, "Feasibility": 9, "Novelty": 2},
    {"Name": "second_idea", "Title": "A second one", "Interestingness": 8, "Feasibility": 4, "Novelty": 7, "novel": True,
     "follows_from": "first_idea", "outcome": {"gate": "withheld", "score": 4.5, "decision": "Reject"}},
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ideas.json"
    path.write_text(json.dumps(IDEAS), encoding="utf-8")
    return path


def test_ideas_are_listed_with_scores_and_outcomes(command, file: Path) -> None:
    rows = [" ".join(line.split()) for line in command("ideas", file).stdout.splitlines()[1:3]]
    assert rows == [
        "first_idea A first one 3 9 2",
        "second_idea A second one 8 4 7 yes withheld by the gate; panel 4.5, Reject; follows from first_idea",
    ]


@pytest.mark.parametrize("order", ["score", "interestingness", "novelty"])
def test_the_highest_come_first_and_are_a_file_of_ideas_again(command, file: Path, order: str) -> None:
    printed = json.loads(command("ideas", file, "--sort", order, "--json").stdout)
    assert printed == IDEAS[::-1]
    assert [idea["Name"] for idea in json.loads(command("ideas", file, "--studied", "--json").stdout)] == [
        "second_idea"
    ]


def test_nothing_to_list_is_told(command, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("[]", encoding="utf-8")
    empty = command("ideas", tmp_path / "none.json")
    assert empty.returncode == 2 and "none.json" in empty.stderr
    broken = command("ideas", _broken(tmp_path))
    assert broken.returncode == 2 and "broken.json" in broken.stderr and "JSON" in broken.stderr


def _broken(folder: Path) -> Path:
    path = folder / "broken.json"
    path.write_text("[{", encoding="utf-8")
    return path
