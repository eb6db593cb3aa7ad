"""What every isolating sandbox does alike: each command starts anew, its output is kept with head and tail, and nothing of
it is left when it has ended, was cancelled, was stopped, or lost its supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.sandbox import ResourceLimits, Sandbox, Session, open_sandbox, process_stats

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SMALL = ResourceLimits(wall_seconds=20, output_kb=4)
LEAVES = "open('/tmp/left', 'w'); import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)"
LOOKS = (
    "import os; print(os.path.exists('/tmp/left'), sum(map(str.isdigit, os.listdir('/proc'))) < 5, open('held').read())"
)
HARNESS = """
import asyncio, sys
from pathlib import Path
from tools.sandbox import ResourceLimits, open_sandbox
async def main():
    session = (await open_sandbox(sys.argv[1])).session(Path(sys.argv[2]))
    await session.run(["true"], limits=ResourceLimits())
    await session.run(["true"], limits=ResourceLimits())
    await asyncio.sleep(1)
    await session.run(["sleep", "50"], limits=ResourceLimits(), environment={"SESSION": sys.argv[3]}, on_output=print)
asyncio.run(main())
"""


async def python(session: Session, program: str, limits: ResourceLimits = SMALL, **environment: str) -> str:
    outcome = await session.run(["python", "-c", program], limits=limits, environment=environment)
    assert outcome.ok, outcome
    return outcome.output.strip()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.05)


async def test_a_command_meets_nothing_of_the_one_before(sandbox: Sandbox, tmp_path: Path) -> None:
    """A later command begins in a place that was made ready beforehand; a file that was replaced since is the new one."""
    held = tmp_path / "held"
    held.touch()
    session = sandbox.session(tmp_path, read_only=["held"])
    for number in range(3):
        held.with_suffix(".new").write_text(str(number))
        held.with_suffix(".new").replace(held)
        assert await python(session, LOOKS) == f"False True {number}"
        await python(session, LEAVES)
        await asyncio.sleep(0.5)
    assert (
        await python(
            session, "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE))", ResourceLimits(open_files=99)
        )
        == "(99, 99)"
    )
    assert await python(session, "import os; print(os.environ['GIVEN'])", GIVEN="this time") == "this time"
    missing = await session.run(["no-such-program"], limits=SMALL)
    assert missing.reason == "failed" and missing.exit_code and "no-such-program" in missing.output
    await session.close()


async def test_output_keeps_head_and_tail_and_survives_what_is_no_text(sandbox: Sandbox, tmp_path: Path) -> None:
    session = sandbox.session(tmp_path)
    heard: list[str] = []
    program = "import os; os.write(1, b'first \\x1b]0;title\\x07\\xff\\xfe\\n' + b'x' * 100000 + b'\\nlast')"
    outcome = await session.run(["python", "-c", program], limits=SMALL, on_output=heard.append)
    await session.close()
    assert outcome.output.startswith("first ]0;title\ufffd\ufffd") and outcome.output.endswith("last")
    assert "bytes cut" in outcome.output and len(outcome.output) < 5000
    assert "".join(heard) and "\x1b" not in "".join(heard), "nothing acts on the terminal"


@pytest.mark.parametrize("how", ["cancelled", "closed"])
async def test_nothing_is_left_of_a_command_that_was(sandbox: Sandbox, tmp_path: Path, how: str) -> None:
    mark = uuid.uuid4().hex
    session = sandbox.session(tmp_path)
    command = ["sh", "-c", "sleep 60 & echo there > there; sleep 60"]
    running = asyncio.create_task(session.run(command, limits=ResourceLimits(), environment={"SESSION": mark}))
    await until(lambda: (tmp_path / "there").exists())
    if how == "cancelled":
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await session.close()
    assert how == "cancelled" or (await running).reason == "stopped"
    assert process_stats.processes_with_variable(f"SESSION={mark}") == []


async def test_a_run_that_is_killed_leaves_nothing_behind(sandbox: Sandbox, tmp_path: Path) -> None:
    """After SIGKILL to the supervisor: at once, or when the next one looks for its own."""
    mark = uuid.uuid4().hex
    harness = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", HARNESS, sandbox.name, str(tmp_path), mark], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    await until(lambda: process_stats.processes_with_variable(f"SESSION={mark}"))
    harness.send_signal(signal.SIGKILL)
    harness.wait()
    await open_sandbox(sandbox.name)
    await asyncio.sleep(0.2)
    assert process_stats.processes_with_variable(f"SESSION={mark}") == []


async def test_a_flood_that_nobody_reads_ends(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its pipe stays full after the kill; the session must not wait for somebody to read it."""
    session = sandbox.session(tmp_path)
    for _ in range(5):
        outcome = await asyncio.wait_for(session.run(["yes", "x" * 4000], limits=ResourceLimits(output_kb=1)), 30)
        assert outcome.reason == "output"
    await session.close()
