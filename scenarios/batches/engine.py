"""The batch engine: takes jobs from a queue, keeps the shared budget, restarts jobs whose worker died.

One resume rule holds for every batch: a finished run with a result is not touched; a finished run without one is set aside
and its job starts anew; any other run resumes from its journal.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.batches.executors import last_line
from scenarios.batches.job import BatchJob, Executor, WorkerLostError
from tools.errors import ColloquiumError, UserError
from tools.run_dir import RunStatus, dollars_of, read_summary, spent_in

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_RESTART_SECONDS = 1.0
"""Pause before a job whose worker died is restarted."""


class Batch(ABC):
    """A folder of runs and the jobs that make them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: list[BatchJob] = []

    @abstractmethod
    def first_jobs(self) -> Iterable[BatchJob]:
        """Return the jobs that depend on no other."""

    def next_jobs(self, job: BatchJob) -> Iterable[BatchJob]:
        """Return the jobs that follow from a finished one."""
        return ()

    @abstractmethod
    def outcome(self, job: BatchJob) -> str:
        """Return in a few words what a finished run came to."""

    def has_result(self, job: BatchJob) -> bool:
        """Return True if a finished run has what the batch is for."""
        return True


@dataclass(frozen=True)
class BatchTotals:
    """Counts and sums over a batch."""

    jobs: int
    by_status: Mapping[RunStatus, int] = field(default_factory=dict)
    dollars: float = 0.0


def totals(batch: Batch) -> BatchTotals:
    """Return the totals of a batch as it stands, runs that were set aside included in the cost."""
    counts = {status: sum(job.status is status for job in batch.jobs) for status in RunStatus}
    return BatchTotals(
        len(batch.jobs), {status: count for status, count in counts.items() if count}, spent_in(batch.folder)
    )


async def run_batch(
    batch: Batch,
    executor: Executor,
    *,
    retries: int = 0,
    dollars: float | None = None,
    on_change: Callable[[BatchJob], None] = lambda job: None,
) -> list[BatchJob]:
    """Run every job of a batch, as many at once as the executor has slots. A failed job stops no other.

    Args:
        retries: how many times to restart a job whose worker died.
        dollars: limit of all runs together, earlier starts of this batch included. Each job gets an equal share of what is
            left when it begins.
        on_change: called with a job after each change of its status.

    Returns:
        The jobs in order of appearance. After Ctrl-C, those that did not start are pending.
    """
    engine = _Engine(batch, executor, retries, dollars, on_change)
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, engine.stop)
    try:
        await engine.run()
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        await executor.close()
    return batch.jobs


