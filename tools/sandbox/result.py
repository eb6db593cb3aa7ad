"""Turns the end of a command into its result: compares protected files, sanitizes the workspace, explains the reason."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

from tools.sandbox import workspace_sanitizer
from tools.sandbox.base import EndReason, ExecutionResult, ResourceLimits, SanitizedItem
from tools.sandbox.output import FLOOD_FACTOR
from tools.sandbox.readonly_guard import ReadonlyGuard


async def build_result(
    reason: EndReason | None,
    exit_code: int | None,
    *,
    limits: ResourceLimits,
    guard: ReadonlyGuard,
    workspace: Path,
    output: str,
    wall_seconds: float,
    cpu_seconds: float | None,
    peak_memory_mb: float | None,
    bytes_written: int,
) -> ExecutionResult:
    """Return the result of an ended command. `reason` is the limit that ended it; None if it ended by itself."""
    tampered = await asyncio.to_thread(guard.changed_files)
    sanitized = await asyncio.to_thread(workspace_sanitizer.sanitize, workspace, guard.files)
    final: EndReason = "tampered" if tampered else reason or ("finished" if exit_code == 0 else "failed")
    return ExecutionResult(
        exit_code=exit_code,
        reason=final,
        output=output,
        wall_seconds=wall_seconds,
        cpu_seconds=cpu_seconds,
        peak_memory_mb=peak_memory_mb,
        bytes_written=bytes_written,
        explanation=_explanation(_explain(final, limits, exit_code, wall_seconds), tampered, sanitized),
        sanitized=tuple(sanitized),
    )


def _explain(reason: EndReason, limits: ResourceLimits, exit_code: int | None, elapsed: float) -> str:
    match reason:
        case "finished":
            return ""
        case "failed":
            if exit_code == 128 + signal.SIGXFSZ:
                return f"a file grew past {limits.file_mb} MB, the limit of one file; write smaller files"
            return f"exit code {exit_code}{_signal_name(exit_code)} after {elapsed:.1f} s; see the end of the output"
        case "time":
            return f"killed after {elapsed:.1f} s, at its time limit of {limits.wall_seconds:g} s; do less work in that time"
        case "memory":
            size = f"{limits.memory_mb / 1024:.1f} GB" if limits.memory_mb >= 1024 else f"{limits.memory_mb} MB"
            return f"killed at {size} of memory, the limit; reduce batch size, model or data in memory"
        case "processes":
            return f"ended at {limits.processes} processes and threads, the limit; start fewer workers"
        case "disk":
            return f"killed after writing more than {limits.disk_mb} MB, the limit; write fewer or smaller files"
        case "output":
            return f"killed after printing {FLOOD_FACTOR * limits.output_kb / 1024:.0f} MB, the limit; print less"
        case "stopped":
            return f"stopped from outside after {elapsed:.1f} s"
        case "tampered":
            return "the command changed read-only files; its results do not count"


def _explanation(explanation: str, tampered: Sequence[str], sanitized: Sequence[SanitizedItem]) -> str:
    parts = [explanation] if explanation else []
    if tampered:
        parts.append(f"changed: {_first_names(tampered)}")
    if sanitized:
        parts.append(f"removed or repaired after the run, as unsafe to read: {_first_names(list(map(str, sanitized)))}")
    return "; ".join(parts)


def _signal_name(exit_code: int | None) -> str:
    number = (exit_code or 0) - 128
    return f" ({signal.Signals(number).name})" if number in set(signal.Signals) else ""


def _first_names(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
