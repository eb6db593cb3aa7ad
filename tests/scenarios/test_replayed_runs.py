"""A run that a language model played goes the same way again when its answers are replayed.

`tests/data/replay_boosted_stumps.tar.xz` holds the answers of every role, the template (numpy, three data sets) and the
scenario. The study found no significant difference. A change of prompts, tools or checks that such a model cannot live with
fails here.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from tests.scenarios.conftest import Command, idea_of

DATA = Path(__file__).parents[1] / "data" / "replay_boosted_stumps.tar.xz"
MODELS = """
default: recorded
models:
  recorded: {{provider: replay, options: {{journal: {journal}}}}}
"""


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    with tarfile.open(DATA) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / "replay_boosted_stumps"
    models = MODELS.format(journal=folder / "journal.jsonl")
    (folder / "models.yaml").write_text(models, encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_played_run_ends_with_a_released_paper(recorded: Path, colloquium: Command, tmp_path: Path) -> None:
    scenario, models = recorded / "heavy_tails.yaml", recorded / "models.yaml"
    template = recorded / "templates" / "boosted_stumps"
    where = (
        "--template",
        template,
        "--models",
        models,
        "--sandbox",
        "bubblewrap",
        "--out",
        tmp_path / "runs",
        "--name",
        "again",
    )
    done = colloquium("launch", scenario, *where, seconds=1100)
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
