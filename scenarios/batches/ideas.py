"""A batch: for every template and models config, ideas; then every idea on its way to a paper, as a run of its own.

The folder of a batch holds its settings, its runs, and what each printed. A batch begun again goes on: a run that has ended
is not touched, one that was cut short is taken up where its journal ends.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from scenarios.batches.task import Task
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import Scenario, save_scenario
from scenarios.warm_start import read_ideas
from tools.atomic import write_json
from tools.errors import UserError

SETTINGS = "batch.json"
SCENARIO = "scenario-of-batch.yaml"

State = Literal["waiting", "running", "finished", "ended early", "paused", "failed", "interrupted", "given up"]


class BatchSpec(BaseModel):
    """What a batch was begun with; kept in its folder."""

    model_config = ConfigDict(extra="forbid")

    templates: list[str]
    models: list[str]
    ideas: int
    profile: str = ""
    """The scale of every template; each one's default when empty."""
    given: str = ""
    """A file of ideas that every template is tried with, in place of ideas of its own."""


@dataclass
class Row:
    """What becomes of one run of a batch, as the table shows it. Template and models are as the batch was given them."""

    task: Task
    template: str
    models: str
    state: State = "waiting"
    tries: int = 0
    note: str = ""
    """The last thing to know: why it failed, was paused, or ended early."""

    @property
    def ended(self) -> bool:
        return self.state in ("finished", "ended early", "failed", "given up")


@dataclass
class Batch:
    """A batch in its folder, opened with `open_batch`."""

    folder: Path
    scenario: Scenario
    spec: BatchSpec
    rows: list[Row] = field(default_factory=list)


def open_batch(folder: Path, scenario: Scenario, spec: BatchSpec) -> Batch:
    """Make the folder of a batch, or go on with one that was begun with the same settings.

    Raises:
        UserError: the scenario does not begin with ideas, or does not fit a template or models config; the folder was begun
            with other settings, or cannot be made.
    """
    names = [phase.phase for phase in scenario.phases]
    if names[0] != "ideation" or not after_ideas(scenario):
        raise UserError(
            f"scenario {scenario.name}: a batch needs one that begins with ideation and goes on with experiments, like "
            f"quickstart; this one has {', '.join(names)}"
        )
    if spec.given:
        read_ideas(Path(spec.given))
    for template in spec.templates:
        for models in spec.models:
            resolve_scenario(of_cell(scenario, spec, template, models))
    kept = {"scenario": scenario.model_dump(mode="json", exclude={"budget"}), **spec.model_dump()}
    path = folder / SETTINGS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists() and any(folder.iterdir()):
            raise UserError(f"{folder} is there already and holds no batch; choose another folder with --out")
        if path.exists():
            _check_same(folder, kept, path)
        write_json(path, kept)
        save_scenario(scenario, folder / SCENARIO)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}; choose another folder with --out") from None
    return Batch(folder, scenario, spec)


def after_ideas(scenario: Scenario) -> int:
    """Where the phases begin that an idea goes through; 0 when there are none."""
    gives_idea = ("ideation", "novelty")
    return next((i for i, phase in enumerate(scenario.phases) if phase.phase not in gives_idea), 0)


def of_cell(scenario: Scenario, spec: BatchSpec, template: str, models: str) -> Scenario:
    """The scenario on one template, played by one models config."""
    profile = spec.profile or (scenario.profile if template == scenario.template else "")
    return scenario.model_copy(update={"template": template, "profile": profile, "models": models})


def cell_name(template: str, models: str) -> str:
    return re.sub(r"[^\w.-]+", "_", f"{Path(template).name}-{Path(models).stem}")


def _check_same(folder: Path, kept: dict[str, object], path: Path) -> None:
    before = json.loads(path.read_text(encoding="utf-8"))
    if changed := [key for key in kept if before.get(key) != kept[key]]:
        raise UserError(
            f"{folder}: this batch was begun with another {', '.join(changed)}; begin another one with --out"
        )