def open_folder(
    folder: Path, file: str, settings: Mapping[str, object], read: Callable[[Path], Mapping[str, object]]
) -> bool:
    """Make the folder of a batch, or check that an existing one was started with the same settings.

    Args:
        file: name of the settings file.
        settings: the present settings by key; a key left out may differ.
        read: reads the settings file.

    Returns:
        True if the settings file is still to be written.

    Raises:
        UserError: the folder holds something else, was started with other settings, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / file).exists():
            before = read(folder / file)
            if changed := [key for key, value in settings.items() if before.get(key) != value]:
                raise UserError(
                    f"{folder}: begun with other settings: {', '.join(changed)}; choose another folder with --out"
                )
            return False
        if any(folder.iterdir()):
            raise UserError(
                f"{folder}: not empty, and not a batch ({file} is missing); choose another folder with --out"
            )
    except OSError as error:
        raise UserError(f"{folder}: cannot make this folder: {error.strerror}; choose another with --out") from None
    return True


class _Engine:
    def __init__(
        self,
        batch: Batch,
        executor: Executor,
        retries: int,
        dollars: float | None,
        on_change: Callable[[BatchJob], None],
    ) -> None:
        self._batch, self._executor, self._retries, self._on_change = batch, executor, retries, on_change
        self._left = None if dollars is None else dollars - spent_in(batch.folder)
        self._queue: deque[BatchJob] = deque()
        self._stopped = False

    def stop(self) -> None:
        """Ask the running jobs to stop where they can be resumed, and start no other."""
        self._stopped = True
        self._executor.interrupt()

    async def run(self) -> None:
        running: set[asyncio.Task[BatchJob]] = set()
        self._add(self._batch.first_jobs())
        try:
            while True:
                while self._queue and len(running) < self._executor.slots and not self._stopped:
                    job = self._queue.popleft()
                    self._set_aside_without_result(job)
                    running.add(asyncio.create_task(self._run(job, self._take_share())))
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    self._follow(task.result())
        finally:
            for task in running:
                task.cancel()

    def _add(self, jobs: Iterable[BatchJob]) -> None:
        for job in jobs:
            self._batch.jobs.append(job)
            if _is_finished(job) and self._batch.has_result(job):
                self._finish(job)
                self._follow(job)
            else:
                self._change(job, RunStatus.PENDING)
                self._queue.append(job)

    def _follow(self, job: BatchJob) -> None:
        job.follow_ups = 0
        if job.status is RunStatus.FINISHED:
            self._add(self._batch.next_jobs(job))

    async def _run(self, job: BatchJob, share: float | None) -> BatchJob:
        before = dollars_of(job.run)
        if share is not None:
            job.dollars = before + share
        try:
            await self._attempt(job)
        except ColloquiumError as error:
            self._change(job, RunStatus.FAILED, str(error))
        except OSError as error:
            self._change(job, RunStatus.PAUSED, str(error))
        if self._left is not None and share is not None:
            self._left += share - (dollars_of(job.run) - before)
        return job

    async def _attempt(self, job: BatchJob) -> None:
        while not self._stopped:
            job.attempts += 1
            self._change(job, RunStatus.RUNNING, job.reason)
            try:
                self._settle(job, await self._executor.run(job))
                return
            except WorkerLostError:
                if job.attempts > self._retries:
                    self._change(job, RunStatus.FAILED, f"its worker died {job.attempts} times; see {job.log}")
                    return
            job.reason = f"restarted, since its worker died in attempt {job.attempts}"
            await asyncio.sleep(_RESTART_SECONDS)
        self._change(job, RunStatus.INTERRUPTED)

    def _settle(self, job: BatchJob, status: RunStatus) -> None:
        """Set the status of a job whose run has stopped with a status."""
        summary = read_summary(job.run)
        if status is not RunStatus.FINISHED:
            self._change(job, status, summary.reason if summary and summary.status is status else "")
        elif not _is_finished(job):
            self._change(job, RunStatus.FAILED, last_line(job.log))
        elif not self._batch.has_result(job):
            self._change(job, RunStatus.FAILED, self._batch.outcome(job))
        else:
            self._finish(job)

    def _finish(self, job: BatchJob) -> None:
        job.outcome = self._batch.outcome(job)
        self._change(job, RunStatus.FINISHED)

    def _set_aside_without_result(self, job: BatchJob) -> None:
        """A finished run cannot be continued. It is kept under another name."""
        if _is_finished(job):
            numbers = itertools.count(1)
            names = (job.run.with_name(f"{job.run.name}-failed-{number}") for number in numbers)
            job.run.rename(next(path for path in names if not path.exists()))

    def _take_share(self) -> float | None:
        """Return an equal share of the dollars that are left; the jobs to come count too."""
        if self._left is None:
            return None
        to_come = 1 + len(self._queue) + sum(other.follow_ups for other in self._batch.jobs)
        share = max(0.0, self._left) / to_come
        self._left -= share
        return share

    def _change(self, job: BatchJob, status: RunStatus, reason: str = "") -> None:
        job.status, job.reason = status, " ".join(reason.split())
        self._on_change(job)


def _is_finished(job: BatchJob) -> bool:
    summary = read_summary(job.run)
    return summary is not None and summary.status is RunStatus.FINISHED
