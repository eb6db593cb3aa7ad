"""The Docker sandbox: each command runs in its own container, with limits enforced from outside.

A session that has run two commands keeps a container ready for the next one, so that it starts at once.
"""

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
from docker.errors import APIError, DockerException
from docker.models.containers import Container

from tools.errors import UserError
from tools.sandbox import image, process_stats
from tools.sandbox.base import (
    EndReason,
    ExecutionResult,
    Purpose,
    ResourceLimits,
    Session,
    clean_environment,
)
from tools.sandbox.container import OWNER, USER, ContainerSpec, WarmContainer, WarmPool, kill
from tools.sandbox.output import CapturedOutput
from tools.sandbox.readonly_guard import ReadonlyGuard
from tools.sandbox.result import build_result
from tools.sandbox.settings import DockerSettings

TICK = 0.1
DISK_TICK = 0.5
STATS_TICK = 0.5
FORWARD_INTERVAL = 0.05


class Docker:
    name = "docker"

    def __init__(
        self,
        client: docker.DockerClient,
        settings: DockerSettings,
        requirements: Sequence[str] = (),
        report: image.Progress = lambda text: None,
    ) -> None:
        self.client, self.settings = client, settings
        self._requirements, self._report = tuple(requirements), report

    @classmethod
    async def connect(
        cls,
        settings: DockerSettings,
        requirements: Sequence[str] = (),
        *,
        purposes: Sequence[Purpose] = ("experiment",),
        report: image.Progress = lambda text: None,
    ) -> Docker:
        """Connect to the daemon, remove containers of ended runs, and build the images that do not exist.

        Args:
            requirements: a template's packages, installed into its image.
            purposes: what images are built for.
            report: receives the progress of an image build, in the event loop's thread.

        Raises:
            UserError: no daemon answers, or the image cannot be built.
        """
        sandbox = cls(await asyncio.to_thread(cls._client), settings, requirements, report)
        for purpose in purposes:
            await sandbox.image(purpose)
        return sandbox

    @classmethod
    def _client(cls) -> docker.DockerClient:
        try:
            client = docker.from_env(timeout=600)
            client.ping()
        except DockerException as error:
            raise UserError(f"no Docker daemon answers ({str(error)[:120]}); start one, or use bubblewrap") from None
        for container in client.containers.list(all=True, ignore_removed=True, filters={"label": OWNER}):
            if not Path("/proc", container.labels[OWNER]).exists():
                with contextlib.suppress(APIError):
                    container.remove(force=True)
        return client

    async def image(self, purpose: Purpose) -> str:
        """Return the name of the image for a purpose; build it if it does not exist."""
        loop = asyncio.get_running_loop()

        def report(text: str) -> None:
            loop.call_soon_threadsafe(self._report, text)

        return await asyncio.to_thread(
            image.ensure_image, self.client, purpose, self.settings, self._requirements, report
        )

    def session(
        self, workspace: Path, *, purpose: Purpose = "experiment", read_only: Sequence[str] = (), run_id: str = ""
    ) -> Session:
        return DockerSession(self, workspace, purpose, read_only, run_id)


