"""summary.json: written and read back, files of earlier versions included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.errors import UserError
from tools.run_dir import IdeaDir, IdeaSummary, RunStatus, RunSummary, read_summary, spent_in, write_summary


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("finished", RunStatus.FINISHED, ""),
        ("paused: budget of the run: $1.00 is used", RunStatus.PAUSED, "budget of the run: $1.00 is used"),
        ("paused: interrupted", RunStatus.INTERRUPTED, ""),
        ("paused: the request was interrupted", RunStatus.PAUSED, "the request was interrupted"),
    ],
)
def test_the_status_of_earlier_versions_is_split(tmp_path: Path, text: str, status: RunStatus, reason: str) -> None:
    (tmp_path / "summary.json").write_text(json.dumps({"status": text, "ideas": []}), encoding="utf-8")
    summary = read_summary(tmp_path)
    assert summary and (summary.status, summary.reason) == (status, reason)


def test_a_summary_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_summary(tmp_path / "a") is None and spent_in(tmp_path / "none") == 0
    idea = IdeaSummary(slot="idea_1", scores=[{"Soundness": 2, "Overall": 4}, {"Soundness": 3, "Overall": 6}])
    summary = RunSummary(status=RunStatus.PAUSED, reason="budget: used", dollars=1.5, ideas=[idea])
    write_summary(tmp_path / "a", summary)
    write_summary(tmp_path / "b", summary)
    assert read_summary(tmp_path / "a") == summary
    assert summary.ideas[0].overall == 6 and spent_in(tmp_path) == 3.0


def test_a_damaged_summary_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"status": "done"}', encoding="utf-8")
    with pytest.raises(UserError, match=r"summary\.json"):
        read_summary(tmp_path)


def test_review_rounds_are_in_order(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        IdeaDir(tmp_path).review_round(number).root.mkdir(parents=True)
    assert [each.number for each in IdeaDir(tmp_path).review_rounds()] == [1, 2, 10]
