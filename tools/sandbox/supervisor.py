"""Runs one started command to its end and enforces its limits from outside, where the code has no access.

A cgroup lets the kernel enforce limits. Whatever has no cgroup is measured several times a second, and the whole process
tree is killed at the first limit reached.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tools.sandbox import process_stats
from tools.sandbox.base import EndReason, ExecutionResult, ResourceLimits
from tools.sandbox.cgroup import ControlGroup
from tools.sandbox.output import CHUNK, CapturedOutput
from tools.sandbox.readonly_guard import ReadonlyGuard
from tools.sandbox.result import build_result

TICK = 0.1
DISK_TICK = 0.3
RESERVE_MB = 512
"""A command is killed when less than this is free on the workspace's disk, whatever it wrote itself."""
DRAIN_SECONDS = 5.0


class SupervisedProcess(Protocol):
    """A started process that waits for `release` before the first instruction of the command."""

    process: asyncio.subprocess.Process
    root: int
    """The id, as seen from the host, of the process above all processes of the command."""

    def release(self) -> None: ...
    def pids(self) -> list[int]: ...
    def kill(self) -> None: ...
    async def wait_gone(self) -> None:
        """Return once no process of the tree is left."""
        ...


class UsageMonitor:
    """Measures a running command and reports the first limit that it reaches."""

    def __init__(
        self,
        supervised: SupervisedProcess,
        group: ControlGroup | None,
        limits: ResourceLimits,
        workspace: Path,
        output: CapturedOutput,
    ) -> None:
        self._supervised, self._group, self._limits = supervised, group, limits
        self._workspace, self._output = workspace, output
        self._device = workspace.stat().st_dev
        self._before = process_stats.folder_bytes(workspace)
        self._disk_due = 0.0
        self._started = time.monotonic()
        self._cpu: float | None = None
        self._peak: int | None = None
        self.written = 0

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    @property
    def cpu_seconds(self) -> float | None:
        """The kernel's count, else the last sample; None if the command was too short for a sample."""
        measured = self._group.cpu_seconds() if self._group else None
        return self._cpu if measured is None else measured

    @property
    def peak_mb(self) -> float | None:
        """The largest sample; if the command was too short for one, the kernel's peak, which includes cached files."""
        peak = self._group.peak_bytes() if self._group and not self._peak else self._peak
        return peak / (1 << 20) if peak else None

    async def limit_reached(self) -> EndReason | None:
        if self.elapsed >= self._limits.wall_seconds:
            return "time"
        if self._output.flooded:
            return "output"
        return self._memory_or_process_limit() or await self._disk_limit()

    def kernel_limit(self, code: int | None) -> EndReason | None:
        """Return the limit at which the kernel ended an ended command."""
        if self._group and self._group.out_of_memory():
            return "memory"
        return "processes" if code and self._group and self._group.refused_processes() else None

    def measure_folder(self) -> None:
        self.written = max(0, process_stats.folder_bytes(self._workspace) - self._before)

    def _memory_or_process_limit(self) -> EndReason | None:
        if self._group:
            self._peak = max(self._peak or 0, self._group.memory_bytes())
            return "memory" if self._group.out_of_memory() else None
        used = process_stats.usage(self._supervised.pids())
        self._peak = max(self._peak or 0, used.memory_bytes)
        self._cpu = max(self._cpu or 0.0, used.cpu_seconds)
        if used.memory_bytes > self._limits.memory_mb << 20:
            return "memory"
        return "processes" if used.threads > self._limits.processes else None

    async def _disk_limit(self) -> EndReason | None:
        now = time.monotonic()
        if now < self._disk_due:
            return None
        if shutil.disk_usage(self._workspace).free < RESERVE_MB << 20:
            return "disk"
        await asyncio.to_thread(self.measure_folder)
        unlinked = await asyncio.to_thread(process_stats.unlinked_bytes, self._supervised.pids(), self._device)
        self._disk_due = time.monotonic() + max(DISK_TICK, 5 * (time.monotonic() - now))
        return "disk" if self.written + unlinked > self._limits.disk_mb << 20 else None


async def supervise(
    supervised: SupervisedProcess,
    *,
    group: ControlGroup | None,
    limits: ResourceLimits,
    workspace: Path,
    guard: ReadonlyGuard,
    stopped: asyncio.Event,
    on_output: Callable[[str], None] | None,
) -> ExecutionResult:
    """Release the command, wait for its end and return its result. No process is left, even if this is cancelled."""
    output = CapturedOutput(limits.output_kb * 1024, on_output)
    stream = supervised.process.stdout
    assert stream is not None
    reader: asyncio.Task[None] | None = None
    try:
        monitor = UsageMonitor(supervised, group, limits, workspace, output)
        if group:
            group.add(supervised.root)
        set_rlimits(supervised.root, limits)
        reader = asyncio.create_task(output.read(stream))
        supervised.release()
        reason = await _watch(supervised, monitor, stopped, limits.wall_seconds)
        elapsed = monitor.elapsed
    finally:
        supervised.kill()
        if group:
            group.kill()
        await supervised.wait_gone()
        if reader:
            await _drain(reader, stream)
    code = supervised.process.returncode if reason is None else None
    code = 128 - code if code is not None and code < 0 else code
    await asyncio.to_thread(monitor.measure_folder)
    return await build_result(
        reason or monitor.kernel_limit(code),
        code,
        limits=limits,
        guard=guard,
        workspace=workspace,
        output=output.text(),
        wall_seconds=elapsed,
        cpu_seconds=monitor.cpu_seconds,
        peak_memory_mb=monitor.peak_mb,
        bytes_written=monitor.written,
    )


def set_rlimits(pid: int, limits: ResourceLimits) -> None:
    """Set the kernel's limits on `pid`; its children inherit them."""
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_mb << 20),
        (resource.RLIMIT_NOFILE, limits.open_files),
    ):
        _, hard = resource.prlimit(pid, kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.prlimit(pid, kind, (ceiling, ceiling))


async def _watch(
    supervised: SupervisedProcess, monitor: UsageMonitor, stopped: asyncio.Event, wall_seconds: float
) -> EndReason | None:
    """Return the limit reached, or None once the command has ended by itself."""
    waiter = asyncio.create_task(supervised.process.wait())
    try:
        while True:
            pause = max(0.0, min(TICK, wall_seconds - monitor.elapsed))
            done, _ = await asyncio.wait({waiter}, timeout=pause)
            if stopped.is_set():
                return "stopped"
            if done:
                return None
            if reason := await monitor.limit_reached():
                return reason
    finally:
        waiter.cancel()


async def _drain(reader: asyncio.Task[None], stream: asyncio.StreamReader) -> None:
    """Read what is left in the pipe, which ends with the last process that could write to it. Output after a flood is
    dropped, so that the pipe is closed."""
    await asyncio.wait({reader}, timeout=DRAIN_SECONDS)
    reader.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while await stream.read(CHUNK):
                pass
