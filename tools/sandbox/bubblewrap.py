"""The sandbox of bubblewrap: namespaces without a daemon, for an ordinary user as for root."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.errors import UserError
from tools.sandbox import cgroup, seccomp, tree
from tools.sandbox.base import INSIDE, Limits, Outcome, Promise, Purpose, clean_environment
from tools.sandbox.guard import Guard
from tools.sandbox.probe import probe
from tools.sandbox.supervise import bound_processes, supervise

TEMPORARY_MB = 512
SYSTEM = ("/bin", "/sbin", "/lib", "/lib64", "/lib32")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "texmf")
TEX = ("/var/lib/texmf", "/var/lib/tex-common")
PASSWD = b"researcher:x:1000:1000::/tmp:/bin/sh\n"
GROUP = b"researcher:x:1000:\n"
HOSTS = b"127.0.0.1 localhost\n::1 localhost\n"


class Bubblewrap:
    name = "bubblewrap"

    async def promises(self) -> list[Promise]:
        return await probe(self, cgroup_held=has_cgroup())

    def session(
        self, workspace: Path, *, purpose: Purpose = "experiment", read_only: Sequence[str] = (), run_id: str = ""
    ) -> BubblewrapSession:
        return BubblewrapSession(workspace.resolve(strict=True), purpose, tuple(read_only), run_id)


class BubblewrapSession:
    """Each command gets namespaces of its own, so nothing of one command lives on to the next but its files."""

    def __init__(self, workspace: Path, purpose: Purpose, read_only: tuple[str, ...], run_id: str) -> None:
        self._workspace, self._purpose, self._read_only = workspace, purpose, read_only
        self._run_id = run_id
        self._stopped = asyncio.Event()
        Guard(workspace, read_only)  # a wrong path is told now

    async def run(
        self,
        command: Sequence[str],
        *,
        limits: Limits,
        environment: Mapping[str, str] = {},
        on_output: Callable[[str], None] | None = None,
    ) -> Outcome:
        guard = await asyncio.to_thread(Guard, self._workspace, self._read_only)
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        variables = clean_environment(limits, self._purpose, home="/tmp", path=path) | dict(environment)
        arguments = [
            *_namespaces(),
            *_system(self._purpose),
            *_devices(limits),
            *_workspace(self._workspace, guard),
            *(word for name, value in variables.items() for word in ("--setenv", name, value)),
        ]
        group = cgroup.make(f"{self._run_id or 'run'}-{uuid.uuid4().hex[:8]}", limits)
        try:
            subject = await _start(arguments, command)
            bound_processes(subject.root, limits)
            return await supervise(
                subject,
                group=group,
                limits=limits,
                workspace=self._workspace,
                guard=guard,
                stopped=self._stopped,
                on_output=on_output,
            )
        finally:
            if group:
                group.remove()

    async def close(self) -> None:
        self._stopped.set()


class _Subject:
    """bwrap holds the command at a gate (`--block-fd`) while control group and limits are set on its first process,
    which is process 1 of the namespace: when that one ends, the kernel ends all others before it counts as ended."""

    def __init__(self, process: asyncio.subprocess.Process, root: int, gate: int) -> None:
        self.process, self.root = process, root
        self._gate = gate
        self._handle = os.pidfd_open(root)

    def release(self) -> None:
        os.write(self._gate, b"1")

    def pids(self) -> list[int]:
        return tree.descendants(self.root)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()

    async def gone(self) -> None:
        await asyncio.to_thread(select.select, [self._handle], [], [])
        await self.process.wait()
        os.close(self._handle)
        os.close(self._gate)


async def _start(arguments: Sequence[str], command: Sequence[str]) -> _Subject:
    """Start bwrap up to its gate. Raises UserError with bwrap's own words where it cannot."""
    words = [sys.executable if command[0] == "python" else command[0], *command[1:]]
    with contextlib.ExitStack() as ours:
        data = {
            "--ro-bind-data": [(PASSWD, "/etc/passwd"), (GROUP, "/etc/group"), (HOSTS, "/etc/hosts")],
        }
        extra: list[str] = []
        passed: list[int] = []

        def hand_over(content: bytes) -> int:
            read, write = os.pipe()
            ours.callback(os.close, read)
            os.write(write, content)  # far below the pipe's capacity
            os.close(write)
            passed.append(read)
            return read

        for option, files in data.items():
            for content, place in files:
                extra += [option, str(hand_over(content)), place]
        if (filter_program := seccomp.program()) is not None:
            extra += ["--seccomp", str(hand_over(filter_program))]
        info_read, info_write = os.pipe()
        gate_read, gate_write = os.pipe()
        ours.callback(os.close, gate_read)
        info = os.fdopen(info_read, "rb")
        ours.callback(info.close)
        opened = [*passed, info_write, gate_read]
        try:
            process = await asyncio.create_subprocess_exec(
                _bwrap(),
                *arguments,
                *extra,
                *("--remount-ro", "/", "--info-fd", str(info_write), "--block-fd", str(gate_read), "--", *words),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=opened,
                env={},
            )
        except BaseException:
            os.close(gate_write)
            raise
        finally:
            os.close(info_write)
        told = await asyncio.to_thread(info.read)
    if not told:
        os.close(gate_write)
        assert process.stdout is not None
        words_of_bwrap = (await process.stdout.read()).decode("utf-8", "replace").strip()
        await process.wait()
        raise UserError(f"bubblewrap cannot start here: {words_of_bwrap}; `sysctl kernel.unprivileged_userns_clone` and AppArmor decide who may make user namespaces")
    return _Subject(process, json.loads(told)["child-pid"], gate_write)
