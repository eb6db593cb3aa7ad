"""Playing a batch: runs are taken from a queue, each to its end, and what is lost on the way is taken up again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from scenarios.batches.ideas import Batch, Row, State, after_ideas, cell_name, of_cell
from scenarios.batches.task import FINISHED, Executor, Task
from scenarios.launch import with_absolute_paths
from scenarios.resolved_scenario import resolve_scenario
from scenarios.run_summary import dollars_of, read_summary, spent_in
from scenarios.scenario import Scenario, load_scenario, save_scenario
from scenarios.shared_budget import SharedBudget
from scenarios.warm_start import read_ideas
from tools.atomic import write_json
from tools.errors import ColloquiumError
from tools.ideas.archive import Entry, read_archive
from tools.ideas.idea import stored

_PAUSED = 3
_AGAIN_SECONDS = 1.0
"""How long after a lost process the next try begins."""


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
    cells = len(batch.spec.templates) * len(batch.spec.models)
    left = None if dollars is None else dollars - spent_in(batch.folder)
    player.shared_budget = SharedBudget(left, cells * (batch.spec.ideas + (not batch.spec.given)))
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
        self.shared_budget = SharedBudget(None, 1)
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
                    ideas = [stored(idea) for idea in read_ideas(Path(spec.given))]
                    self._add_studies(template, models, ideas)
                else:
                    scenario = of_cell(self._batch.scenario, spec, template, models)
                    before = scenario.phases[: after_ideas(scenario)]
                    self._add(
                        "ideas", template, models, scenario.model_copy(update={"phases": before, "ideas": spec.ideas})
                    )
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
        part = self.shared_budget.take()
        before = dollars_of(row.task.home)
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
        self.shared_budget.give_back(part, dollars_of(row.task.home) - before)

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
        scenario = of_cell(self._batch.scenario, self._batch.spec, template, models)
        wanted = [idea for idea in ideas if idea.get("novel", True) or not scenario.require_novelty]
        self.shared_budget.waiting -= self._batch.spec.ideas - len(wanted)
        for idea in wanted:
            path = self._batch.folder / "ideas" / f"{cell_name(template, models)}-{idea['Name']}.json"
            write_json(path, {key: value for key, value in idea.items() if key != "outcome"})
            start = scenario.warm_start.model_copy(update={"ideas": str(path.resolve())})
            rest = {"phases": scenario.phases[after_ideas(scenario) :], "warm_start": start, "ideas": 1}
            self._add(idea["Name"], template, models, scenario.model_copy(update=rest))

    def _add(self, name: str, template: str, models: str, scenario: Scenario) -> None:
        folder = self._batch.folder.resolve()
        whole = f"{cell_name(template, models)}-{name}"
        settings = folder / "settings" / f"{whole}.yaml"
        settings.parent.mkdir(exist_ok=True)
        resolved = resolve_scenario(scenario)
        place = str(resolved.template.folder) if resolved.template else ""
        save_scenario(with_absolute_paths(scenario).model_copy(update={"template": place}), settings)
        task = Task(whole, folder / whole, settings, folder / "logs" / f"{whole}.txt", resolved.profile.gpus)
        row = Row(task, template, models)
        self._batch.rows.append(row)
        self._told(row)
        self._queue.put_nowait(row)

    def _tell(self, row: Row, state: State, note: str = "") -> None:
        row.state, row.note = state, " ".join(note.split())
        self._told(row)


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


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), f"see {log}")
