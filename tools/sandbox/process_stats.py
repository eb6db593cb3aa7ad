"""Processes and folders measured from outside, through /proc and the file system: what a run uses where no control
group counts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
BLOCK = 4096
TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_SECONDS = 0.005
GONE = (FileNotFoundError, ProcessLookupError)
"""A process may end between listing and reading it."""


@dataclass(frozen=True)
class ProcessUsage:
    memory_bytes: int
    """Proportional set size: pages that processes share are counted once."""
    cpu_seconds: float
    """Of the living processes and of the children they waited for."""
    threads: int


def kill_child(process: asyncio.subprocess.Process) -> None:
    """Kill a child that asyncio watches. Its own `kill` would first look whether the child has ended, and so take the exit
    code away from the watcher, which then tells 255."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


async def wait_child(process: asyncio.subprocess.Process) -> None:
    """Return once a child that asyncio watches has ended. Its own `wait` also waits until somebody has read all that the
    child wrote, and of a flood nobody does."""
    while process.returncode is None:  # noqa: ASYNC110  asyncio tells of the end of the output and of the child together
        await asyncio.sleep(_LOOK_SECONDS)


def descendants(root: int) -> list[int]:
    """`root` and all living processes below it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(*GONE):
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def processes_with_variable(variable: str) -> list[int]:
    """The living processes whose environment holds `variable` (`NAME=value`), as far as this user may look."""
    wanted = variable.encode()
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(PermissionError, *GONE):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def usage(pids: Iterable[int]) -> ProcessUsage:
    memory = threads = 0
    cpu = 0.0
    for pid in pids:
        with contextlib.suppress(*GONE):
            fields = _stat(pid)
            cpu += sum(int(ticks) for ticks in fields[11:15]) / TICKS
            threads += int(fields[17])
            memory += _proportional_memory(pid)
    return ProcessUsage(memory, cpu, threads)


def folder_bytes(folder: Path) -> int:
    """Bytes on disk of everything under `folder`, hard links counted once, links not followed. A sparse file counts as
    long as it reads, and whatever has a name as a block at least: names are what a disk runs out of, too."""
    total = 0
    linked: set[int] = set()
    pending = [str(folder)]
    while pending:
        with contextlib.suppress(PermissionError, *GONE), os.scandir(pending.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(*GONE):
                    status = entry.stat(follow_symlinks=False)
                    if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
                        if status.st_ino in linked:
                            continue
                        linked.add(status.st_ino)
                    total += max(status.st_blocks * 512, status.st_size, BLOCK)
                    if stat.S_ISDIR(status.st_mode):
                        pending.append(entry.path)
    return total


def unlinked_bytes(pids: Iterable[int], device: int) -> int:
    """Bytes on `device` of deleted files that `pids` still hold open or mapped: disk that no folder shows."""
    sizes: dict[int, int] = {}
    for pid in pids:
        for kind in ("fd", "map_files"):
            with contextlib.suppress(PermissionError, *GONE):
                for entry in (PROC / str(pid) / kind).iterdir():
                    with contextlib.suppress(PermissionError, *GONE):
                        status = entry.stat()
                        if status.st_dev == device and status.st_nlink == 0 and stat.S_ISREG(status.st_mode):
                            sizes[status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third (state) on; the second, the name, may hold anything."""
    return (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _proportional_memory(pid: int) -> int:
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    except PermissionError:
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    sizes = dict(line.split(":", 1) for line in rollup.splitlines()[1:])
    return int(sizes["Pss"].split()[0]) * 1024
