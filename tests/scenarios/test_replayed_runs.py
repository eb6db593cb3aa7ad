"""A run that a language model played goes the same way again when its answers are replayed.

Each archive in `tests/data/` holds the answers of every role, the template (numpy, three data sets) and the scenario. A
change of prompts, tools or checks that such a model cannot live with fails here.

- `replay_boosted_stumps.tar.xz`: a careful model, whose study found no significant difference.
- `replay_weak_model.tar.xz`: a weak model. It names arguments and tools wrongly, answers in prose or not at all, repeats
  calls that were refused, types numbers by hand and claims what no run shows.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from tests.scenarios.conftest import Command, idea_of

DATA = Path(__file__).parents[1] / "data"
MODELS = """
default: recorded
models:
  recorded: {{provider: replay, options: {{journal: {journal}}}}}
"""


def recorded(name: str, into: Path) -> Path:
    """Unpack a recorded run and return its folder."""
    with tarfile.open(DATA / f"{name}.tar.xz") as archive:
        archive.extractall(into, filter="data")
    folder = into / name
    (folder / "models.yaml").write_text(MODELS.format(journal=folder / "journal.jsonl"), encoding="utf-8")
    return folder


def options(folder: Path, runs: Path) -> tuple[object, ...]:
    template, models = folder / "templates" / "boosted_stumps", folder / "models.yaml"
    return (
        *("--template", template, "--models", models, "--sandbox", "bubblewrap"),
        *("--out", runs, "--name", "again"),
    )


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_played_run_ends_with_a_released_paper(colloquium: Command, tmp_path: Path) -> None:
    folder = recorded("replay_boosted_stumps", tmp_path)
    done = colloquium("launch", folder / "heavy_tails.yaml", *options(folder, tmp_path / "runs"), seconds=1100)
    assert done.returncode == 0, done.stdout + done.stderr
    idea = idea_of(tmp_path / "runs" / "again")
    gate = json.loads((idea / "gate.json").read_text(encoding="utf-8"))
    assert gate["verdict"] == "pass", [
        f["reason"] for c in gate["checks"] for f in c["findings"] if f["kind"] == "error"
    ]
    runs = json.loads((idea / "results.json").read_text(encoding="utf-8"))["runs"]
    assert [run["name"] for run in runs if run["status"] == "completed"][:4] == ["run_0", "run_1", "run_2", "run_3"]
    for panel in ("round_1", "round_2"):
        assert len(list((idea / "reviews" / panel).glob("reviewer_*.json"))) == 3, panel
        assert (idea / "reviews" / panel / "review.json").is_file()
    assert len(list((idea / "paper" / "figures").glob("*.png"))) >= 2


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_run_of_a_weak_model_ends_with_a_verdict(colloquium: Command, tmp_path: Path) -> None:
    folder = recorded("replay_weak_model", tmp_path)
    done = colloquium("launch", folder / "weak_model.yaml", *options(folder, tmp_path / "runs"), seconds=1100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback (most recent call last)" not in done.stderr
    run = tmp_path / "runs" / "again"
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    assert (summary["status"], summary["ideas"][0]["gate"]) == ("finished", "withheld")
    assert summary["ideas"][0]["decisions"] == ["Reject", "Reject"]
    assert len(list((idea_of(run) / "reviews" / "round_2").glob("reviewer_*.json"))) == 3
    attempts = json.loads((idea_of(run) / "results.json").read_text(encoding="utf-8"))["runs"]
    assert {run["name"]: run["status"] for run in attempts if run["name"] in ("run_1", "run_2")} == {
        "run_1": "failed",
        "run_2": "completed",
    }
