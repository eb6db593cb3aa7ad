"""Docker: each command in a fresh container, with its deadline held outside, where the code cannot reach."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container
from docker.types import DeviceRequest, LogConfig, Mount, Ulimit

from tools.errors import UserError
from tools.sandbox import image, residue, seccomp, tree
from tools.sandbox.base import INSIDE, Limits, Outcome, Promise, Purpose, Reason, Session, clean_environment, explain
from tools.sandbox.gpus import dealt_gpus
from tools.sandbox.guard import Guard
from tools.sandbox.output import Output
from tools.sandbox.probe import probe
from tools.sandbox.settings import DockerSettings
from tools.sandbox.supervise import telling

USER = 1000
"""Who the code is inside when this process is root; else it is this process's user."""
TEMPORARY_MB = 256
RUN, OWNER = "colloquium.run", "colloquium.pid"
TICK = 0.1
DISK_TICK = 0.5
STATS_TICK = 0.5
HAND_ON_TICK = 0.05


class Docker:
    name = "docker"

    def __init__(
        self,
        client: docker.DockerClient,
        settings: DockerSettings,
        requirements: Sequence[str] = (),
        say: image.Say = lambda text: None,
    ) -> None:
        self.client, self.settings = client, settings
        self._requirements, self._say = tuple(requirements), say

    @classmethod
    async def connect(
        cls, settings: DockerSettings, requirements: Sequence[str] = (), say: image.Say = lambda text: None
    ) -> Docker:
        """The daemon of this machine, with containers of runs that are gone swept away, and the image for experiments.

        Args:
            requirements: a template's packages, installed into its image.
            say: hears, in this loop's thread, how far the building of an image is.

        Raises:
            UserError: no daemon answers, or the image cannot be built.
        """
        loop = asyncio.get_running_loop()

        def say_here(text: str) -> None:
            loop.call_soon_threadsafe(say, text)

        sandbox = cls(await asyncio.to_thread(cls._client), settings, requirements, say_here)
        await sandbox.image("experiment")
        return sandbox

    @classmethod
    def _client(cls) -> docker.DockerClient:
        try:
            client = docker.from_env(timeout=600)
            client.ping()
        except DockerException as error:
            raise UserError(f"no Docker daemon answers ({str(error)[:120]}); start one, or use bubblewrap") from None
        for container in client.containers.list(all=True, filters={"label": OWNER}):
            if not Path("/proc", container.labels[OWNER]).exists():
                with contextlib.suppress(APIError):
                    container.remove(force=True)
        return client

    async def image(self, purpose: Purpose) -> str:
        """The name of the image for a purpose, built first where there is none."""
        return await asyncio.to_thread(
            image.ensure, self.client, purpose, self.settings, self._requirements, self._say
        )

    async def promises(self) -> list[Promise]:
        return await probe(self)

    def session(
        self, workspace: Path, *, purpose: Purpose = "experiment", read_only: Sequence[str] = (), run_id: str = ""
    ) -> Session:
        return DockerSession(self, workspace, purpose, read_only, run_id)


