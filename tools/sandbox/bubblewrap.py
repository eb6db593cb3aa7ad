"""The bubblewrap sandbox: Linux namespaces without a daemon, for ordinary users and root."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.errors import UserError
from tools.sandbox import process_stats, seccomp
from tools.sandbox.base import WORKSPACE, Purpose, ResourceLimits, Session, clean_environment
from tools.sandbox.hardware import assigned_gpus
from tools.sandbox.local import LocalSession
from tools.sandbox.readonly_guard import ReadonlyGuard
from tools.sandbox.supervisor import SupervisedProcess

TEMPORARY_MB = 512
SYSTEM = ("/bin", "/sbin", "/lib", "/lib64", "/lib32")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "texmf")
KERNEL = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi", "mtrr", "asound", "dynamic_debug")
"""Entries of /proc that configure the whole machine: root in a user namespace may write them unless they are covered."""
TEX = ("/var/lib/texmf", "/var/lib/tex-common")
PASSWD = b"researcher:x:1000:1000::/tmp:/bin/sh\n"
GROUP = b"researcher:x:1000:\n"
HOSTS = b"127.0.0.1 localhost\n::1 localhost\n"
ETC_WRITTEN = ("/etc/passwd", "/etc/group", "/etc/hosts")
HINT = "the kernel must allow this user to create user namespaces (sysctl kernel.unprivileged_userns_clone, AppArmor)"


class Bubblewrap:
    name = "bubblewrap"

    @classmethod
    async def start(cls) -> Bubblewrap:
        """Return the sandbox after a trial command. Raises UserError if bubblewrap does not work on this machine."""
        trial = await asyncio.create_subprocess_exec(
            *(executable(), *_namespaces(), "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/sh", "-c", ":"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={},
        )
        output, _ = await trial.communicate()
        if trial.returncode:
            raise UserError(f"bubblewrap cannot start here: {output.decode('utf-8', 'replace').strip()}; {HINT}")
        return cls()

    def session(
        self, workspace: Path, *, purpose: Purpose = "experiment", read_only: Sequence[str] = (), run_id: str = ""
    ) -> Session:
        return BubblewrapSession(workspace, purpose, read_only, run_id)


class BubblewrapSession(LocalSession):
    """Each command runs in its own namespaces."""

    async def start(
        self, command: Sequence[str], limits: ResourceLimits, environment: Mapping[str, str], guard: ReadonlyGuard
    ) -> SupervisedProcess:
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        variables = clean_environment(limits, self.purpose, home="/tmp", path=path) | dict(environment)
        arguments = [
            *_namespaces(),
            *_devices(limits),  # first: its /tmp must not cover an interpreter installed under the host's /tmp
            *_system(self.purpose),
            *_workspace(self.workspace, guard),
            *(word for name, value in variables.items() for word in ("--setenv", name, value)),
        ]
        process = await _start(arguments, command)
        # counted per user namespace: other processes of this user do not count
        resource.prlimit(process.root, resource.RLIMIT_NPROC, (limits.processes, limits.processes))
        return process


class _GatedProcess:
    """bwrap holds the command at a gate (`--block-fd`) while cgroup and limits are set on its first process.

    That process is process 1 of the namespace: when it ends, the kernel kills all others before it counts as ended.
    """

    def __init__(self, process: asyncio.subprocess.Process, root: int, gate: int) -> None:
        self.process, self.root = process, root
        self._gate = gate
        self._handle = os.pidfd_open(root)

    def release(self) -> None:
        os.write(self._gate, b"1")

    def pids(self) -> list[int]:
        return process_stats.descendants(self.root)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        process_stats.kill_child(self.process)

    async def wait_gone(self) -> None:
        await asyncio.to_thread(select.select, [self._handle], [], [])
        await process_stats.wait_child(self.process)
        os.close(self._handle)
        os.close(self._gate)


async def _start(arguments: Sequence[str], command: Sequence[str]) -> _GatedProcess:
    """Start bwrap up to its gate. Raises UserError with bwrap's own message if it cannot start."""
    words = [sys.executable if command[0] == "python" else command[0], *command[1:]]
    info_read, info_write = os.pipe()
    gate_read, gate_write = os.pipe()
    files = [_pipe_of(content) for content in (PASSWD, GROUP, HOSTS)]
    filters = [_pipe_of(seccomp.program())] if seccomp.program() else []
    passed_fds = [info_write, gate_read, *files, *filters]
    options = [
        *(word for pair in zip(files, ETC_WRITTEN, strict=True) for word in ("--ro-bind-data", str(pair[0]), pair[1])),
        *(word for descriptor in filters for word in ("--seccomp", str(descriptor))),
        *("--remount-ro", "/", "--info-fd", str(info_write), "--block-fd", str(gate_read)),
    ]
    process: asyncio.subprocess.Process | None = None
    try:
        process = await asyncio.create_subprocess_exec(
            executable(),
            *arguments,
            *options,
            "--",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=passed_fds,
            env={},
        )
        for descriptor in passed_fds:
            os.close(descriptor)
        passed_fds = []
        info = await asyncio.to_thread(_read_all, info_read)
        if info:
            return _GatedProcess(process, json.loads(info)["child-pid"], gate_write)
        assert process.stdout is not None
        output = (await process.stdout.read()).decode("utf-8", "replace").strip()
        await process.wait()
        raise UserError(f"bubblewrap cannot start here: {output or 'no reason given'}; {HINT}")
    except BaseException:
        os.close(gate_write)
        if process:
            process_stats.kill_child(process)
            await process.wait()
        raise
    finally:
        for descriptor in (info_read, *passed_fds):
            os.close(descriptor)


