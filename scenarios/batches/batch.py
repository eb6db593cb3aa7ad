"""A batch: for every template and models config, ideas; then every idea on its way to a paper, as a run of its own.

The folder of a batch holds its settings, its runs, and what each printed. A batch begun again goes on: a run that has ended
is not touched, one that was cut short is taken up where its journal ends.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from scenarios.batches.task import FINISHED, Executor, Task
from scenarios.launch import at_home
from scenarios.plan import make_plan
from scenarios.purse import Purse
from scenarios.scenario import Scenario, load_scenario, save_scenario
from scenarios.start import read_ideas
from scenarios.summary import read_summary
from tools.archive import Entry, read_archive
from tools.atomic import write_json
from tools.errors import ColloquiumError, UserError

SETTINGS = "batch.json"
SCENARIO = "scenario-of-batch.yaml"
_PAUSED, _MISTAKE = 3, 2
_AGAIN_SECONDS = 1.0
"""How long after a lost process the next try begins."""

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
    if names[0] != "ideation" or not _after_ideas(scenario):
        raise UserError(
            f"scenario {scenario.name}: a batch needs one that begins with ideation and goes on with experiments, like "
            f"quickstart; this one has {', '.join(names)}"
        )
    if spec.given:
        read_ideas(Path(spec.given))
    for template in spec.templates:
        for models in spec.models:
            make_plan(_of_cell(scenario, spec, template, models))
    kept = {"scenario": scenario.model_dump(mode="json", exclude={"budget"}), **spec.model_dump()}
    path = folder / SETTINGS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            _check_same(folder, kept, path)
        write_json(path, kept)
        save_scenario(scenario, folder / SCENARIO)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}; choose another folder with --out") from None
    return Batch(folder, scenario, spec)


async def play_batch(
    batch: Batch, executor: Executor, *, retries: int, dollars: float | None, told: Callable[[Row], None]
) -> list[Row]:
    """Take every run of a batch to its end, as many at once as the executor has slots. One that fails stops no other.

    Args:
        retries: how often a run is taken up again whose process was lost.
        dollars: what all runs may spend together, earlier beginnings of this batch included.
        told: hears of every change of a row.
    """
    player = _Player(batch, executor, retries, told)
    spent = sum(float(str(read_summary(path.parent).get("dollars", 0))) for path in batch.folder.glob("*/summary.json"))
    cells = len(batch.spec.templates) * len(batch.spec.models)
    player.purse = Purse(None if dollars is None else dollars - spent, cells * (batch.spec.ideas + (not batch.spec.given)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, player.stop)
    try:
        await player.play()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        await executor.close()
    return batch.rows


class _Player:
    """Plays one batch: the queue of runs, and those who take from it."""

    def __init__(self, batch: Batch, executor: Executor, retries: int, told: Callable[[Row], None]) -> None:
        self._batch, self._executor, self._retries, self._told = batch, executor, retries, told
        self._queue: asyncio.Queue[Row] = asyncio.Queue()
        self.purse = Purse(None, 1)
        self._stopped = False

    def stop(self) -> None:
        """Let the runs stop where they can be taken up again, and begin no other."""
        self._stopped = True
        self._executor.interrupt()

    async def play(self) -> None:
        spec = self._batch.spec
        for template in spec.templates:
            for models in spec.models:
                if spec.given:
                    ideas = [idea.model_dump(by_alias=True, exclude_defaults=True) for idea in read_ideas(Path(spec.given))]
                    self._add_studies(template, models, ideas)
                else:
                    scenario = _of_cell(self._batch.scenario, spec, template, models)
                    before = scenario.phases[: _after_ideas(scenario)]
                    self._add("ideas", template, models, scenario.model_copy(update={"phases": before, "ideas": spec.ideas}))
        workers = [asyncio.create_task(self._work()) for _ in range(self._executor.slots)]
        joined = asyncio.create_task(self._queue.join())
        await asyncio.wait([joined, *workers], return_when=asyncio.FIRST_COMPLETED)
        for worker in [joined, *workers]:
            worker.cancel()
        results = await asyncio.gather(*workers, return_exceptions=True)
        for error in results:
            if isinstance(error, Exception):
                raise error

    async def _work(self) -> None:
        while True:
            row = await self._queue.get()
            if not self._stopped:
                await self._take_to_its_end(row)
            if row.task.name.endswith("-ideas") and row.state in ("finished", "ended early"):
                self._add_studies(row.template, row.models, _ideas_of(row.task.home))
            self._queue.task_done()

    async def _take_to_its_end(self, row: Row) -> None:
        if _has_ended(row.task.home):
            self._close(row, 0)
            return
        part = self.purse.take()
        before = float(str(read_summary(row.task.home).get("dollars", 0)))
        if part is not None:
            _allow(row.task, before + part)
        while True:
            row.tries += 1
            self._tell(row, "running")
            try:
                code = await self._executor.run(row.task)
            except ColloquiumError as error:
                self._tell(row, "failed", str(error))
                break
            if code >= 0 or row.tries > self._retries or self._stopped:
                self._close(row, code)
                break
            self._tell(row, "running", f"lost after try {row.tries}, taken up again")
            await asyncio.sleep(_AGAIN_SECONDS)
        self.purse.give_back(part, float(str(read_summary(row.task.home).get("dollars", 0))) - before)

    def _close(self, row: Row, code: int) -> None:
        summary = read_summary(row.task.home)
        status = str(summary.get("status", ""))
        early = [str(idea["ended_early"]) for idea in summary.get("ideas", []) if idea["ended_early"]]  # type: ignore[attr-defined]
        if code < 0:
            self._tell(row, "given up", f"its process was lost {row.tries} times; see {row.task.log}")
        elif code in FINISHED and status == "finished":
            self._tell(row, "ended early" if early else "finished", early[0] if early else "")
        elif code == _PAUSED:
            self._tell(row, "paused", status.removeprefix("paused: "))
        elif "interrupted" in status:
            self._tell(row, "interrupted")
        else:
            self._tell(row, "failed", _last_line(row.task.log))

    def _add_studies(self, template: str, models: str, ideas: Sequence[Entry]) -> None:
        """A run for each idea; one that was not found novel is left with the run that proposed it."""
        scenario = _of_cell(self._batch.scenario, self._batch.spec, template, models)
        wanted = [idea for idea in ideas if idea.get("novel", True) or not scenario.require_novelty]
        self.purse.waiting -= self._batch.spec.ideas - len(wanted)
        for idea in wanted:
            path = self._batch.folder / "ideas" / f"{_cell_name(template, models)}-{idea['Name']}.json"
            write_json(path, {key: value for key, value in idea.items() if key != "outcome"})
            start = scenario.start.model_copy(update={"ideas": str(path.resolve())})
            rest = {"phases": scenario.phases[_after_ideas(scenario) :], "start": start, "ideas": 1}
            self._add(idea["Name"], template, models, scenario.model_copy(update=rest))

    def _add(self, name: str, template: str, models: str, scenario: Scenario) -> None:
        folder = self._batch.folder.resolve()
        whole = f"{_cell_name(template, models)}-{name}"
        settings = folder / "settings" / f"{whole}.yaml"
        settings.parent.mkdir(exist_ok=True)
        plan = make_plan(scenario)
        place = str(plan.template.folder) if plan.template else ""
        save_scenario(at_home(scenario).model_copy(update={"template": place}), settings)
        task = Task(whole, folder / whole, settings, folder / "logs" / f"{whole}.txt", plan.profile.gpus)
        row = Row(task, template, models)
        self._batch.rows.append(row)
        self._told(row)
        self._queue.put_nowait(row)

    def _tell(self, row: Row, state: State, note: str = "") -> None:
        row.state, row.note = state, " ".join(note.split())
        self._told(row)


def _after_ideas(scenario: Scenario) -> int:
    """Where the phases begin that an idea goes through; 0 when there are none."""
    gives_idea = ("ideation", "novelty")
    return next((i for i, phase in enumerate(scenario.phases) if phase.phase not in gives_idea), 0)


def _of_cell(scenario: Scenario, spec: BatchSpec, template: str, models: str) -> Scenario:
    """The scenario on one template, played by one models config."""
    profile = spec.profile or (scenario.profile if template == scenario.template else "")
    return scenario.model_copy(update={"template": template, "profile": profile, "models": models})


def _cell_name(template: str, models: str) -> str:
    return re.sub(r"[^\w.-]+", "_", f"{Path(template).name}-{Path(models).stem}")


def _ideas_of(run: Path) -> list[Entry]:
    """The ideas that a run has proposed, with what its novelty check found."""
    own = {path.parent.name for path in run.glob("ideas/*/idea.json")}
    return [entry for entry in read_archive(run / "ideas.json") if entry["Name"] in own]


def _allow(task: Task, dollars: float) -> None:
    """What a run may spend in all, earlier tries included."""
    path = task.home / "scenario.yaml" if (task.home / "scenario.yaml").exists() else task.settings
    save_scenario(load_scenario(path, {"budget.dollars": dollars}), path)


def _has_ended(home: Path) -> bool:
    return read_summary(home).get("status") == "finished"


def _check_same(folder: Path, kept: dict[str, object], path: Path) -> None:
    before = json.loads(path.read_text(encoding="utf-8"))
    if changed := [key for key in kept if before.get(key) != kept[key]]:
        raise UserError(f"{folder}: this batch was begun with another {', '.join(changed)}; begin another one with --out")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), f"see {log}")
