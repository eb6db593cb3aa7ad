"""Executors on this machine: inside this process, or one process for each job."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from agents.observer import Observer
from scenarios.batches.job import BatchJob, WorkerLostError
from scenarios.launch import launch, resume
from scenarios.run_group import INTERRUPTED, RunGroup
from scenarios.scenario import save_scenario
from tools.errors import ColloquiumError
from tools.run_dir import RunStatus

_WRAPPER = Path(__file__).with_name("die_with_parent.py")
_STATUSES = {0: RunStatus.FINISHED, 1: RunStatus.FINISHED, 3: RunStatus.PAUSED, INTERRUPTED: RunStatus.INTERRUPTED}
"""By exit code of `launch` and `resume`; 1 is a finished run without a paper."""


class InProcess:
    """Runs jobs as coroutines, which share the rate limits of model endpoints. For reviews, which wait for models."""

    def __init__(self, slots: int, note: Callable[[str], None]) -> None:
        self.slots = slots
        self._run_group = RunGroup(note)

    async def run(self, job: BatchJob) -> RunStatus:
        limit = {} if job.dollars is None else {"dollars": job.dollars}
        if job.started:
            overrides = {f"budget.{key}": value for key, value in limit.items()}
            return (await resume(job.run, Observer(), overrides, run_group=self._run_group)).status
        scenario = job.scenario.model_copy(update={"budget": job.scenario.budget.model_copy(update=limit)})
        _, end = await launch(scenario, job.run.parent, Observer(), name=job.run.name, run_group=self._run_group)
        return end.status

    def interrupt(self) -> None:
        self._run_group.interrupt()

    async def close(self) -> None: ...


class LocalProcesses:
    """Runs each job in a process of its own. `gpus` are identifiers as in CUDA_VISIBLE_DEVICES; a job waits until as many
    as it needs are free, and sees no others."""

    def __init__(self, slots: int, gpus: Sequence[str]) -> None:
        self.slots = slots
        self._free = list(gpus)
        self._all = len(gpus)
        self._freed = asyncio.Condition()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._interrupted = False

    async def run(self, job: BatchJob) -> RunStatus:
        needed = min(job.gpus, self._all)
        async with self._freed:
            await self._freed.wait_for(lambda: len(self._free) >= needed)
            gpus, self._free = self._free[:needed], self._free[needed:]
        try:
            if self._interrupted:  # while the job waited for GPUs
                return RunStatus.INTERRUPTED
            prepare(job)
            process = start(job.command, job.log, gpus if self._all else None)
            self._running.add(process)
            try:
                return status_of_exit(job, await asyncio.to_thread(process.wait))
            finally:
                self._running.discard(process)
        finally:
            async with self._freed:
                self._free += gpus
                self._freed.notify_all()

    def interrupt(self) -> None:
        self._interrupted = True
        for process in self._running:
            process.send_signal(signal.SIGINT)

    async def close(self) -> None: ...


def prepare(job: BatchJob) -> None:
    """Store what a launch in another process reads."""
    job.settings.parent.mkdir(exist_ok=True)
    save_scenario(job.scenario, job.settings)


def start(command: Sequence[str], log: Path, gpus: Sequence[str] | None = None) -> subprocess.Popen[bytes]:
    """Start a command that appends its output to `log`. It is killed when this process ends, and it does not receive Ctrl-C
    from the terminal.

    Args:
        command: begins with the absolute path of a program.
        gpus: identifiers of the GPUs that it may see; None leaves the environment as it is.
    """
    environment = dict(os.environ)
    if gpus is not None:
        environment["CUDA_VISIBLE_DEVICES"] = ",".join(gpus)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-ISE", str(_WRAPPER), str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def status_of_exit(job: BatchJob, code: int) -> RunStatus:
    """Return the run status that an exit code stands for.

    Raises:
        WorkerLostError: a signal ended the process.
        ColloquiumError: any other failure, with the last line of the log.
    """
    if code < 0:
        raise WorkerLostError
    if code not in _STATUSES:
        raise ColloquiumError(last_line(job.log))
    return _STATUSES[code]


def last_line(log: Path) -> str:
    """Return the last line of a log that is not blank, or where to look."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), f"no output in {log}")
