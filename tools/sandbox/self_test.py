"""Tries a sandbox's promises on this machine, by harmless attempts to break each."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import tempfile
from pathlib import Path

from tools.errors import UserError
from tools.sandbox.base import ExecutionResult, Guarantee, ResourceLimits, Sandbox

ATTEMPTS = """
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
HOG = "import time\nkept = [b'x' * (8 << 20) for _ in range(64)]\ntime.sleep(5)"
CROWD = "import threading, time\nfor _ in range(64): threading.Thread(target=time.sleep, args=(1,)).start()"
WRITER = "import os, time\nwhile True:\n    open('filler', 'ab').write(bytes(1 << 20)); time.sleep(0.01)"
SLEEPER = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(30)"
DESCRIPTIONS = {
    "network": "no address answers, not even this machine's own",
    "filesystem": "only the workspace can be written, and nothing of users' folders can be read",
    "environment": "no variable of the harness is visible",
    "syscalls": "tracing, kernel keys, mounts and the like are denied",
}


async def run_self_test(sandbox: Sandbox) -> list[Guarantee]:
    """Some seconds of attempts; each promise is held when its attempt failed as it should."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as outside, socket.socket() as server:
        canary = Path(outside) / "canary"
        canary.write_text("secret")
        server.bind(("127.0.0.1", 0))
        server.listen()
        workspace = Path(folder)
        port = str(server.getsockname()[1])
        os.environ["COLLOQUIUM_CANARY"] = "1"
        try:
            told = await _try(sandbox, workspace, ATTEMPTS, ResourceLimits(), str(canary), port)
        finally:
            del os.environ["COLLOQUIUM_CANARY"]
        if not told.ok:
            raise UserError(
                f"the run_self_test of sandbox {sandbox.name} itself failed: {told.explanation}\n{told.output}"
            )
        broken: dict[str, str] = json.loads(told.output.splitlines()[-1])
        guarantees = [
            Guarantee(name, name not in broken, broken.get(name, held)) for name, held in DESCRIPTIONS.items()
        ]
        small = ResourceLimits(wall_seconds=10, memory_mb=256, processes=32, disk_mb=16, file_mb=64)
        memory = await _try(sandbox, workspace, HOG, small)
        crowd = await _try(sandbox, workspace, CROWD, small)
        disk = await _try(sandbox, workspace, WRITER, small)
        late = await _try(sandbox, workspace, SLEEPER, ResourceLimits(wall_seconds=0.5))
    return [
        *guarantees,
        _limit("memory", memory.reason == "memory", memory),
        _limit("processes", crowd.reason == "processes" or "can't start new thread" in crowd.output, crowd),
        _limit("disk", disk.reason == "disk", disk),
        _limit("time", late.reason == "time", late),
    ]


async def _try(
    sandbox: Sandbox, workspace: Path, source: str, limits: ResourceLimits, *arguments: str
) -> ExecutionResult:
    session = sandbox.session(workspace, run_id="run_self_test")
    try:
        async with asyncio.timeout(120):
            return await session.run(["python", "-c", source, *arguments], limits=limits)
    finally:
        await session.close()


def _limit(name: str, held: bool, outcome: ExecutionResult) -> Guarantee:
    detail = "the attempt was ended" if held else f"the attempt went through ({outcome.reason})"
    return Guarantee(name, held, f"{detail} after {outcome.wall_seconds:.1f} s")
