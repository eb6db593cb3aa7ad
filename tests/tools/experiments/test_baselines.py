"""BaselineCache that are kept: found again when everything that decides them is the same, and only then."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import Scenario
from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tools.experiments.baselines import BaselineCache, digest_of
from tools.experiments.execution import run_baseline
from tools.experiments.template import load_template
from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext
from tools.sandbox import open_sandbox

LUCK = EXPERIMENT.replace("range(NUM_SEEDS)]", "random.SystemRandom().sample(range(10**6), NUM_SEEDS)]")
"""An experiment that never gives the same values twice."""


async def context(template: Path, place: Path, cache: Path | None) -> IdeaContext:
    loaded = load_template(str(template), template.parent)
    resolved = resolve_scenario(Scenario(name="test", template=str(template), phases=["ideation"]))  # type: ignore[list-item]
    return IdeaContext(
        template=loaded, profile=resolved.profile, profile_name="", workspace=await Workspace.create(place, loaded),
        sandbox=await open_sandbox("none"), literature=resolved.literature, form=resolved.form,
        archive=place.with_suffix(".json"), proposal=place.with_suffix(".idea"),
        baselines=BaselineCache(cache) if cache else None,
    )  # fmt: skip


async def test_the_same_baseline_is_not_measured_twice_and_says_so(tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent", LUCK)
    caches = {"a": tmp_path / "cache", "b": tmp_path / "cache", "c": None}
    first, again, anew = [
        await run_baseline(await context(template, tmp_path / name, cache), 1) for name, cache in caches.items()
    ]
    assert first.status == "completed", first.reason
    assert first.values == again.values != anew.values
    assert "before this run, on the same machine" in again.kept and not first.kept and not anew.kept
    for name in "ab":
        info = json.loads((tmp_path / name / "work" / "run_0" / "final_info.json").read_text())
        assert info["flat"]["final_info_dict"] == {"final_loss": first.values["flat"]["final_loss"]}
        assert (tmp_path / name / "logs" / "run_0_attempt_1.txt").exists()


async def test_other_code_and_other_data_are_measured(tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent", LUCK)
    await run_baseline(await context(template, tmp_path / "a", tmp_path / "cache"), 1)
    (template / "data.bin").write_bytes(random.randbytes(100))
    assert not (await run_baseline(await context(template, tmp_path / "b", tmp_path / "cache"), 1)).kept


async def test_a_failed_baseline_is_not_kept_and_a_broken_one_not_used(tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "broken", "raise SystemExit(3)")
    assert (await run_baseline(await context(template, tmp_path / "a", tmp_path / "cache"), 1)).status == "failed"
    assert not (tmp_path / "cache").exists()
    (template / "experiment.py").write_text(LUCK, encoding="utf-8")
    first = await run_baseline(await context(template, tmp_path / "b", tmp_path / "cache"), 1)
    for path in (tmp_path / "cache").glob("*/record.json"):
        path.write_text("{", encoding="utf-8")
    again = await run_baseline(await context(template, tmp_path / "c", tmp_path / "cache"), 1)
    assert again.status == "completed" and again.values != first.values
    once_more = await run_baseline(await context(template, tmp_path / "d", tmp_path / "cache"), 1)
    assert once_more.values == again.values, "the broken one has made room"


@pytest.mark.parametrize("change", ["command", "environment", "file"])
def test_each_thing_that_decides_counts(tmp_path: Path, change: str) -> None:
    (tmp_path / "experiment.py").write_text("x = 1", encoding="utf-8")
    (tmp_path / "run_1").mkdir()
    before = digest_of(tmp_path, ["python"], {"torch": "2"})
    (tmp_path / "run_1" / "final_info.json").write_text("{}", encoding="utf-8")
    assert digest_of(tmp_path, ["python"], {"torch": "2"}) == before, "results do not count"
    if change == "file":
        (tmp_path / "experiment.py").write_text("x = 2", encoding="utf-8")
    command = ["python", "--seed=1"] if change == "command" else ["python"]
    environment = {"torch": "3"} if change == "environment" else {"torch": "2"}
    assert digest_of(tmp_path, command, environment) != before