class DockerSession:
    """Commands run one after another, each in a container of its own; nothing lives on but the workspace's files."""

    def __init__(
        self, sandbox: Docker, workspace: Path, purpose: Purpose, read_only: Sequence[str], run_id: str
    ) -> None:
        self._sandbox, self._purpose, self._run_id = sandbox, purpose, run_id or "run"
        self.workspace = workspace.resolve(strict=True)
        self._read_only = tuple(read_only)
        self._stopped = asyncio.Event()
        self._turn = asyncio.Lock()
        Guard(self.workspace, self._read_only)  # a wrong path is told now

    async def run(
        self,
        command: Sequence[str],
        *,
        limits: Limits,
        environment: Mapping[str, str] = {},
        on_output: Callable[[str], None] | None = None,
    ) -> Outcome:
        async with self._turn:
            guard = await asyncio.to_thread(Guard, self.workspace, self._read_only)
            name = await self._sandbox.image(self._purpose)
            await asyncio.to_thread(self._give_workspace)
            options = self._options(limits, environment, guard)
            container = await asyncio.to_thread(self._sandbox.client.containers.create, name, list(command), **options)
            try:
                return await self._see_through(container, limits, guard, on_output)
            finally:
                await asyncio.shield(asyncio.to_thread(_remove, container))

    async def close(self) -> None:
        self._stopped.set()
        async with self._turn:
            return

    async def _see_through(
        self, container: Container, limits: Limits, guard: Guard, on_output: Callable[[str], None] | None
    ) -> Outcome:
        """Start the container and see it to its end or to the first limit that it breaks."""
        loop = asyncio.get_running_loop()
        output = Output(limits.output_kb * 1024, _in_moderation(loop, on_output) if on_output else None)
        before = await asyncio.to_thread(tree.folder_bytes, self.workspace)
        stream = await asyncio.to_thread(container.attach, stream=True, stdout=True, stderr=True)
        ended = asyncio.Event()

        def read() -> None:
            for piece in stream:
                if not output.flooded:  # the rest is taken and dropped: a full pipe would block the daemon
                    output.feed(piece)
            loop.call_soon_threadsafe(ended.set)

        reader = threading.Thread(target=read, daemon=True)
        meter = _Meter(container)
        began = time.monotonic()
        try:
            await asyncio.to_thread(container.start)
            reader.start()
            reason = await self._watch(container, limits, output, before, began, meter)
        finally:
            elapsed = time.monotonic() - began
            await asyncio.shield(asyncio.to_thread(_kill, container))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 5)
        await asyncio.to_thread(container.reload)
        state = container.attrs["State"]
        code = int(state["ExitCode"]) if reason is None else None
        if reason is None and state["OOMKilled"]:
            reason, code = "memory", None
        written = max(0, await asyncio.to_thread(tree.folder_bytes, self.workspace) - before)
        tampered = guard.changes()
        swept = await asyncio.to_thread(residue.sweep, self.workspace)
        final: Reason = "tampered" if tampered else reason or ("finished" if code == 0 else "failed")
        return Outcome(
            exit_code=code,
            reason=final,
            output=output.text(),
            wall_seconds=elapsed,
            cpu_seconds=meter.cpu_seconds,
            peak_memory_mb=meter.peak_mb,
            bytes_written=written,
            explanation=telling(explain(final, limits, code, elapsed), tampered, swept),
            removed=tuple(swept),
        )

    async def _watch(
        self, container: Container, limits: Limits, output: Output, before: int, began: float, meter: _Meter
    ) -> Reason | None:
        """The limit that was broken, or None when the command ended by itself."""
        waiter = asyncio.ensure_future(asyncio.to_thread(container.wait))
        sampler = asyncio.ensure_future(meter.sample())
        disk_due = 0.0
        try:
            while True:
                elapsed = time.monotonic() - began
                done, _ = await asyncio.wait({waiter}, timeout=max(0.0, min(TICK, limits.wall_seconds - elapsed)))
                elapsed = time.monotonic() - began
                if self._stopped.is_set():
                    return "stopped"
                if done:
                    return None
                if elapsed >= limits.wall_seconds:
                    return "time"
                if output.flooded:
                    return "output"
                if elapsed >= disk_due:
                    size = await asyncio.to_thread(self._bytes_on_disk, container)
                    if size - before > limits.disk_mb << 20:
                        return "disk"
                    disk_due = time.monotonic() - began + DISK_TICK
        finally:
            sampler.cancel()

    def _bytes_on_disk(self, container: Container) -> int:
        """The workspace's files, and those that were deleted while the code holds them open, as far as this process may
        look at those of the container."""
        if not container.attrs["State"].get("Pid"):
            container.reload()
        root = int(container.attrs["State"].get("Pid") or 0)
        pids = [root, *tree.descendants(root)] if root else []
        return tree.folder_bytes(self.workspace) + tree.unlinked_bytes(pids, self.workspace.stat().st_dev)

    def _give_workspace(self) -> None:
        """The code inside is nobody's root; where this process is, the workspace is handed to the inside user."""
        if os.geteuid() != 0:
            return
        os.chown(self.workspace, USER, USER)
        for folder, folders, files in os.walk(self.workspace):
            for name in (*folders, *files):
                os.chown(Path(folder, name), USER, USER, follow_symlinks=False)

    def _options(self, limits: Limits, environment: Mapping[str, str], guard: Guard) -> dict[str, Any]:
        user = USER if os.geteuid() == 0 else os.geteuid()
        size = f"{limits.memory_mb}m"
        mounts = [Mount(str(INSIDE), str(self.workspace), type="bind", read_only=False)]
        for path, writable in guard.mounts:
            source, target = str(self.workspace / path), str(INSIDE / path)
            mounts.append(Mount(target, source, type="bind", read_only=not writable))
        variables = clean_environment(limits, self._purpose, home="/tmp", path="/usr/local/bin:/usr/bin:/bin")
        options: dict[str, Any] = {
            "detach": True, "network_mode": "none", "read_only": True, "user": f"{user}:{user}", "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true", f"seccomp={seccomp.docker_profile()}"],
            "mem_limit": size, "memswap_limit": size, "pids_limit": limits.processes,
            "nano_cpus": int(min(limits.cpus, os.cpu_count() or 1) * 1e9), "oom_score_adj": 500, "ipc_mode": "private",
            "shm_size": f"{TEMPORARY_MB}m", "init": True, "working_dir": str(INSIDE), "mounts": mounts,
            "tmpfs": {"/tmp": f"rw,nosuid,nodev,size={TEMPORARY_MB}m,nr_inodes=20000,mode=1777"},
            "ulimits": [
                Ulimit(name="fsize", soft=limits.file_mb << 20, hard=limits.file_mb << 20),
                Ulimit(name="nofile", soft=limits.open_files, hard=limits.open_files),
                Ulimit(name="core", soft=0, hard=0),
            ],
            "environment": {**variables, **environment},
            "labels": {RUN: self._run_id, OWNER: str(os.getpid())},
            "log_config": LogConfig(type="none"),
        }  # fmt: skip
        if self._sandbox.settings.runtime:
            options["runtime"] = self._sandbox.settings.runtime
        if limits.gpus:
            options["device_requests"] = [DeviceRequest(device_ids=dealt_gpus(limits.gpus), capabilities=[["gpu"]])]
        return options


