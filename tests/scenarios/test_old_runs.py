"""Runs made before modules, keys and journal records got their present form still open.

`tests/data/` holds two of them, made offline on the template of `tests/fakes/foreign_template.py`: a finished one without its
images and PDFs, and one that was killed during the write-up.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios.conftest import Command, Done

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name in ("old_run_finished", "old_run_interrupted"):
        with tarfile.open(DATA / f"{name}.tar.gz") as archive:
            archive.extractall(tmp_path / "runs", filter="data")
    return tmp_path / "runs"


def test_old_runs_are_listed_with_their_status(runs: Path, command: Callable[..., Done]) -> None:
    (runs / "broken").mkdir()
    (runs / "broken" / "scenario.yaml").write_text("phases: [gate]", encoding="utf-8")
    (runs / "broken" / "summary.json").write_text("{", encoding="utf-8")
    rows = [line.split() for line in command("list", "--out", runs).stdout.splitlines()[1:]]
    found = {row[0]: row[1] for row in rows if row and row[0] in ("finished", "killed", "broken")}
    assert found == {"finished": "finished", "killed": "interrupted", "broken": "damaged:"}


def test_the_transcript_of_an_old_run_holds_its_turns(runs: Path, command: Callable[..., Done]) -> None:
    done = command("transcript", runs / "finished", "--format", "json")
    speakers = {entry["agent"] for entry in json.loads(done.stdout)}
    assert {"phd_student", "coder", "plotter", "writer", "area_chair"} <= speakers


@pytest.mark.slow
def test_an_old_interrupted_run_resumes_to_a_reviewed_paper(runs: Path, colloquium: Command) -> None:
    done = colloquium("resume", runs / "killed")
    assert done.returncode == 0, done.stdout + done.stderr
    [idea] = (runs / "killed" / "ideas").iterdir()
    assert json.loads((idea / "gate.json").read_text(encoding="utf-8"))["verdict"] == "pass"
    assert (idea / "reviews" / "round_2" / "review.json").is_file()
    ledger = json.loads((idea / "results.json").read_text(encoding="utf-8"))
    assert [run["name"] for run in ledger["runs"]] == ["run_0", "run_1", "run_2", "run_3"], (
        "finished phases are not redone"
    )
