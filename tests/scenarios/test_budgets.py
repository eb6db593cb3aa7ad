"""Budgets of a whole run against a server: it pauses before it spends more, and goes on with more."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scenarios.views.cost import cost_rows, total
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.recorded_researcher import RecordedResearcher, Recording
from tests.scenarios.conftest import command_line

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    runs = tmp_path_factory.mktemp("recording")
    done = subprocess.run(
        command_line("launch", "ideation", "--ideas", 2, "--out", runs), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Recording(next(runs.iterdir()))


@pytest.fixture
def models(recording: Recording, tmp_path: Path) -> Iterator[Path]:
    with OpenAIServer(RecordedResearcher(recording)) as server:
        model = {
            "provider": "openai_compatible", "model": "mind", "base_url": server.base_url, "max_output_tokens": 1000,
            "price": {"input": 1.0, "output": 10.0},
        }  # fmt: skip
        path = tmp_path / "models.yaml"
        path.write_text(yaml.safe_dump({"default": "mind", "models": {"mind": model}}), encoding="utf-8")
        yield path


def outcome(run: Path) -> dict[str, object]:
    return dict(json.loads((run / "summary.json").read_text(encoding="utf-8")))


def test_a_run_pauses_at_its_budget_and_goes_on_with_more(command, models: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    done = command("launch", "ideation", "--ideas", 1, "--models", models, "--budget", 0.02, "--out", runs)
    assert done.returncode == 3 and "budget of the run" in done.stdout, done.stdout + done.stderr
    run = next(runs.iterdir())
    spent = total(cost_rows(run)).dollars
    assert 0 < spent <= 0.02
    assert command("resume", run, "--out", runs).returncode == 3, "without more it pauses again"
    done = command("resume", run, "--budget", 5, "--out", runs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcome(run)["status"] == "finished" and outcome(run)["dollars"] > spent
    assert command("resume", run, "--set", "seed=3", "--out", runs).returncode == 2


def test_an_idea_that_spent_its_own_budget_ends_and_the_run_goes_on(command, models: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    done = command(
        "launch", "ideation", "--ideas", 2, "--models", models, "--set", "budget.idea.dollars=0.02", "--out", runs
    )
    run = next(runs.iterdir())
    ended = [idea["ended_early"] for idea in outcome(run)["ideas"]]  # type: ignore[index,union-attr]
    assert len(ended) == 2 and all("budget of the idea" in reason for reason in ended)
    assert outcome(run)["status"] == "finished" and "budget of the idea" in done.stdout
    done = command("resume", run, "--set", "budget.idea.dollars=5", "--out", runs)
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = (idea["ended_early"] for idea in outcome(run)["ideas"])  # type: ignore[index,union-attr]
    assert first == "" and "turn limit" in second  # the recorded idea is the first one's already


def test_a_phase_that_spent_its_own_budget_ends_without_its_deliverable(command, models: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    command(
        "launch", "ideation", "--ideas", 1, "--models", models, "--set", "phases.ideation.dollars=0.013", "--out", runs
    )
    (idea,) = outcome(next(runs.iterdir()))["ideas"]  # type: ignore[misc]
    assert "ideation ended without its idea (budget of the phase" in idea["ended_early"]
