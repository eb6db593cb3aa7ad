"""Tests the guarantees of a sandbox on this machine with harmless attacks."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.errors import UserError
from tools.sandbox.base import ExecutionResult, ResourceLimits, Sandbox

ATTACKS = """
import ctypes, json, os, socket, sys
canary, port = sys.argv[1], int(sys.argv[2])
broken = {}
try:
    socket.create_connection(("127.0.0.1", port), timeout=2).close()
    broken["network"] = "reached a server on this machine"
except OSError:
    pass
for mode, what in (("r", "read"), ("a", "wrote")):
    try:
        open(canary, mode).close()
        broken["filesystem"] = what + " a file outside the workspace"
    except OSError:
        pass
if "COLLOQUIUM_CANARY" in os.environ:
    broken["environment"] = "saw a variable of the harness"
if ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0:
    broken["syscalls"] = "may trace processes"
print(json.dumps(broken))
"""
MEMORY_HOG = "import time\nkept = [b'x' * (8 << 20) for _ in range(64)]\ntime.sleep(5)"
MANY_THREADS = "import threading, time\nfor _ in range(64): threading.Thread(target=time.sleep, args=(1,)).start()"
ENDLESS_WRITER = "import os, time\nwhile True:\n    open('filler', 'ab').write(bytes(1 << 20)); time.sleep(0.01)"
SLEEPER = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(30)"
DESCRIPTIONS = {
    "network": "no address answers, not even this machine's own",
    "filesystem": "only the workspace can be written, and nothing of users' folders can be read",
    "environment": "no variable of the harness is visible",
    "syscalls": "tracing, kernel keys, mounts and the like are denied",
}


@dataclass(frozen=True)
class Guarantee:
    """One thing that a sandbox must prevent, with the result of an attempt on this machine."""

    name: str
    """network, filesystem, environment, syscalls, memory, processes, disk or time."""
    held: bool
    detail: str


async def run_self_test(sandbox: Sandbox) -> list[Guarantee]:
    """Try harmless attacks for some seconds and return every guarantee; one holds if its attack failed.

    Raises:
        UserError: the sandbox cannot run the test.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as outside, socket.socket() as server:
        canary = Path(outside) / "canary"
        canary.write_text("secret")
        server.bind(("127.0.0.1", 0))
        server.listen()
        workspace = Path(folder)
        port = str(server.getsockname()[1])
        os.environ["COLLOQUIUM_CANARY"] = "1"
        try:
            attacks = await _run(sandbox, workspace, ATTACKS, ResourceLimits(), str(canary), port)
        finally:
            del os.environ["COLLOQUIUM_CANARY"]
        if not attacks.ok:
            raise UserError(f"the self-test of sandbox {sandbox.name} failed: {attacks.explanation}\n{attacks.output}")
        broken: dict[str, str] = json.loads(attacks.output.splitlines()[-1])
        small = ResourceLimits(wall_seconds=10, memory_mb=256, processes=32, disk_mb=16, file_mb=64)
        memory = await _run(sandbox, workspace, MEMORY_HOG, small)
        threads = await _run(sandbox, workspace, MANY_THREADS, small)
        disk = await _run(sandbox, workspace, ENDLESS_WRITER, small)
        sleeper = await _run(sandbox, workspace, SLEEPER, ResourceLimits(wall_seconds=0.5))
    return [
        *(Guarantee(name, name not in broken, broken.get(name, text)) for name, text in DESCRIPTIONS.items()),
        _limit("memory", memory.reason == "memory", memory),
        _limit("processes", threads.reason == "processes" or "can't start new thread" in threads.output, threads),
        _limit("disk", disk.reason == "disk", disk),
        _limit("time", sleeper.reason == "time", sleeper),
    ]


async def _run(
    sandbox: Sandbox, workspace: Path, source: str, limits: ResourceLimits, *arguments: str
) -> ExecutionResult:
    session = sandbox.session(workspace, run_id="self-test")
    try:
        async with asyncio.timeout(120):
            return await session.run(["python", "-c", source, *arguments], limits=limits)
    finally:
        await session.close()


def _limit(name: str, held: bool, result: ExecutionResult) -> Guarantee:
    detail = "the attack was ended" if held else f"the attack succeeded ({result.reason})"
    return Guarantee(name, held, f"{detail} after {result.wall_seconds:.1f} s")
