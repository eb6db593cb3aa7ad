"""Tasks as processes of this machine, with its graphics processors dealt out."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scenarios.batches.task import Task

_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def start(command: Sequence[str], log: Path, gpus: Sequence[str] | None = None) -> subprocess.Popen[bytes]:
    """Start a command whose output goes to the end of `log`. It is killed when the process that started it ends, which a
    run survives, and does not hear Ctrl-C in the terminal.

    Args:
        gpus: identifiers of the graphics processors that it may see; None leaves the environment as it is.
    """
    environment = dict(os.environ)
    if gpus is not None:
        environment["CUDA_VISIBLE_DEVICES"] = ",".join(gpus)
    log.parent.mkdir(parents=True, exist_ok=True)
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            preexec_fn=prctl and (lambda: prctl(_DIES_WITH_PARENT, signal.SIGKILL)),
        )


class Processes:
    """An executor on this machine. `gpus` are identifiers as in CUDA_VISIBLE_DEVICES; a task waits until enough are free."""

    def __init__(self, slots: int, gpus: Sequence[str]) -> None:
        self.slots = slots
        self._free = list(gpus)
        self._all = len(gpus)
        self._freed = asyncio.Condition()
        self._running: set[subprocess.Popen[bytes]] = set()

    async def run(self, task: Task) -> int:
        wanted = min(task.gpus, self._all)
        async with self._freed:
            await self._freed.wait_for(lambda: len(self._free) >= wanted)
            dealt, self._free = self._free[:wanted], self._free[wanted:]
        try:
            process = start(task.command(), task.log, dealt if self._all else None)
            self._running.add(process)
            try:
                return await asyncio.to_thread(process.wait)
            finally:
                self._running.discard(process)
        finally:
            async with self._freed:
                self._free += dealt
                self._freed.notify_all()

    def interrupt(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGINT)

    async def close(self) -> None:
        """Processes are waited for by `run`; there is nothing else."""