class _Meter:
    """Usage by the daemon's own count, sampled while the container runs; None of a command too short for a sample."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.cpu_seconds: float | None = None
        self.peak_mb: float | None = None

    async def sample(self) -> None:
        while True:
            with contextlib.suppress(APIError):
                self._take(await asyncio.to_thread(self._ask))
            await asyncio.sleep(STATS_TICK)

    def _ask(self) -> Any:
        return self._container.stats(stream=False, one_shot=True)

    def _take(self, told: dict[str, Any]) -> None:
        memory = told.get("memory_stats", {})
        if "usage" in memory:
            cached = memory.get("stats", {}).get("total_inactive_file", memory.get("stats", {}).get("inactive_file", 0))
            self.peak_mb = max(self.peak_mb or 0.0, (memory["usage"] - cached) / 2**20)
        if used := told.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage"):
            self.cpu_seconds = used / 1e9


def _in_moderation(loop: asyncio.AbstractEventLoop, on_output: Callable[[str], None]) -> Callable[[str], None]:
    """Hand output on to the loop from the reading thread, the newest piece, twenty times a second at most."""
    last = 0.0

    def hand_on(text: str) -> None:
        nonlocal last
        if time.monotonic() - last > HAND_ON_TICK:
            last = time.monotonic()
            loop.call_soon_threadsafe(on_output, text)

    return hand_on


def _kill(container: Container) -> None:
    with contextlib.suppress(APIError, NotFound):
        container.kill()
    with contextlib.suppress(APIError, NotFound):
        container.wait(timeout=30)


def _remove(container: Container) -> None:
    with contextlib.suppress(NotFound):
        container.remove(force=True)
