"""Measures processes and folders from outside: the resource usage of a command where no cgroup counts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tools.file_tree import walk

PROC = Path("/proc")
BLOCK = 4096
_MAX_DEPTH = 64
_POLL_SECONDS = 0.005
GONE = (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess)
"""A process may end between listing it and reading it."""


@dataclass(frozen=True)
class ProcessUsage:
    memory_bytes: int
    """Proportional set size: pages shared by several processes count once."""
    cpu_seconds: float
    """Of the living processes and of the children they waited for."""
    threads: int


def kill_child(process: asyncio.subprocess.Process) -> None:
    """Kill a child of asyncio. `process.kill()` would first reap the child itself, so that asyncio's watcher misses the
    exit code and reports 255."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


async def wait_child(process: asyncio.subprocess.Process) -> None:
    """Wait until a child of asyncio has ended. `process.wait()` also waits until its output has been read, which nobody
    does after a flood."""
    while process.returncode is None:  # noqa: ASYNC110 - asyncio reports the end of output and process together
        await asyncio.sleep(_POLL_SECONDS)


def descendants(root: int) -> list[int]:
    """Return the ids of `root` and of all living processes below it; empty if `root` has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
    return []


def processes_with_variable(variable: str) -> list[int]:
    """Return the living processes whose environment holds `variable` (`NAME=value`), as far as this user may look."""
    wanted = variable.encode()
    found = []
    for pid in psutil.pids():
        with contextlib.suppress(PermissionError, *GONE):
            if wanted in (PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                found.append(pid)
    return found


def usage(pids: Iterable[int]) -> ProcessUsage:
    """Return the summed usage of processes; those that have ended count nothing."""
    memory = threads = 0
    cpu = 0.0
    for pid in pids:
        with contextlib.suppress(*GONE):
            process = psutil.Process(pid)
            cpu += sum(process.cpu_times()[:4])  # user and system, of the process and of its ended children
            threads += process.num_threads()
            try:
                memory += process.memory_full_info().pss
            except psutil.AccessDenied:
                memory += process.memory_info().rss
    return ProcessUsage(memory, cpu, threads)


def folder_bytes(folder: Path) -> int:
    """Return the bytes on disk of everything under `folder`. Hard links count once, symbolic links are not followed.

    A sparse file counts with its full length, and every name counts as one block at least: a disk runs out of inodes,
    too. What lies deeper than 64 folders is not counted; it is removed after the command.
    """
    total = 0
    linked: set[int] = set()
    for entry in walk(folder, _MAX_DEPTH):
        if entry.status.st_nlink > 1 and not entry.is_folder:
            if entry.status.st_ino in linked:
                continue
            linked.add(entry.status.st_ino)
        total += max(entry.status.st_blocks * 512, entry.status.st_size, BLOCK)
    return total


def unlinked_bytes(pids: Iterable[int], device: int) -> int:
    """Return the bytes on `device` of deleted files that `pids` still hold open or mapped. No folder lists them."""
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