class DockerSession:
    """Commands run one after another, each in its own container, and share nothing but the workspace's files."""

    def __init__(
        self, sandbox: Docker, workspace: Path, purpose: Purpose, read_only: Sequence[str], run_id: str
    ) -> None:
        self._sandbox, self._purpose, self._run_id = sandbox, purpose, run_id or "run"
        self.workspace = workspace.resolve(strict=True)
        self._read_only = tuple(read_only)
        self._stopped = asyncio.Event()
        self._lock = asyncio.Lock()
        self._warm_pool = WarmPool(sandbox.client)
        ReadonlyGuard(self.workspace, self._read_only)  # reports a wrong path now

    async def run(
        self,
        command: Sequence[str],
        *,
        limits: ResourceLimits,
        environment: Mapping[str, str] = {},
        on_output: Callable[[str], None] | None = None,
    ) -> ExecutionResult:
        variables = clean_environment(limits, self._purpose, home="/tmp", path="/usr/local/bin:/usr/bin:/bin")
        async with self._lock:
            guard = await asyncio.to_thread(ReadonlyGuard, self.workspace, self._read_only)
            name = await self._sandbox.image(self._purpose)
            await asyncio.to_thread(self._chown_workspace)
            runtime = self._sandbox.settings.runtime
            spec = ContainerSpec.build(name, self._run_id, runtime, limits, self.workspace, guard)
            warm = await self._warm_pool.take(spec)
            try:
                return await self._supervise(warm, (command, variables | dict(environment)), guard, on_output)
            finally:
                await asyncio.shield(asyncio.to_thread(warm.end))
                if not self._stopped.is_set():
                    self._warm_pool.prepare(spec)

    async def close(self) -> None:
        self._stopped.set()
        async with self._lock:
            await self._warm_pool.drop()

    async def _supervise(
        self,
        warm: WarmContainer,
        command: tuple[Sequence[str], Mapping[str, str]],
        guard: ReadonlyGuard,
        on_output: Callable[[str], None] | None,
    ) -> ExecutionResult:
        """Release the command, and wait for its end or the first limit that it reaches."""
        container, limits = warm.container, warm.spec.limits
        loop = asyncio.get_running_loop()
        output = CapturedOutput(limits.output_kb * 1024, _throttled(loop, on_output) if on_output else None)
        before = await asyncio.to_thread(process_stats.folder_bytes, self.workspace)
        ended = asyncio.Event()

        def read() -> None:
            for piece in warm.output():
                if not output.flooded:  # drop the rest: a full pipe would block the daemon
                    output.feed(piece)
            loop.call_soon_threadsafe(ended.set)

        reader = threading.Thread(target=read, daemon=True)
        sampler = _StatsSampler(container)
        began = time.monotonic()
        try:
            reader.start()
            warm.release(*command)
            reason = await self._watch(container, limits, output, before, began, sampler)
        finally:
            elapsed = time.monotonic() - began
            await asyncio.shield(asyncio.to_thread(kill, container))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 5)
        if reason is None and output.flooded:  # the command ended between the flood and the next look at it
            reason = "output"
        await asyncio.to_thread(container.reload)
        state = container.attrs["State"]
        code = int(state["ExitCode"]) if reason is None else None
        if reason is None and state["OOMKilled"]:
            reason, code = "memory", None
        written = max(0, await asyncio.to_thread(process_stats.folder_bytes, self.workspace) - before)
        return await build_result(
            reason,
            code,
            limits=limits,
            guard=guard,
            workspace=self.workspace,
            output=output.text(),
            wall_seconds=elapsed,
            cpu_seconds=sampler.cpu_seconds,
            peak_memory_mb=sampler.peak_mb,
            bytes_written=written,
        )

    async def _watch(
        self,
        container: Container,
        limits: ResourceLimits,
        output: CapturedOutput,
        before: int,
        began: float,
        sampler: _StatsSampler,
    ) -> EndReason | None:
        """Return the limit reached, or None once the command has ended by itself."""
        waiter = asyncio.ensure_future(asyncio.to_thread(container.wait))
        sampling = asyncio.ensure_future(sampler.sample())
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
            sampling.cancel()

    def _bytes_on_disk(self, container: Container) -> int:
        """Return the size of the workspace and of deleted files that are still open, as far as this process may look."""
        if not container.attrs["State"].get("Pid"):
            container.reload()
        root = int(container.attrs["State"].get("Pid") or 0)
        pids = [root, *process_stats.descendants(root)] if root else []
        return process_stats.folder_bytes(self.workspace) + process_stats.unlinked_bytes(
            pids, self.workspace.stat().st_dev
        )

    def _chown_workspace(self) -> None:
        """Give the workspace to the user inside, who is never root; needed only if this process is root."""
        if os.geteuid() != 0:
            return
        os.chown(self.workspace, USER, USER)
        for folder, folders, files in os.walk(self.workspace):
            for name in (*folders, *files):
                os.chown(Path(folder, name), USER, USER, follow_symlinks=False)


class _StatsSampler:
    """Samples the daemon's statistics while the container runs; None if the command is too short for a sample."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.cpu_seconds: float | None = None
        self.peak_mb: float | None = None

    async def sample(self) -> None:
        while True:
            with contextlib.suppress(APIError):
                self._record(await asyncio.to_thread(self._stats))
            await asyncio.sleep(STATS_TICK)

    def _stats(self) -> Any:
        return self._container.stats(stream=False, one_shot=True)

    def _record(self, stats: dict[str, Any]) -> None:
        memory = stats.get("memory_stats", {})
        if "usage" in memory:
            cached = memory.get("stats", {}).get("total_inactive_file", memory.get("stats", {}).get("inactive_file", 0))
            self.peak_mb = max(self.peak_mb or 0.0, (memory["usage"] - cached) / 2**20)
        if used := stats.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage"):
            self.cpu_seconds = used / 1e9


def _throttled(loop: asyncio.AbstractEventLoop, on_output: Callable[[str], None]) -> Callable[[str], None]:
    """Forward output from the reading thread to the event loop, at most twenty times a second."""
    last = 0.0

    def forward(text: str) -> None:
        nonlocal last
        if time.monotonic() - last > FORWARD_INTERVAL:
            last = time.monotonic()
            loop.call_soon_threadsafe(on_output, text)

    return forward
