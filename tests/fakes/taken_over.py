"""A run that other models take over at the beginning of one of its phases."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from agents.models import EndpointLimits
from agents.observer import Observer
from scenarios.resolved_scenario import resolve_scenario
from scenarios.runner import Runner
from scenarios.scenario import load_scenario, save_scenario
from tools.run_dir import RunEnd
from tools.sandbox import Sandbox


async def take_over(
    run: Path, phase: str, folder: Path, sandbox: Sandbox, observer: Observer, changes: Mapping[str, object]
) -> RunEnd:
    """Play a copy of a finished run on from a phase, with changes to its scenario. Return how it stopped."""
    shutil.copytree(run, folder, symlinks=True)
    journal = folder / "journal.jsonl"
    records = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(i for i, line in enumerate(records) if json.loads(line)["key"].startswith(f"idea_1/{phase}/"))
    journal.write_text("".join(records[:first]), encoding="utf-8")
    if phase in ("ideation", "novelty"):
        shutil.rmtree(folder / "ideas")  # it is made when the idea is there
    scenario = load_scenario(run / "scenario.yaml", changes)
    save_scenario(scenario, folder / "scenario.yaml")
    resolved = resolve_scenario(scenario, next((folder / "template").glob("*/experiment.py")).parent)
    return await Runner(folder, resolved, sandbox, observer, EndpointLimits()).play()
