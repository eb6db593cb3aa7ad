"""A cgroup for one command, where kernel and permissions allow one, so that the kernel itself enforces the limits.

Supports cgroup v1 and v2. Cgroups left by a supervisor that was killed are removed when the next one is created.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from tools.sandbox.base import ResourceLimits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "colloquium-"
CONTROLLERS = ("memory", "pids", "cpu", "cpuacct")


class ControlGroup:
    """The folders of one cgroup, by controller; with cgroup v2 they are the same folder."""

    def __init__(self, folders: dict[str, Path], version: int) -> None:
        self._folders = folders
        self._version = version

    @property
    def version(self) -> int:
        return self._version

    def limit(self, limits: ResourceLimits) -> None:
        memory, quota = limits.memory_mb << 20, int(limits.cpus * 100_000)
        if self._version == 2:
            self._write("memory", "memory.max", memory)
            self._write("memory", "memory.swap.max", 0, optional=True)
            self._write("cpu", "cpu.max", f"{quota} 100000", optional=True)
        else:
            self._write("memory", "memory.limit_in_bytes", memory)
            self._write("memory", "memory.memsw.limit_in_bytes", memory, optional=True)
            self._write("cpu", "cpu.cfs_quota_us", quota, optional=True)
        self._write("pids", "pids.max", limits.processes)

    def add(self, pid: int) -> None:
        for folder in set(self._folders.values()):
            (folder / "cgroup.procs").write_text(str(pid))

    def memory_bytes(self) -> int:
        """Return the memory in use: private, shared and temporary file systems, without the file cache."""
        names = ("anon", "shmem") if self._version == 2 else ("total_rss", "total_shmem")
        found = self._table("memory", "memory.stat")
        return sum(found.get(name, 0) for name in names)

    def peak_bytes(self) -> int:
        """Return the kernel's peak, file cache included."""
        file = self._folders["memory"] / ("memory.peak" if self._version == 2 else "memory.max_usage_in_bytes")
        return int(file.read_text()) if file.exists() else 0

    def cpu_seconds(self) -> float | None:
        if self._version == 2:
            return self._table("memory", "cpu.stat")["usage_usec"] / 1e6
        if "cpuacct" not in self._folders:
            return None
        return int((self._folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9

    def out_of_memory(self) -> bool:
        """Return whether the kernel killed a process for memory."""
        file = "memory.events" if self._version == 2 else "memory.oom_control"
        return self._table("memory", file).get("oom_kill", 0) > 0

    def refused_processes(self) -> bool:
        """Return whether the kernel refused to start a process."""
        file = self._folders["pids"] / "pids.events"
        return file.exists() and self._table("pids", "pids.events").get("max", 0) > 0

    def pids(self) -> list[int]:
        """Return the process ids, without those invisible to this process (listed as 0)."""
        return [pid for line in (self._folders["pids"] / "cgroup.procs").read_text().split() if (pid := int(line))]

    def kill(self) -> None:
        if self._version == 2 and (self._folders["memory"] / "cgroup.kill").exists():
            self._write("memory", "cgroup.kill", 1)
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Remove the empty cgroup; a busy one is removed when the next cgroup is created."""
        for folder in set(self._folders.values()):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _write(self, controller: str, file: str, value: object, *, optional: bool = False) -> None:
        path = self._folders.get(controller)
        if optional and (path is None or not (path / file).exists()):
            return
        assert path is not None
        (path / file).write_text(str(value))

    def _table(self, controller: str, file: str) -> dict[str, int]:
        lines = (self._folders[controller] / file).read_text().splitlines()
        return {name: int(value) for name, _, value in (line.partition(" ") for line in lines)}


def create_group(name: str, limits: ResourceLimits) -> ControlGroup | None:
    """Return a new cgroup with `limits` set, or None without write access to the controllers memory and pids."""
    parents = _parents_v2() or _parents_v1()
    if not {"memory", "pids"} <= set(parents):
        return None
    for parent in set(parents.values()):
        for left in parent.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):  # busy: its processes are alive
                if not _alive(left.name.removeprefix(PREFIX).partition("-")[0]):
                    left.rmdir()
    folders = {controller: parent / f"{PREFIX}{os.getpid()}-{name}" for controller, parent in parents.items()}
    version = 2 if (folders["memory"].parent / "cgroup.controllers").exists() else 1
    group = ControlGroup(folders, version)
    try:
        for folder in set(folders.values()):
            folder.mkdir()
        group.limit(limits)
    except OSError:  # without the right to set limits a cgroup is useless; the supervisor measures instead
        group.remove()
        return None
    return group


def _alive(pid: str) -> bool:
    """Return whether the creator of a cgroup is alive; an idle cgroup of a living process is about to be used."""
    return pid.isdigit() and Path("/proc", pid).exists()


def _parents_v1() -> dict[str, Path]:
    """Return the nearest writable folder of each controller, from this process's cgroup upwards."""
    parents: dict[str, Path] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, own = line.split(":", 2)
        for controller in set(names.split(",")) & set(CONTROLLERS):
            mount = ROOT / controller
            for folder in _upwards(mount, own):
                if os.access(folder, os.W_OK) and (folder / "cgroup.procs").exists():
                    parents[controller] = folder
                    break
    return parents


def _parents_v2() -> dict[str, Path]:
    """Return the nearest writable folder that delegates memory and pids, from this process's cgroup upwards."""
    own = [line[3:] for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")]
    if not own or not (ROOT / "cgroup.controllers").exists():
        return {}
    for folder in _upwards(ROOT, own[0]):
        delegated = (folder / "cgroup.subtree_control").read_text().split()
        writable = all(os.access(path, os.W_OK) for path in (folder, folder / "cgroup.procs"))
        if writable and {"memory", "pids"} <= set(delegated):
            return {controller: folder for controller in CONTROLLERS if controller in delegated}
    return {}


def _upwards(mount: Path, own: str) -> list[Path]:
    start = mount / own.lstrip("/")
    chain = [start, *start.parents] if start.is_dir() else [mount]
    return [folder for folder in chain if folder.is_relative_to(mount)]
