"""Progress of a batch: in a terminal a live table, elsewhere a line for each change."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Column, Table

from scenarios.batches.engine import Batch, totals
from scenarios.batches.job import BatchJob, JobKind
from scenarios.batches.papers import PaperBatch, paper_result
from scenarios.views.transcript import last_phase
from tools.run_dir import RunDir, RunStatus, read_summary

_SECONDS = 1.0
_REASON = 60
"""Characters of a reason in the table."""
_COLOURS = {
    RunStatus.FINISHED: "green",
    RunStatus.RUNNING: "cyan",
    RunStatus.PAUSED: "yellow",
    RunStatus.INTERRUPTED: "yellow",
    RunStatus.FAILED: "red",
}
_IDEA_HEADINGS = ("status", "phase", "minutes", "score", "gate", "")
_PAPER_HEADINGS = ("status", "decision", "overall", "spread", "hidden", "minutes", "cost", "")


class BatchProgress:
    """Shows a batch while its context is open; a live table is drawn every second."""

    def __init__(self, batch: Batch, console: Console) -> None:
        self._batch, self._console = batch, console
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._start = time.monotonic()
        self._drawing: asyncio.Task[None] | None = None
        self._rows: dict[str, list[str]] = {}
        """Cells by job, as of its last change."""

    async def __aenter__(self) -> BatchProgress:
        if self._live:
            self._live.start()
            self._drawing = asyncio.create_task(self._draw())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._drawing:
            self._drawing.cancel()
        if self._live:
            self._live.stop()

    def changed(self, job: BatchJob) -> None:
        """Show the new status of a job."""
        self._rows[job.name] = _cells(job)
        if not self._live and job.status is not RunStatus.PENDING:
            minutes = (time.monotonic() - self._start) / 60
            more = job.reason or job.outcome
            line = f"{minutes:6.1f} min  {job.name} {job.status}{': ' if more else ''}{more}"
            self._console.print(escape(line), highlight=False, soft_wrap=True)

    def table(self) -> Table:
        """Return the batch as it stands, running jobs first."""
        headings = _PAPER_HEADINGS if isinstance(self._batch, PaperBatch) else _IDEA_HEADINGS
        table = Table(
            Column("run", overflow="fold"),
            *(Column(name, no_wrap=True, overflow="ellipsis") for name in headings),
            box=None,
        )
        for job in sorted(self._batch.jobs, key=lambda job: job.status is not RunStatus.RUNNING):
            table.add_row(*(_cells(job) if job.status is RunStatus.RUNNING else self._rows[job.name]))
        found = totals(self._batch)
        table.caption = ", ".join(f"{count} {status}" for status, count in found.by_status.items())
        table.caption += f"; ${found.dollars:.2f} in all" if found.dollars else ""
        return table

    async def _draw(self) -> None:
        while self._live:
            self._live.update(self.table(), refresh=True)
            await asyncio.sleep(_SECONDS)


def _cells(job: BatchJob) -> list[str]:
    colour = _COLOURS.get(job.status, "")
    status = f"[{colour}]{job.status}[/{colour}]" if colour else str(job.status)
    rest = _paper_cells(job) if job.kind is JobKind.REVIEW else _idea_cells(job)
    return [escape(job.name), status, *map(escape, rest)]


def _paper_cells(job: BatchJob) -> list[str]:
    result = paper_result(job)
    return [
        result.decision,
        "" if result.overall is None else f"{result.overall:g}",
        "" if result.spread is None else f"{result.spread:g}",
        str(result.hidden or ""),
        f"{result.minutes:.1f}",
        f"${result.dollars:.2f}",
        "disagreement" if result.disagreement else job.reason[:_REASON],
    ]


def _idea_cells(job: BatchJob) -> list[str]:
    summary = read_summary(job.run)
    ideas = summary.ideas if summary else ()
    scores = [idea.overall for idea in ideas if idea.overall is not None]
    minutes = summary.seconds / 60 if summary else _minutes_since_launch(job.run)
    return [
        last_phase(job.run) if job.status is RunStatus.RUNNING else "",
        f"{minutes:.1f}" if minutes else "",
        " ".join(f"{score:g}" for score in scores),
        " ".join(idea.gate for idea in ideas if idea.gate),
        (job.reason or job.outcome)[:_REASON],
    ]


def _minutes_since_launch(run: Path) -> float:
    path = RunDir(run).scenario_file
    return (time.time() - path.stat().st_mtime) / 60 if path.exists() else 0.0
