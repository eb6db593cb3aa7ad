"""A dry run finds errors, counts nowhere, shows no value and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.seeded_study import SEEDED, idea_with_runs
from tools.errors import ToolError
from tools.evidence import Ledger
from tools.experiments import dry_run as module
from tools.experiments.dry_run import dry_run
from tools.experiments.execution import load_ledger
from tools.idea_context import IdeaContext
from tools.toolsets.context import ToolContext
from tools.toolsets.experiments import ExperimentTools

SCALES = """
metrics: {final_loss: {goal: min}}
seed_argument: seed
profiles:
  full: {args: {seed: 0}, time_limit: 90}
  small: {args: {seed: 0}, time_limit: 50}
"""


def write_code(idea: IdeaContext, code: str) -> None:
    (idea.workspace.work / "experiment.py").write_text(code, encoding="utf-8")


def state(idea: IdeaContext) -> tuple[Ledger | list[object], list[str]]:
    work = idea.workspace.work
    files = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
    return list(load_ledger(idea).rows), files


async def test_code_without_an_error_runs_at_the_smallest_scale_and_leaves_no_trace(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, (), SCALES)
    write_code(idea, SEEDED + "\n(out_dir.parent / 'left.txt').write_text('x')\n")
    before = state(idea)
    done = await dry_run(idea)
    assert (done.profile, done.reported) == ("small", {"flat": ["final_loss"], "steep": ["final_loss"]})
    assert state(idea) == before
    said = await ExperimentTools(ToolContext(idea, "coder")).dry_run()
    values = (x for run in load_ledger(idea).completed for ms in run.values.values() for v in ms.values() for x in v)
    assert not [value for value in values if f"{value:.4g}" in said]


@pytest.mark.parametrize("ending", ["raise SystemExit(3)", "(out_dir / 'final_info.json').write_text('{}')"])
async def test_an_error_costs_no_attempt(tmp_path: Path, ending: str) -> None:
    idea = await idea_with_runs(tmp_path, ())
    write_code(idea, f"{SEEDED}\nprint('the cause')\n{ending}\n")
    before = state(idea)
    with pytest.raises(ToolError, match="the cause"):
        await dry_run(idea)
    assert state(idea) == before


async def test_code_that_is_still_running_at_the_limit_shows_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = await idea_with_runs(tmp_path, ())
    monkeypatch.setattr(module, "SECONDS", 1.0)
    write_code(idea, f"import time\ntime.sleep(60)\n{SEEDED}")
    assert (await dry_run(idea)).reported == {}
