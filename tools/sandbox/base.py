"""The seam of all sandboxes: what a run may use, what became of it, and the two small protocols a backend fulfils."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Purpose = Literal["experiment", "latex"]
EndReason = Literal["finished", "failed", "time", "memory", "processes", "disk", "output", "stopped", "tampered"]

INSIDE = Path("/workspace")
"""Where isolating sandboxes show the workspace."""


@dataclass(frozen=True)
class ResourceLimits:
    """What one command may use. Whole process tree; mega and kilo are powers of 1024."""

    wall_seconds: float = 600
    """Time on the wall, counted outside the sandbox."""
    memory_mb: int = 4096
    """Resident memory of the tree, with its shared memory and temporary files where a cgroup counts them."""
    processes: int = 256
    """Processes and threads alive at once."""
    disk_mb: int = 2048
    """Growth of the workspace during the command."""
    file_mb: int = 512
    """Size of one file."""
    open_files: int = 1024
    """File descriptors of one process."""
    output_kb: int = 256
    """CapturedOutput that is kept: the first quarter and the last three. At 256 times as much the command is killed."""
    cpus: float = 2.0
    """Processors it may keep busy, and threads that numerical libraries start."""
    gpus: int = 0
    """Graphics processors it may see."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0 or (value == 0 and name != "gpus"):
                raise ValueError(f"limit {name} must be positive, not {value}")


@dataclass(frozen=True)
class SanitizedItem:
    """Something in the workspace that could mislead or harm who reads it, taken away or mended after a command."""

    path: str
    """Relative to the workspace."""
    problem: str

    def __str__(self) -> str:
        shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in self.path[:120])
        return f"{shown} ({self.problem})"


@dataclass(frozen=True)
class ExecutionResult:
    """What became of one command."""

    exit_code: int | None
    """As a shell gives it (128 + signal when a signal ended it); None when the sandbox ended it."""
    reason: EndReason
    output: str
    """Standard output and error as they came, invalid UTF-8 replaced, the middle left out beyond `output_kb`."""
    wall_seconds: float
    cpu_seconds: float | None
    peak_memory_mb: float | None
    bytes_written: int | None
    """Growth of the workspace, in bytes on disk; not negative."""
    explanation: str
    """Words an agent can act on; empty when the command finished and left nothing odd behind."""
    sanitized: tuple[SanitizedItem, ...] = ()
    """What it left that was taken away."""

    @property
    def ok(self) -> bool:
        return self.reason == "finished"


@dataclass(frozen=True)
class Guarantee:
    """One thing a sandbox keeps from happening, as tried on this machine."""

    name: str
    """network, filesystem, environment, syscalls, memory, processes, disk or time."""
    held: bool
    detail: str


class Session(Protocol):
    """One workspace in a sandbox. Commands run one after another."""

    async def run(
        self,
        command: Sequence[str],
        *,
        limits: ResourceLimits,
        environment: Mapping[str, str] = {},
        on_output: Callable[[str], None] | None = None,
    ) -> ExecutionResult:
        """Run `command` in the workspace. A first word `python` is the sandbox's own interpreter. When this returns or
        is cancelled, no process of the command is left. `on_output` gets the output as it comes, in pieces."""
        ...

    async def close(self) -> None:
        """Stop what still runs (its outcome says `stopped`) and let go of the session's means."""
        ...


class Sandbox(Protocol):
    """A way to run code that nobody has read."""

    name: str

    async def guarantees(self) -> list[Guarantee]:
        """What this sandbox holds on this machine, each tried where trying is harmless."""
        ...

    def session(
        self, workspace: Path, *, purpose: Purpose = "experiment", read_only: Sequence[str] = (), run_id: str = ""
    ) -> Session:
        """A session on `workspace`. `read_only` names files or folders, relative to it, that the code may read and not
        change. The workspace's `.git` is never writable. Raises UserError where a path does not exist or leads out."""
        ...


def clean_environment(limits: ResourceLimits, purpose: Purpose, *, home: str, path: str) -> dict[str, str]:
    """The variables a command sees: none of the host's."""
    variables = {
        "HOME": home,
        "TMPDIR": home,
        "XDG_CACHE_HOME": home,
        "MPLCONFIGDIR": home,
        "PATH": path,
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": str(max(1, min(int(limits.cpus), os.cpu_count() or 1))),
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if purpose == "latex":
        variables |= {
            "TEXMFVAR": f"{home}/texmf-var",
            "openin_any": "p",
            "openout_any": "p",
            "shell_escape": "f",
            "max_print_line": "1000",
        }
    return variables


def explain(reason: EndReason, limits: ResourceLimits, exit_code: int | None, elapsed: float) -> str:
    """What happened and what the code's author can do about it."""
    match reason:
        case "finished":
            return ""
        case "failed":
            if exit_code == 128 + signal.SIGXFSZ:
                return f"a file grew past {limits.file_mb} MB, the limit of one file; write smaller files"
            name = _signal_name(exit_code)
            return f"exit code {exit_code}{name} after {elapsed:.1f} s; the end of the output says why"
        case "time":
            return f"killed after {limits.wall_seconds:g} s, the time limit; do less work: fewer steps, seeds or data"
        case "memory":
            size = f"{limits.memory_mb / 1024:.1f} GB" if limits.memory_mb >= 1024 else f"{limits.memory_mb} MB"
            return f"killed at {size} of memory, the limit; batch size, model or data in memory must shrink"
        case "processes":
            return f"ended at {limits.processes} processes and threads, the limit; start fewer workers"
        case "disk":
            return f"killed after writing more than {limits.disk_mb} MB, the limit; write fewer or smaller files"
        case "output":
            return f"killed for printing without end, past {FLOOD_FACTOR * limits.output_kb / 1024:.0f} MB; print less"
        case "stopped":
            return f"stopped from outside after {elapsed:.1f} s"
        case "tampered":
            return "the command changed files that it may only read; its results do not count"


def _signal_name(exit_code: int | None) -> str:
    number = (exit_code or 0) - 128
    return f" ({signal.Signals(number).name})" if number in set(signal.Signals) else ""


FLOOD_FACTOR = 256
"""How many times `output_kb` a command may print before it is killed."""
