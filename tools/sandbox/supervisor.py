"""Runs one started command to its end under limits, from outside, where the code cannot reach: deadline, memory,
processes, disk and output. What a control group holds the kernel holds; the rest is measured several times a second and
the whole tree is killed at the limit."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tools.sandbox import process_stats, workspace_sanitizer
from tools.sandbox.base import EndReason, ExecutionResult, ResourceLimits, SanitizedItem, explain
from tools.sandbox.cgroup import ControlGroup
from tools.sandbox.output import CHUNK, CapturedOutput
from tools.sandbox.readonly_guard import ReadonlyGuard

TICK = 0.1
DISK_TICK = 0.3
RESERVE_MB = 512
"""A run is killed for disk when less than this is free on the workspace's disk, whatever it wrote itself."""
DRAIN_SECONDS = 5.0


class SupervisedProcess(Protocol):
    """A started process that waits for `release` before the command's first instruction."""

    process: asyncio.subprocess.Process
    root: int
    """The process id, seen from here, below which everything of the command hangs."""

    def release(self) -> None: ...
    def pids(self) -> list[int]: ...
    def kill(self) -> None: ...
    async def wait_gone(self) -> None:
        """Return once no process of the tree is left."""
        ...


class UsageMonitor:
    """ProcessUsage of one running command and the first limit that it breaks."""

    def __init__(
        self,
        subject: SupervisedProcess,
        group: ControlGroup | None,
        limits: ResourceLimits,
        workspace: Path,
        output: CapturedOutput,
    ) -> None:
        self._subject, self._group, self._limits = subject, group, limits
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
        """The kernel's count, else the last sample; None of a command too short for one."""
        measured = self._group.cpu_seconds() if self._group else None
        return self._cpu if measured is None else measured

    @property
    def peak_mb(self) -> float | None:
        """The largest sample; of a command too short for one, the kernel's mark, which counts cached files too."""
        peak = self._group.peak_bytes() if self._group and not self._peak else self._peak
        return peak / (1 << 20) if peak else None

    async def limit_reached(self) -> EndReason | None:
        if self.elapsed >= self._limits.wall_seconds:
            return "time"
        if self._output.flooded:
            return "output"
        return self._memory_or_process_limit() or await self._disk_limit()

    def kernel_verdict(self, code: int | None) -> EndReason | None:
        """The limit that ended a command in the kernel's own hands."""
        if self._group and self._group.out_of_memory():
            return "memory"
        return "processes" if code and self._group and self._group.refused_processes() else None

    def measure_folder(self) -> None:
        self.written = max(0, process_stats.folder_bytes(self._workspace) - self._before)

    def _memory_or_process_limit(self) -> EndReason | None:
        if self._group:
            self._peak = max(self._peak or 0, self._group.memory_bytes())
            return "memory" if self._group.out_of_memory() else None
        used = process_stats.usage(self._subject.pids())
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
        hidden = await asyncio.to_thread(process_stats.unlinked_bytes, self._subject.pids(), self._device)
        self._disk_due = time.monotonic() + max(DISK_TICK, 5 * (time.monotonic() - now))
        return "disk" if self.written + hidden > self._limits.disk_mb << 20 else None


async def supervise(
    subject: SupervisedProcess,
    *,
    group: ControlGroup | None,
    limits: ResourceLimits,
    workspace: Path,
    guard: ReadonlyGuard,
    stopped: asyncio.Event,
    on_output: Callable[[str], None] | None,
) -> ExecutionResult:
    """Release `subject` and see it to its end. Its whole tree is gone afterwards, whatever happens, cancellation too."""
    output = CapturedOutput(limits.output_kb * 1024, on_output)
    stream = subject.process.stdout
    assert stream is not None
    reader: asyncio.Task[None] | None = None
    try:
        meter = UsageMonitor(subject, group, limits, workspace, output)
        if group:
            group.add(subject.root)
        set_rlimits(subject.root, limits)
        reader = asyncio.create_task(output.read(stream))
        subject.release()
        reason = await _watch(subject, meter, stopped, limits.wall_seconds)
        elapsed = meter.elapsed
    finally:
        subject.kill()
        if group:
            group.kill()
        await subject.wait_gone()
        if reader:
            await _drain(reader, stream)
    code = subject.process.returncode if reason is None else None
    code = 128 - code if code is not None and code < 0 else code
    reason = reason or meter.kernel_verdict(code)
    meter.measure_folder()
    tampered = guard.changed_files()
    sanitized = await asyncio.to_thread(workspace_sanitizer.sanitize, workspace)
    final: EndReason = "tampered" if tampered else reason or ("finished" if code == 0 else "failed")
    return ExecutionResult(
        exit_code=code,
        reason=final,
        output=output.text(),
        wall_seconds=elapsed,
        cpu_seconds=meter.cpu_seconds,
        peak_memory_mb=meter.peak_mb,
        bytes_written=meter.written,
        explanation=full_explanation(explain(final, limits, code, elapsed), tampered, sanitized),
        sanitized=tuple(sanitized),
    )


def full_explanation(explanation: str, tampered: Sequence[str], sanitized: Sequence[SanitizedItem]) -> str:
    """The explanation with what was changed or left behind, shortened to a few names."""
    parts = [explanation] if explanation else []
    if tampered:
        parts.append("changed: " + _few(tampered))
    if sanitized:
        parts.append(
            "removed after the run, as a risk to who reads the workspace: " + _few([str(item) for item in sanitized])
        )
    return "; ".join(parts)


def set_rlimits(pid: int, limits: ResourceLimits) -> None:
    """Set the kernel's own limits on `pid`, which its children inherit."""
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_mb << 20),
        (resource.RLIMIT_NOFILE, limits.open_files),
    ):
        _, hard = resource.prlimit(pid, kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.prlimit(pid, kind, (ceiling, ceiling))


async def _watch(
    subject: SupervisedProcess, meter: UsageMonitor, stopped: asyncio.Event, wall_seconds: float
) -> EndReason | None:
    """The limit that was broken, or None when the command ended by itself."""
    waiter = asyncio.create_task(subject.process.wait())
    try:
        while True:
            pause = max(0.0, min(TICK, wall_seconds - meter.elapsed))
            done, _ = await asyncio.wait({waiter}, timeout=pause)
            if stopped.is_set():
                return "stopped"
            if done:
                return None
            if reason := await meter.limit_reached():
                return reason
    finally:
        waiter.cancel()


async def _drain(reader: asyncio.Task[None], stream: asyncio.StreamReader) -> None:
    """Take what is left in the pipe. It ends with the last process that could write to it. What came past a flood is
    dropped, so that the pipe is closed."""
    await asyncio.wait({reader}, timeout=DRAIN_SECONDS)
    reader.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while await stream.read(CHUNK):
                pass


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
