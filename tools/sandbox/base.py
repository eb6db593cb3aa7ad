"""The interface of all sandboxes: resource limits, the result of a command, and the protocols a backend implements."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Purpose = Literal["experiment", "latex"]
EndReason = Literal["finished", "failed", "time", "memory", "processes", "disk", "output", "stopped", "tampered"]

WORKSPACE = Path("/workspace")
"""Path of the workspace inside isolating sandboxes."""


@dataclass(frozen=True)
class ResourceLimits:
    """Limits of one command and all its processes. Mega and kilo are powers of 1024."""

    wall_seconds: float = 600
    """Wall time, measured outside the sandbox."""
    memory_mb: int = 4096
    """Resident memory of all processes; where a cgroup counts, also shared memory and temporary files."""
    processes: int = 256
    """Processes and threads alive at once."""
    disk_mb: int = 2048
    """Growth of the workspace during the command."""
    file_mb: int = 512
    """Size of one file."""
    open_files: int = 1024
    """File descriptors of one process."""
    output_kb: int = 256
    """Output kept: the first quarter and the last three quarters. A command that prints 256 times as much is killed."""
    cpus: float = 2.0
    """Processors it may keep busy, and threads that numerical libraries start."""
    gpus: int = 0
    """Visible GPUs."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0 or (value == 0 and name != "gpus"):
                raise ValueError(f"limit {name} must be positive, not {value}")


@dataclass(frozen=True)
class SanitizedItem:
    """Something in the workspace that was removed or repaired after a command, because it could harm its readers."""

    path: str
    """Relative to the workspace."""
    problem: str

    def __str__(self) -> str:
        shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in self.path[:120])
        return f"{shown} ({self.problem})"


@dataclass(frozen=True)
class ExecutionResult:
    """The result of one command."""

    exit_code: int | None
    """As in a shell (128 + signal if a signal ended it); None if the sandbox ended it."""
    reason: EndReason
    output: str
    """Standard output and error in the order written. Invalid UTF-8 is replaced; beyond `output_kb` the middle is cut."""
    wall_seconds: float
    cpu_seconds: float | None
    peak_memory_mb: float | None
    bytes_written: int | None
    """Growth of the workspace in bytes on disk; not negative."""
    explanation: str
    """Why the command ended and what its author can do; empty if it finished and left nothing to sanitize."""
    sanitized: tuple[SanitizedItem, ...] = ()

    @property
    def ok(self) -> bool:
        return self.reason == "finished"


class Session(Protocol):
    """One workspace in a sandbox. Its commands run one after another."""

    async def run(
        self,
        command: Sequence[str],
        *,
        limits: ResourceLimits,
        environment: Mapping[str, str] = {},
        on_output: Callable[[str], None] | None = None,
    ) -> ExecutionResult:
        """Run `command` in the workspace. If its first word is `python`, the sandbox's own interpreter runs.

        No process of the command is left when this returns or is cancelled. `on_output` receives the output in pieces
        while the command runs.
        """
        ...

    async def close(self) -> None:
        """Stop a running command (its result has the reason `stopped`) and release the session's resources."""
        ...


class Sandbox(Protocol):
    """A way to run untrusted code."""

    name: str

    def session(
        self, workspace: Path, *, purpose: Purpose = "experiment", read_only: Sequence[str] = (), run_id: str = ""
    ) -> Session:
        """Open a session on `workspace`. The workspace's `.git` is never writable.

        Args:
            read_only: files or folders, relative to the workspace, that the code may read but not change.

        Raises:
            UserError: a path in `read_only` does not exist or leads out of the workspace.
        """
        ...


def clean_environment(limits: ResourceLimits, purpose: Purpose, *, home: str, path: str) -> dict[str, str]:
    """Return the environment variables of a command; none is inherited from the host."""
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