def executable() -> str:
    """Return the path of bwrap. Raises UserError if it is not installed."""
    found = shutil.which("bwrap")
    if not found:
        raise UserError(
            "bubblewrap is not installed (no `bwrap` on the PATH); run `apt install bubblewrap` or use Docker"
        )
    return found


@functools.cache
def _supports_disable_userns() -> bool:
    help_text = subprocess.run([executable(), "--help"], capture_output=True, text=True, check=True)
    return "--disable-userns" in help_text.stdout


def _namespaces() -> list[str]:
    kinds = ["user", "ipc", "pid", "net", "uts", "cgroup-try"]
    return [
        *(f"--unshare-{kind}" for kind in kinds),
        *(["--disable-userns"] if _supports_disable_userns() else []),
        *("--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--hostname", "sandbox"),
        *("--die-with-parent", "--new-session", "--clearenv"),
    ]


def _system(purpose: Purpose) -> list[str]:
    """The system and the interpreter, read-only: no home folder, and of /etc only what programs need."""
    words = ["--ro-bind", "/usr", "/usr"]
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            words += _read_only(path)
    for name in ETC:
        words += _read_only(Path("/etc", name))
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not Path(prefix).is_relative_to("/usr"):
            words += _read_only(Path(prefix))
    if purpose == "latex":
        for folder in TEX:
            words += _read_only(Path(folder))
        engine = shutil.which("pdflatex")
        if engine and not Path(engine).resolve().is_relative_to("/usr"):
            words += _read_only(Path(engine).resolve().parents[2])  # <root>/bin/<platform>/pdflatex
    return words


def _devices(limits: ResourceLimits) -> list[str]:
    size = ["--size", str(TEMPORARY_MB << 20), "--tmpfs"]
    words = ["--proc", "/proc"]
    for name in KERNEL:
        words += _read_only(Path("/proc", name))
    words += ["--dev", "/dev", *size, "/dev/shm"]
    if limits.gpus:
        words += ["--ro-bind", "/sys", "/sys"]
        assigned = assigned_gpus(limits.gpus)
        for device in sorted(Path("/dev").glob("nvidia*")):
            number = device.name.removeprefix("nvidia")
            if not number.isdigit() or number in assigned:
                words += ["--dev-bind", str(device), str(device)]
    else:
        words += _read_only(Path("/sys/devices/system/cpu"))
    return [*words, "--remount-ro", "/dev", *size, "/tmp"]


def _workspace(workspace: Path, guard: ReadonlyGuard) -> list[str]:
    words = ["--bind", str(workspace), str(WORKSPACE), "--chdir", str(WORKSPACE)]
    for path, writable in guard.mounts:
        words += ["--bind" if writable else "--ro-bind", str(workspace / path), str(WORKSPACE / path)]
    return words


def _read_only(path: Path) -> list[str]:
    return ["--ro-bind-try", str(path), str(path)]


def _pipe_of(content: bytes | None) -> int:
    """Return the read end of a pipe that holds `content`, which must fit the pipe buffer (64 KB)."""
    read, write = os.pipe()
    os.write(write, content or b"")
    os.close(write)
    return read


def _read_all(descriptor: int) -> bytes:
    content = b""
    while piece := os.read(descriptor, 4096):
        content += piece
    return content
