"""The open-ended run: later ideas differ from the earlier ones and follow from their results, and it stops anywhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tests.scenarios.conftest import ROOT, command_line

pytestmark = pytest.mark.slow
GOAL = "metrics: {final_loss: {goal: min, label: final loss, description: the loss at the end}}\n"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Ideas and experiments alone, on a template with three settings and a goal."""
    noisy = EXPERIMENT.replace("0.01 * generator", "noise_level * generator")
    noisy = noisy.replace("NUM_SEEDS = 4", "noise_level = 0.01\nNUM_SEEDS = 4")
    template = write_foreign_template(tmp_path / "descent", noisy, template__yaml=GOAL)
    settings = {"template": str(template), "sandbox": "bubblewrap", "ideas": 4, "run_quota": {"runs": 2},
                "phases": [{"phase": "ideation", "accepted_by": "advisor", "turns": 8}, "experiments"]}  # fmt: skip
    path = tmp_path / "endless.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


def ideas_of(run: Path) -> list[dict[str, Any]]:
    return list(json.loads((run / "ideas.json").read_text(encoding="utf-8")))


def test_four_generations_killed_on_the_way_follow_from_each_other(scenario: Path) -> None:
    runs = scenario.parent / "runs"
    done = subprocess.run(command_line("launch", scenario, "--out", runs, "--name", "whole"), cwd=ROOT, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    first, second, third, fourth = ideas_of(runs / "whole")
    assert len({idea["Name"] for idea in (first, second, third, fourth)}) == 4
    best = next(run for run in first["outcome"]["runs"] if "(better," in run)
    assert second["follows_from"] == first["Name"] and best.split(" ")[0] in second["Experiment"]
    assert third["follows_from"] == second["Name"] and f"After `{second['Name']}`" in third["Experiment"]
    assert all(len(idea["outcome"]["runs"]) == 2 for idea in (first, second, third, fourth))

    killed = subprocess.Popen(command_line("launch", scenario, "--out", runs, "--name", "cut"), cwd=ROOT,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    wait_for(lambda: len(list((runs / "cut").glob("ideas/*"))) == 2)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    done = subprocess.run(command_line("resume", runs / "cut"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ideas_of(runs / "cut") == ideas_of(runs / "whole")


def test_an_idea_that_fails_stays_with_its_reason_and_a_group_without_ideas_ends(
    command, scenario: Path, tmp_path: Path
) -> None:
    experiment = Path(yaml.safe_load(scenario.read_text())["template"]) / "experiment.py"
    source = experiment.read_text(encoding="utf-8").replace("momentum = 0.5", "").replace("momentum", "0.5")
    experiment.write_text(source.replace("info = {}", "info = {}\nassert step_size == 0.1"), encoding="utf-8")
    done = command("launch", scenario, "--set", "ideas=9", "--set", "run_quota.attempts=1", "--out", tmp_path / "runs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 ideations in a row gave no idea" in done.stdout
    archive = ideas_of(next((tmp_path / "runs").iterdir()))
    failed = next(idea for idea in archive if idea["Name"] == "step_size_sensitivity")
    assert "experiments ended without its study" in failed["outcome"]["ended_early"]
    assert failed["outcome"]["runs"] and all("failed: " in run for run in failed["outcome"]["runs"])
    later = archive[archive.index(failed) + 1]
    assert "came to no result, another setting is varied" in later["Experiment"]


def wait_for(condition: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
