"""A batch while it goes on: in a terminal a live table, elsewhere a line for each change."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Column, Table

from scenarios.batches.ideas import Batch, Row
from scenarios.run_summary import overall, read_summary
from scenarios.views.transcript import last_phase

_SECONDS = 1.0
_COLOURS = {"finished": "green", "running": "cyan", "failed": "red", "given up": "red", "paused": "yellow"}


class BatchProgress:
    """Shows a batch. `with` it, the table is drawn anew every second."""

    def __init__(self, batch: Batch, console: Console) -> None:
        self._batch, self._console = batch, console
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._began = time.monotonic()
        self._drawing: asyncio.Task[None] | None = None

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

    def told(self, row: Row) -> None:
        """A row has changed."""
        if not self._live and row.state != "waiting":
            minutes = (time.monotonic() - self._began) / 60
            note = f": {row.note}" if row.note else ""
            told = f"{minutes:6.1f} min  {row.task.name} {row.state}{escape(note)}"
            self._console.print(told, highlight=False, soft_wrap=True)

    def table(self) -> Table:
        """The batch as it stands."""
        fixed = [Column(name, no_wrap=True) for name in ("state", "phase", "minutes", "score", "gate")]
        table = Table(Column("run", overflow="fold"), *fixed, "", box=None)
        for row in self._batch.rows:
            table.add_row(*_cells(row))
        states = Counter(row.state for row in self._batch.rows)
        table.caption = ", ".join(f"{count} {state}" for state, count in states.items())
        return table

    async def _draw(self) -> None:
        while self._live:
            self._live.update(self.table(), refresh=True)
            await asyncio.sleep(_SECONDS)


def _cells(row: Row) -> list[str]:
    home = row.task.home
    summary: dict[str, Any] = read_summary(home)
    ideas = summary.get("ideas", [])
    scores = [score for idea in ideas for last in idea["scores"][-1:] if (score := overall(last)) is not None]
    minutes = summary["seconds"] / 60 if summary else _minutes(home)
    colour = _COLOURS.get(row.state, "")
    return [
        row.task.name,
        f"[{colour}]{row.state}[/{colour}]" if colour else row.state,
        last_phase(home) if row.state == "running" else "",
        f"{minutes:.1f}" if minutes else "",
        " ".join(f"{score:g}" for score in scores),
        " ".join(idea["gate"] for idea in ideas if idea["gate"]),
        escape(row.note[:60]),
    ]


def _minutes(home: Path) -> float:
    path = home / "scenario.yaml"
    return (time.time() - path.stat().st_mtime) / 60 if path.exists() else 0.0
