"""People in a run: they approve deliverables, play roles, and talk to a role."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from agents.journal import read_journal
from tests.scenarios.conftest import ROOT, command_line


def typed(text: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A command with somebody at the keyboard; the input ends after the text."""
    return subprocess.run(
        command_line(*arguments), cwd=ROOT, input=text, capture_output=True, text=True, timeout=300, check=False
    )


def turns(run: Path) -> list[tuple[str, str, list[str]]]:
    records = [record for record in read_journal(run / "journal.jsonl") if record.type == "turn"]
    return [(record.key.split("/")[1], record.data["speaker"], record.data["accepted"]) for record in records]


IDEATION = ("launch", "ideation", "--ideas", "1", "--set", "approve=[idea]")


@pytest.mark.slow
def test_an_idea_goes_on_only_when_the_person_has_approved_it(tmp_path: Path) -> None:
    done = typed("/return say what would refute it\n\n/accept fine\n\n", *IDEATION, "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    run = next(tmp_path.iterdir())
    asked = [(speaker, accepted) for phase, speaker, accepted in turns(run) if phase == "ideation"]
    assert asked[-1] == ("person", ["idea"]) and ("person", []) in asked
    assert asked[asked.index(("person", [])) + 1][0] == "phd_student"


@pytest.mark.slow
def test_what_the_person_never_approves_goes_no_further(tmp_path: Path) -> None:
    done = typed("/return no\n\n" * 9, *IDEATION, "--set", "phases.ideation.turns=3", "--out", tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    run = next(tmp_path.iterdir())
    (idea,) = json.loads((run / "summary.json").read_text(encoding="utf-8"))["ideas"]
    assert "ideation ended without its idea" in idea["ended_early"]


@pytest.mark.slow
def test_without_an_answer_the_run_pauses_and_asks_again_on_resume(tmp_path: Path) -> None:
    done = typed("", *IDEATION, "--out", tmp_path)
    assert done.returncode == 3 and "input was closed" in done.stdout
    run = next(tmp_path.iterdir())
    before = turns(run)
    done = typed("/accept fine\n\n", "resume", run, "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert turns(run)[: len(before)] == before
    assert json.loads((run / "summary.json").read_text(encoding="utf-8"))["status"] == "finished"


@pytest.mark.slow
def test_a_role_played_at_the_terminal(tmp_path: Path) -> None:
    done = typed(
        "/accept well argued\n\n", "launch", "ideation", "--ideas", "1", "--set", "human=[advisor]", "--out", tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("ideation", "advisor", ["idea"]) in turns(next(tmp_path.iterdir()))


def test_names_that_are_in_no_phase_are_found_out_before_anything_is_made(command, tmp_path: Path) -> None:
    done = command("launch", "ideation", "--set", "approve=[ides]", "--out", tmp_path / "runs")
    assert done.returncode == 2 and "did you mean 'idea'" in done.stderr and not (tmp_path / "runs").exists()
    done = command("launch", "ideation", "--set", "human=[coder]", "--out", tmp_path / "runs")
    assert done.returncode == 2 and "'coder' occurs in no phase" in done.stderr


@pytest.mark.slow
def test_a_talk_with_a_role_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    done = typed("Run 1: in `experiment.py` set `seed` from `1` to `2`\n\n", "chat", "coder", "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    run = next(tmp_path.iterdir())
    assert [speaker for _, speaker, _ in turns(run)] == ["person", "coder"]
    done = typed("And now?\n\n", "resume", run, "--out", tmp_path)
    assert [speaker for _, speaker, _ in turns(run)] == ["person", "coder", "person", "coder"]


@pytest.mark.slow
def test_ctrl_c_at_a_prompt_ends_the_run_at_once_and_it_can_be_resumed(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    command = command_line(*IDEATION, "--out", tmp_path)
    process = subprocess.Popen(command, cwd=ROOT, stdin=follower, stdout=follower, stderr=subprocess.STDOUT)
    os.close(follower)
    shown = b""
    while b"end your text with an empty line" not in shown:
        shown += os.read(leader, 65536)
    process.send_signal(signal.SIGINT)
    threading.Thread(target=read_all, args=(leader,), daemon=True).start()
    assert process.wait(timeout=30) == 130
    run = next(tmp_path.iterdir())
    assert json.loads((run / "summary.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    done = typed("/accept fine\n\n", "resume", run)
    assert done.returncode == 0, done.stdout + done.stderr


def read_all(leader: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(leader, 65536):
            pass
