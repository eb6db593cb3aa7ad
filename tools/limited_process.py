"""Run a module of the project on untrusted data in a process of its own, with limits on time and memory.

A file that crashes, hangs or exhausts its decoder harms only that process.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from collections.abc import Callable

from tools.errors import UserError
from tools.project import ROOT

_MAX_MEMORY = 6 << 30
"""Bytes of address space."""
_MAX_FILE = 64 << 20
_USER_ERROR = 2
"""Exit code of the process for a `UserError`."""


class DecoderCrashError(Exception):
    """The process crashed, or ran out of time or memory."""


async def run_limited(module: str, *arguments: str, seconds: float) -> bytes:
    """Run `python -m module arguments` and return its standard output. A cancelled call leaves no process.

    Raises:
        UserError: what the module raised.
        DecoderCrashError: it crashed or was not ready after `seconds`.
    """
    process = _start(module, arguments, seconds)
    try:
        return await asyncio.to_thread(_finish, process, seconds)
    finally:
        process.kill()


def run_limited_blocking(module: str, *arguments: str, seconds: float) -> bytes:
    """Do the same for callers outside an event loop."""
    process = _start(module, arguments, seconds)
    try:
        return _finish(process, seconds)
    finally:
        process.kill()


def serve(work: Callable[[list[str]], bytes]) -> int:
    """Be that process: limit it, print the bytes that `work` makes of the arguments, and return the exit code."""
    seconds = int(float(sys.argv[1])) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))  # also ends the process when its parent is gone
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE, _MAX_FILE))
    try:
        output = work(sys.argv[2:])
    except UserError as error:
        sys.stderr.write(str(error))
        return _USER_ERROR
    sys.stdout.buffer.write(output)
    return 0


def _start(module: str, arguments: tuple[str, ...], seconds: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, str(seconds), *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _finish(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise DecoderCrashError(f"not read after {seconds:g} seconds") from None
    message = errors.decode("utf-8", "replace").strip()
    if process.returncode == _USER_ERROR:
        raise UserError(message)
    if process.returncode:
        lines = message.splitlines() or [f"exit code {process.returncode}"]
        raise DecoderCrashError(f"its decoder crashed ({lines[-1]})")
    return output
