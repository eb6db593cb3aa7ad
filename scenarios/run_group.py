"""What the runs of one process share: the endpoints' limits, and Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from agents.models import EndpointLimits
from agents.run_context import RunContext

INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class RunGroup:
    """Parallel runs. In its `with` block, Ctrl-C asks all of them to stop; a second one ends the process at once."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.limits = EndpointLimits()
        self.interrupted = False
        self._note = note
        self._run_contexts: list[RunContext] = []

    def __enter__(self) -> RunGroup:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.interrupt)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    @contextmanager
    def includes(self, run_context: RunContext) -> Iterator[None]:
        """Add a run to the group while it runs."""
        self._run_contexts.append(run_context)
        if self.interrupted:
            run_context.interrupt()
        try:
            yield
        finally:
            self._run_contexts.remove(run_context)

    def interrupt(self) -> None:
        """Ask all runs to stop where they can be resumed. A second call ends the process at once."""
        if self.interrupted:
            os._exit(INTERRUPTED)
        self.interrupted = True
        self._note("stopping after what is in flight; press Ctrl-C again to end at once")
        for run_context in self._run_contexts:
            run_context.interrupt()
