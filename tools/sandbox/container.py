"""One container per command: its isolation options, and a gate at which it waits for the command.

The gate is a Python program that reads the command and replaces itself by it. So a container can be started before its
command is known, and its start does not count as time of the command. It is used once: commands share no state.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.types import DeviceRequest, LogConfig, Mount, Ulimit
from docker.utils.socket import frames_iter

from tools.sandbox import seccomp
from tools.sandbox.base import WORKSPACE, ResourceLimits
from tools.sandbox.hardware import assigned_gpus
from tools.sandbox.readonly_guard import ReadonlyGuard

USER = 1000
"""The user inside the container if this process is root; otherwise it is this process's user."""
TEMPORARY_MB = 256
RUN, OWNER = "colloquium.run", "colloquium.pid"
GATE = """
import json, os, sys
line = sys.stdin.buffer.readline()
if not line: sys.exit(0)
command, environment = json.loads(line)
os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
try:
    os.execvpe(command[0], command, environment)
except OSError as error:
    print(f"{command[0]}: {error.strerror}", file=sys.stderr)
    sys.exit(127)
"""


@dataclass(frozen=True)
class ContainerSpec:
    """Everything fixed when a container is created. A warm container fits only a command with an equal spec.

    A bind mount holds a file, not its name: replacing a mounted file changes the spec through its inode.
    """

    image: str
    run_id: str
    runtime: str
    limits: ResourceLimits
    mounts: tuple[tuple[str, str, bool, int], ...]
    """Host path, path inside, read-only, inode."""

    @classmethod
    def build(
        cls, image: str, run_id: str, runtime: str, limits: ResourceLimits, workspace: Path, guard: ReadonlyGuard
    ) -> ContainerSpec:
        paths = [(workspace, WORKSPACE, False)]
        paths += [(workspace / path, WORKSPACE / path, not writable) for path, writable in guard.mounts]
        mounts = tuple((str(here), str(there), fixed, here.lstat().st_ino) for here, there, fixed in paths)
        return cls(image, run_id, runtime, limits, mounts)

    def options(self) -> dict[str, Any]:
        limits = self.limits
        user = USER if os.geteuid() == 0 else os.geteuid()
        size = f"{limits.memory_mb}m"
        options: dict[str, Any] = {
            "network_mode": "none", "read_only": True, "user": f"{user}:{user}", "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true", f"seccomp={seccomp.docker_profile()}"],
            "mem_limit": size, "memswap_limit": size, "pids_limit": limits.processes,
            "nano_cpus": int(min(limits.cpus, os.cpu_count() or 1) * 1e9), "oom_score_adj": 500,
            "ipc_mode": "private", "shm_size": f"{TEMPORARY_MB}m", "init": True, "stdin_open": True,
            "working_dir": str(WORKSPACE),
            "mounts": [Mount(there, here, type="bind", read_only=fixed) for here, there, fixed, _ in self.mounts],
            "tmpfs": {"/tmp": f"rw,nosuid,nodev,size={TEMPORARY_MB}m,nr_inodes=20000,mode=1777"},
            "ulimits": [
                Ulimit(name="fsize", soft=limits.file_mb << 20, hard=limits.file_mb << 20),
                Ulimit(name="nofile", soft=limits.open_files, hard=limits.open_files),
                Ulimit(name="core", soft=0, hard=0),
            ],
            "labels": {RUN: self.run_id, OWNER: str(os.getpid())},
            "log_config": LogConfig(type="none"),
        }  # fmt: skip
        if self.runtime:
            options["runtime"] = self.runtime
        if limits.gpus:
            options["device_requests"] = [DeviceRequest(device_ids=assigned_gpus(limits.gpus), capabilities=[["gpu"]])]
        return options


class WarmContainer:
    """A started container that waits at its gate. It ends by itself when this process ends."""

    def __init__(self, container: Container, spec: ContainerSpec, stream: Any) -> None:
        self.container, self.spec = container, spec
        self._stream = stream

    @classmethod
    def start(cls, client: docker.DockerClient, spec: ContainerSpec) -> WarmContainer:
        command = ["python", "-I", "-c", GATE]
        container = client.containers.create(spec.image, command, **spec.options())
        try:
            stream = container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
            container.start()
        except BaseException:
            remove(container)
            raise
        return cls(container, spec, stream)

    def release(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Let the container become the command."""
        _send(self._stream, json.dumps([list(command), dict(environment)]).encode() + b"\n")

    def output(self) -> Iterator[bytes]:
        """Yield pieces of standard output and error until the container ends or `end` closes the stream."""
        with contextlib.suppress(OSError, ValueError):
            for _, piece in frames_iter(self._stream, tty=False):  # type: ignore[no-untyped-call]
                yield piece

    def end(self) -> None:
        """Kill and remove the container."""
        kill(self.container)
        remove(self.container)
        with contextlib.suppress(OSError):
            self._stream.close()


class WarmPool:
    """Keeps a container ready for a session's next command, from the second command on."""

    def __init__(self, client: docker.DockerClient) -> None:
        self._client = client
        self._next: asyncio.Task[WarmContainer] | None = None
        self._taken = 0

    async def take(self, spec: ContainerSpec) -> WarmContainer:
        """Return the warm container if it fits, else a new one. If this is cancelled, `drop` removes what it started."""
        self._taken += 1
        if self._next:
            with contextlib.suppress(APIError):  # its mounts no longer exist
                warm = await asyncio.shield(self._next)
                if warm.spec != spec:
                    await self.drop()
        self._next = self._next if self._next and not _failed(self._next) else self._start(spec)
        warm = await asyncio.shield(self._next)
        self._next = None
        return warm

    def prepare(self, spec: ContainerSpec) -> None:
        """Start the next container in the background. A session of one command gets none."""
        if self._taken > 1:
            self._next = self._start(spec)

    async def drop(self) -> None:
        """Remove the warm container."""
        if self._next:
            with contextlib.suppress(APIError):
                await asyncio.to_thread((await self._next).end)
            self._next = None

    def _start(self, spec: ContainerSpec) -> asyncio.Task[WarmContainer]:
        return asyncio.create_task(asyncio.to_thread(WarmContainer.start, self._client, spec))


def _send(stream: Any, data: bytes) -> None:
    """Write to an attached container. The SDK returns a read-only file object for plain connections and a socket for TLS."""
    if hasattr(stream, "sendall"):
        stream.sendall(data)
        return
    while data:
        select.select([], [stream], [])
        data = data[os.write(stream.fileno(), data) :]


def _failed(task: asyncio.Task[WarmContainer]) -> bool:
    return task.done() and task.exception() is not None


def kill(container: Container) -> None:
    with contextlib.suppress(APIError, NotFound):
        container.kill()
    with contextlib.suppress(APIError, NotFound):
        container.wait(timeout=30)


def remove(container: Container) -> None:
    with contextlib.suppress(NotFound):
        container.remove(force=True)
