"""What went wrong with a model is read in the transcript: what ended a turn always, what passed when asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.journal import Journal
from agents.models import UsageDetail

RETRIED = [
    "m: rate limited (429: slow down); waited 1.0 s",
    "m: timed out, the server was silent for 3 s; waited 2.0 s",
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with a call that was made three times, and a turn that was refused."""
    journal = Journal(tmp_path / "journal.jsonl")
    usage = UsageDetail(7, 3, faults=RETRIED)
    answer = {"content": "Well.", "usage": vars(usage)}
    journal.put("idea_1/writeup/writer/1/model:1", "model", {"model": "m", "result": answer})
    journal.put("idea_1/writeup/writer/1/model:2/fault:1", "fault", {"model": "m", "text": "m: refused to answer"})
    journal.put("idea_1/writeup/writer/1", "turn", {"speaker": "writer", "text": "(no answer: m: refused to answer)"})
    journal.close()
    (tmp_path / "scenario.yaml").touch()
    return tmp_path


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_in_words(command, run: Path, format: str) -> None:
    short = command("transcript", run, "--format", format).stdout
    whole = command("transcript", run, "--format", format, "--tools").stdout
    assert "m: refused to answer" in short and "rate limited" not in short
    assert "m answered at attempt 3" in whole and all(line in whole for line in RETRIED)


def test_as_data(command, run: Path) -> None:
    entries = json.loads(command("transcript", run, "--format", "json", "--tools").stdout)
    assert [(entry["kind"], entry["agent"]) for entry in entries] == [
        (kind, "writer") for kind in ("retry", "fault", "turn")
    ]
