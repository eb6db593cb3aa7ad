"""A run that a language model played goes the same way again when its answers are replayed.

A change of prompts, tools or checks that such a model cannot live with fails here.

- `docs/example`: a careful model, whose study found no significant difference.
- `tests/data/replay_weak_model.tar.xz`: a weak model, with its template and scenario. It names arguments and tools wrongly,
  answers in prose or not at all, repeats calls that were refused, types numbers by hand and claims what no run shows.
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


def again(folder: Path) -> tuple[object, ...]:
    return "--sandbox", "bubblewrap", "--out", folder / "runs", "--name", "again"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_played_run_ends_with_a_released_paper(colloquium: Command, tmp_path: Path) -> None:
    done = colloquium("launch", "docs/example/heavy_tails.yaml", *again(tmp_path), seconds=1100)
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
    with tarfile.open(DATA / "replay_weak_model.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / "replay_weak_model"
    models = folder / "models.yaml"
    models.write_text(MODELS.format(journal=folder / "journal.jsonl"), encoding="utf-8")
    template = ("--template", folder / "templates" / "boosted_stumps", "--models", models)
    done = colloquium("launch", folder / "weak_model.yaml", *template, *again(tmp_path), seconds=1100)
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
