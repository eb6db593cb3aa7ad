"""The confirmation is part of a run: it survives a kill, prompts and paper name it, and a scenario can switch it off."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from agents.journal import read_journal
from tests.fakes.seeded_study import SEEDED, TEMPLATE
from tests.scenarios.conftest import ROOT, Command, command_line, idea_of
from tools.evidence import Ledger, RunRecord

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PHASES = "phases=[{phase: ideation, accepted_by: advisor},experiments]"


def write_template(place: Path, *, seconds: float = 0) -> Path:
    place.mkdir()
    (place / "experiment.py").write_text(f"import time\ntime.sleep({seconds})\n{SEEDED}", encoding="utf-8")
    (place / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return place


def launch(template: Path, runs: Path, *more: object) -> list[str]:
    few = ["--set", "run_quota.runs=1", "--sandbox", "bubblewrap", "--out", runs]
    return command_line("launch", "quickstart", "--template", template, *few, *more)


def confirmations(run: Path) -> list[RunRecord]:
    return Ledger.load(idea_of(run) / "results.json", {}).confirmations


def keys(runs: Path) -> Iterable[str]:
    path = next(runs.glob("*/journal.jsonl"), None)
    return [record.key for record in read_journal(path)] if path else []


def test_a_kill_between_the_two_measurements_repeats_only_the_second(tmp_path: Path) -> None:
    template, runs = write_template(tmp_path / "descent", seconds=2), tmp_path / "runs"
    process = subprocess.Popen(launch(template, runs, "--set", PHASES), cwd=ROOT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 240
    while not any(key.endswith("confirm run_0") for key in keys(runs)):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(1)
    process.kill()
    process.wait()
    run = next(runs.iterdir())
    (first,) = confirmations(run)
    subprocess.run(command_line("resume", run), cwd=ROOT, check=True, capture_output=True, timeout=240)
    assert confirmations(run)[0] == first
    assert [row.name for row in confirmations(run)] == ["confirm_0", "confirm_1"]
    assert "step_size = 0.1" not in (idea_of(run) / "work" / "experiment.py").read_text(encoding="utf-8")


def test_prompts_and_the_last_section_name_the_confirmation_or_why_there_is_none(
    tmp_path: Path, colloquium: Command
) -> None:
    template = write_template(tmp_path / "descent")
    phases = PHASES.replace("experiments]", "experiments,figures,writeup,gate]")
    for name, confirmed in {"on": True, "off": False}.items():
        done = subprocess.run(
            launch(template, tmp_path / name, "--set", phases, "--set", f"confirm={str(confirmed).lower()}"),
            cwd=ROOT, check=False, capture_output=True, text=True, timeout=400,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        run = next((tmp_path / name).iterdir())
        assert bool(confirmations(run)) == confirmed
        tasks = {record.key: record.data for record in read_journal(run / "journal.jsonl")}
        task = tasks["idea_1/writeup/task"]
        assert ("confirm_1/flat/final_loss" in task["task"]) == confirmed
        assert (task["variables"]["confirmation"]["missing"] is None) == confirmed
        paper = idea_of(run) / "paper"
        assert ("fresh seeds: the scenario switches" in (paper / "paper.tex").read_text(encoding="utf-8")) != confirmed
        for section in ("abstract", "conclusion"):
            text = (paper / "sections" / f"{section}.tex").read_text(encoding="utf-8")
            assert ("{confirm_1/" in text) == confirmed and ("{run_1/" in text) <= (not confirmed)
        assert json.loads((idea_of(run) / "gate.json").read_text())["verdict"] == "pass"
