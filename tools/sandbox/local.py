"""A session whose commands are supervised children of this process, for sandboxes without a daemon."""

from __future__ import annotations

import abc
import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.sandbox import cgroup
from tools.sandbox.base import ExecutionResult, Purpose, ResourceLimits
from tools.sandbox.readonly_guard import ReadonlyGuard
from tools.sandbox.supervisor import SupervisedProcess, supervise


class LocalSession(abc.ABC):
    """Commands run one after another and share nothing but files."""

    def __init__(self, workspace: Path, purpose: Purpose, read_only: Sequence[str], run_id: str) -> None:
        self.workspace = workspace.resolve(strict=True)
        self.purpose = purpose
        self._read_only = tuple(read_only)
        self._run_id = run_id or "run"
        self._stopped = asyncio.Event()
        self._lock = asyncio.Lock()
        ReadonlyGuard(self.workspace, self._read_only)  # reports a wrong path now

    @abc.abstractmethod
    async def start(
        self, command: Sequence[str], limits: ResourceLimits, environment: Mapping[str, str], guard: ReadonlyGuard
    ) -> SupervisedProcess:
        """Start `command` and hold it before its first instruction."""

    async def run(
        self,
        command: Sequence[str],
        *,
        limits: ResourceLimits,
        environment: Mapping[str, str] = {},
        on_output: Callable[[str], None] | None = None,
    ) -> ExecutionResult:
        async with self._lock:
            guard = await asyncio.to_thread(ReadonlyGuard, self.workspace, self._read_only)
            group = cgroup.create_group(f"{self._run_id}-{uuid.uuid4().hex[:8]}", limits)
            try:
                return await supervise(
                    await self.start(command, limits, environment, guard),
                    group=group,
                    limits=limits,
                    workspace=self.workspace,
                    guard=guard,
                    stopped=self._stopped,
                    on_output=on_output,
                )
            finally:
                if group:
                    group.remove()

    async def close(self) -> None:
        self._stopped.set()
        async with self._lock:
            return
