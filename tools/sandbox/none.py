"""No sandbox: the command runs as this user, on this machine, with its network. Never chosen automatically.

Time, memory, processes, disk and output are limited as elsewhere, and the environment is clean. Nothing is isolated.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.errors import ToolError
from tools.sandbox import process_stats
from tools.sandbox.base import Purpose, ResourceLimits, Session, clean_environment
from tools.sandbox.local import LocalSession
from tools.sandbox.readonly_guard import ReadonlyGuard
from tools.sandbox.supervisor import SupervisedProcess
from tools.temporary import TemporaryFolder

MARK = "COLLOQUIUM_COMMAND"
GATE = 'read -r go && exec "$@" </dev/null'


class Unsandboxed:
    name = "none"

    def session(
        self, workspace: Path, *, purpose: Purpose = "experiment", read_only: Sequence[str] = (), run_id: str = ""
    ) -> Session:
        return UnsandboxedSession(workspace, purpose, read_only, run_id)


class UnsandboxedSession(LocalSession):
    async def start(
        self, command: Sequence[str], limits: ResourceLimits, environment: Mapping[str, str], guard: ReadonlyGuard
    ) -> SupervisedProcess:
        words = [sys.executable if command[0] == "python" else command[0], *command[1:]]
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        if shutil.which(words[0], path=path) is None:
            raise ToolError(f"there is no program {words[0]!r} on {path}")
        mark = uuid.uuid4().hex
        home = TemporaryFolder("home")
        variables = clean_environment(limits, self.purpose, home=str(home.path), path=path) | dict(environment)
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", GATE, "sh", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self.workspace,
            env=variables | {MARK: mark},
            start_new_session=True,
        )
        return _MarkedProcess(process, f"{MARK}={mark}", home)


class _MarkedProcess:
    """A shell that waits for a line before it becomes the command.

    Processes that leave the tree are found by a variable in their environment, unless they erased it.
    """

    def __init__(self, process: asyncio.subprocess.Process, mark: str, home: TemporaryFolder) -> None:
        self.process, self.root = process, process.pid
        self._mark, self._home = mark, home

    def release(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    def pids(self) -> list[int]:
        alive = process_stats.descendants(self.root) if self.process.returncode is None else []
        return sorted({*alive, *process_stats.processes_with_variable(self._mark)})

    def kill(self) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def wait_gone(self) -> None:
        await process_stats.wait_child(self.process)
        while process_stats.processes_with_variable(self._mark):  # a process may fork while it is killed
            self.kill()
            await asyncio.sleep(0.01)
        self._home.remove()
