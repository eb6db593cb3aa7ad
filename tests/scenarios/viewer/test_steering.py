"""Steering a run from its page: answers, return with reasons, stop, budget and resume, by a real run in another process."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from agents.journal import read_journal
from agents.mailbox import Mailbox, Question
from scenarios.scenario import load_scenario
from tests.scenarios.conftest import ROOT, command_line
from tests.scenarios.viewer.conftest import HOST, Site
from tools.run_dir import RunDir, RunStatus, read_summary

T = TypeVar("T")


def eventually(look: Callable[[], T | None], seconds: float = 120) -> T:
    """Return what `look` returns once it is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")


def submit(site: Site, run: str, **fields: str) -> int:
    answer = site.client.post(f"/run/{run}/steer", data=fields, headers={"Origin": f"http://{HOST}"})
    return int(answer.status_code)


def test_pages_change_nothing_without_the_flag(site: Site) -> None:
    assert submit(site, "killed", do="stop") in (404, 405)
    assert not any(found.get("method") == "post" for _, found in site.page("/run/killed").tags)


def test_a_form_that_does_not_fit_the_moment_changes_nothing(old_runs: Path) -> None:
    site = Site(old_runs, steer=True)
    site.log_in()
    for fields in (
        {"do": "stop"},
        {"do": "answer", "text": "x"},
        {"do": "budget", "dollars": "1"},
        {},
        {"do": "resume", "dollars": "nan"},
    ):
        assert submit(site, "killed", **fields) == 500, fields
    assert not (old_runs / "killed" / "steering" / "request.json").exists()
    assert site.client.post("/run/killed/steer", data={"do": "stop"}).status_code == 403, "a form needs an origin"


@pytest.mark.slow
def test_a_person_returns_stops_resumes_and_approves_from_the_page(tmp_path: Path) -> None:
    words = command_line("launch", "ideation", "--ideas", "1", "--set", "approve=[idea]", "--name", "steered")
    launched = subprocess.Popen([*words, "--out", str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE)
    run, mailbox = tmp_path / "steered", Mailbox(RunDir(tmp_path / "steered").steering)

    def asked(after: str = "") -> Question:
        return eventually(lambda: (q := mailbox.question()) and (q if q.id != after else None))

    try:
        first = asked()
        site = Site(tmp_path, steer=True)
        site.log_in()
        page = site.page("/run/steered")
        assert "person is asked" in page.text
        assert {"tool", "answer", "stop", "budget"} <= {f["value"] for t, f in page.tags if f.get("name") == "do"}
        call: dict[str, Any] = {"do": "tool", "question": first.id, "tool": "return_deliverable"}
        assert submit(site, "steered", **call, **{"argument:missing": "say what would refute it"}) == 303
        second = asked(first.id)
        assert not second.may_end, "a return ends the turn, so this is the question of the next one"
        assert submit(site, "steered", do="budget", dollars="3.5") == 303
        scenario = RunDir(run).scenario_file
        eventually(lambda: load_scenario(scenario).budget.dollars == 3.5)
        assert submit(site, "steered", do="stop") == 303
        launched.wait(timeout=60)
        assert (summary := read_summary(run)) and summary.status is RunStatus.INTERRUPTED

        assert submit(site, "steered", do="resume", dollars="4") == 303
        third = asked(second.id)
        assert submit(site, "steered", do="tool", question=second.id, tool="accept_deliverable") == 500, "it is over"
        call = {"do": "tool", "question": third.id, "tool": "accept_deliverable", "argument:reasons": "fine"}
        assert submit(site, "steered", **call) == 303
        eventually(lambda: (now := read_summary(run)) and now.status is RunStatus.FINISHED)
    finally:
        launched.kill()
        launched.wait()
    turns = [record.data for record in read_journal(run / "journal.jsonl") if record.type == "turn"]
    assert [turn["accepted"] for turn in turns if turn["speaker"] == "person"][-1] == ["idea"]
    assert any("say what would refute it" in str(turn["context"]) for turn in turns if turn["speaker"] == "person")
