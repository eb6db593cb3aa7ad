"""Batches of ideas: for every template and models config one run proposes ideas; each novel idea gets its own run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from scenarios.batches.engine import Batch, open_folder
from scenarios.batches.job import BatchJob, JobKind
from scenarios.launch import with_absolute_paths
from scenarios.phases import PHASES
from scenarios.phases.phase_type import Need
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import Scenario, save_scenario
from scenarios.warm_start import read_ideas
from tools.atomic import write_json
from tools.errors import UserError
from tools.ideas import StoredIdea, idea_to_json, read_archive
from tools.run_dir import BATCH_FILE, RunDir, read_summary

SCENARIO = "scenario-of-batch.yaml"
_IDEATION_RUN = "ideas"
"""Suffix of the runs that propose ideas."""


class BatchSpec(BaseModel):
    """The settings of a batch of ideas beside its scenario."""

    model_config = ConfigDict(extra="forbid")

    templates: list[str]
    models: list[str]
    ideas: int
    """Ideas to propose for each template and models config."""
    profile: str = ""
    """Profile of every template; empty for each template's default."""
    given: str = ""
    """A file of ideas to try on every template, instead of proposing ideas."""


class IdeaBatch(Batch):
    """A batch of ideas in its folder, opened with `open_batch`."""

    def __init__(self, folder: Path, scenario: Scenario, spec: BatchSpec) -> None:
        super().__init__(folder.resolve())
        self._scenario, self._spec = scenario, spec
        self._cells = _cell_names(spec)

    def first_jobs(self) -> Iterator[BatchJob]:
        for template, models in self._cells:
            if self._spec.given:
                yield from self._idea_jobs(
                    template, models, [idea_to_json(i) for i in read_ideas(Path(self._spec.given))]
                )
            else:
                scenario = _scenario_of_cell(self._scenario, self._spec, template, models)
                phases = scenario.phases[: _first_after_ideation(scenario)]
                scenario = scenario.model_copy(update={"phases": phases, "ideas": self._spec.ideas})
                job = self._job(JobKind.IDEATION, _IDEATION_RUN, template, models, scenario)
                job.follow_ups = self._spec.ideas
                yield job

    def next_jobs(self, job: BatchJob) -> Iterator[BatchJob]:
        if job.kind is JobKind.IDEATION:
            run = RunDir(job.run)
            own = {idea.name for idea in run.ideas() if idea.idea_file.exists()}
            proposed = [entry for entry in read_archive(run.archive_file) if entry["Name"] in own]
            yield from self._idea_jobs(job.template, job.models, proposed)

    def outcome(self, job: BatchJob) -> str:
        """Return why the run's first unfinished idea ended before its last phase; empty if none did."""
        summary = read_summary(job.run)
        return summary.ended_early if summary else ""

    def _idea_jobs(self, template: str, models: str, ideas: Sequence[StoredIdea]) -> Iterator[BatchJob]:
        """Yield a job for each idea, without those that the novelty check rejected."""
        scenario = _scenario_of_cell(self._scenario, self._spec, template, models)
        for idea in ideas:
            if scenario.require_novelty and not idea.get("novel", True):
                continue
            path = self.folder / "ideas" / f"{self._cells[template, models]}-{idea['Name']}.json"
            write_json(path, {key: value for key, value in idea.items() if key != "outcome"})
            update = {
                "phases": scenario.phases[_first_after_ideation(scenario) :],
                "warm_start": scenario.warm_start.model_copy(update={"ideas": str(path)}),
                "ideas": 1,
            }
            yield self._job(JobKind.IDEA, idea["Name"], template, models, scenario.model_copy(update=update))

    def _job(self, kind: JobKind, suffix: str, template: str, models: str, scenario: Scenario) -> BatchJob:
        name = f"{self._cells[template, models]}-{suffix}"
        if any(job.name == name for job in self.jobs):  # an idea with the name of the ideation run
            name += "-2"
        resolved = resolve_scenario(scenario)
        scenario = with_absolute_paths(scenario)
        if resolved.template:
            scenario = scenario.model_copy(update={"template": str(resolved.template.folder)})
        run = self.folder / name
        return BatchJob(name, kind, run, scenario, gpus=resolved.profile.gpus, template=template, models=models)


def open_batch(folder: Path, scenario: Scenario, spec: BatchSpec) -> IdeaBatch:
    """Make the folder of a batch, or open one that was begun with the same settings.

    Raises:
        UserError: the scenario does not begin with ideation, or does not fit a template or models config; the folder holds
            something else, was begun with other settings, or cannot be made.
    """
    names = [phase.phase for phase in scenario.phases]
    first = PHASES.get(names[0])
    if first is None or not first.proposes_idea or not _first_after_ideation(scenario):
        raise UserError(
            f"scenario {scenario.name}: a batch needs a scenario that begins with ideation and continues with experiments, "
            f"like quickstart; the phases of this one are {', '.join(names)}"
        )
    if spec.given:
        read_ideas(Path(spec.given))
    batch = IdeaBatch(folder, scenario, spec)
    for template in spec.templates:
        for models in spec.models:
            resolve_scenario(_scenario_of_cell(scenario, spec, template, models))
    settings = {"scenario": scenario.model_dump(mode="json", exclude={"budget"}), **spec.model_dump()}
    if open_folder(folder, BATCH_FILE, settings, lambda path: json.loads(path.read_text(encoding="utf-8"))):
        save_scenario(scenario, folder / SCENARIO)
        write_json(folder / BATCH_FILE, settings)
    return batch


def _first_after_ideation(scenario: Scenario) -> int:
    """Return the index of the first phase that works on more than the idea itself; 0 if there is none."""
    return next((i for i, phase in enumerate(scenario.phases) if not _is_about_the_idea(phase.phase)), 0)


def _is_about_the_idea(phase: str) -> bool:
    """True for a phase that proposes or judges an idea: it runs no code and reads no results or paper."""
    phase_type = PHASES.get(phase)
    if phase_type is None:
        return False
    return phase_type.proposes_idea or (phase_type.holds_chat and phase_type.needs == {Need.IDEA})


def _scenario_of_cell(scenario: Scenario, spec: BatchSpec, template: str, models: str) -> Scenario:
    """Return the scenario for one template and models config."""
    profile = spec.profile or (scenario.profile if template == scenario.template else "")
    return scenario.model_copy(update={"template": template, "profile": profile, "models": models})


def _cell_names(spec: BatchSpec) -> dict[tuple[str, str], str]:
    """Return the first part of the run names of each template and models config.

    Raises:
        UserError: two pairs have the same name.
    """
    names: dict[tuple[str, str], str] = {}
    for template in spec.templates:
        for models in spec.models:
            name = re.sub(r"[^\w.-]+", "_", f"{Path(template).name}-{Path(models).stem}")
            if name in names.values() and (template, models) not in names:
                raise UserError(f"--templates, --models: two pairs give runs the name {name}; rename a folder or file")
            names[template, models] = name
    return names
