"""How a run is conducted: its journal, its observer, its budget, and the one place where a stop is asked for.

Exceptions inside an agent reach the team only as text, so a stop is a state that every seam asks for, not an exception
that is expected to travel.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from agents.journal import Journal
from agents.observer import Observer
from tools.errors import ColloquiumError

T = TypeVar("T")


class Stopped(ColloquiumError):  # noqa: N818  a state that is asked for, no error
    """The run has been asked to stop; the step at hand is not recorded and is done again on resume."""


@dataclass(frozen=True)
class Budget:
    """What a run may spend. None means no limit."""

    dollars: float | None = None
    tokens: int | None = None
    minutes: float | None = None


@dataclass
class Spent:
    """What the run has spent, resumed parts included."""

    dollars: float = 0.0
    tokens: int = 0
    seconds: float = 0.0


@dataclass
class Conduct:
    """Shared by all seams of one run."""

    journal: Journal
    observer: Observer = field(default_factory=Observer)
    budget: Budget = field(default_factory=Budget)
    stop_reason: str = ""

    def __post_init__(self) -> None:
        self._stop = asyncio.Event()
        self._began = time.monotonic()
        self.spent = Spent()
        for record in self.journal.records():
            if record.type == "model":
                self.count(record.data)
            if record.type == "run":
                self.spent.seconds += float(record.data.get("seconds", 0))

    def count(self, model_record: dict[str, object]) -> None:
        """Add a recorded model call to what is spent."""
        self.spent.dollars += float(str(model_record.get("dollars", 0)))
        self.spent.tokens += int(str(model_record.get("tokens", 0)))

    @property
    def elapsed(self) -> float:
        """Seconds that the run has worked, earlier processes included."""
        return self.spent.seconds + time.monotonic() - self._began

    @property
    def seconds_here(self) -> float:
        """Seconds since this process took the run up."""
        return time.monotonic() - self._began

    def stop(self, reason: str) -> None:
        """Ask everything to stop; the first reason stays."""
        if not self.stop_reason:
            self.stop_reason = reason
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def check(self, tokens: int = 0, dollars: float = 0.0) -> None:
        """Before spending at most that much more: stop the run where the budget would not carry it.

        Raises:
            Stopped: the run is stopping, or its budget is used up.
        """
        budget = self.budget
        if budget.dollars is not None and self.spent.dollars + dollars > budget.dollars:
            self.stop(f"budget: ${self.spent.dollars:.2f} of ${budget.dollars:.2f} spent")
        if budget.tokens is not None and self.spent.tokens + tokens > budget.tokens:
            self.stop(f"budget: {self.spent.tokens:,} of {budget.tokens:,} tokens used")
        if budget.minutes is not None and self.elapsed > budget.minutes * 60:
            self.stop(f"budget: {self.elapsed / 60:.1f} of {budget.minutes:g} minutes used")
        if self.stopping:
            raise Stopped(self.stop_reason)

    async def unless_stopped(self, work: Awaitable[T]) -> T:
        """Await the work, or cancel it as soon as a stop is asked for.

        Raises:
            Stopped: the stop came first; the work has been cancelled and has ended.
        """
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped(self.stop_reason)
            return task.result()
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
