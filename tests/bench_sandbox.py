"""What a sandbox costs: the start of a session, a command in a warm one, and the diffusion template inside against outside.

Every backend that answers on this machine is measured, in turns, so that a noise of the machine meets them all.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

from tools.errors import UserError
from tools.experiments.template import load_template
from tools.sandbox import ResourceLimits, Sandbox, open_sandbox
from tools.sandbox.base import clean_environment

ROOT = Path(__file__).parents[1]
BACKENDS = ("docker", "bubblewrap")
STARTS, COMMANDS, RUNS = 7, 15, 5
PAUSE = 0.5
"""Seconds between two commands: whoever sends them, an agent, takes longer."""
OUTSIDE = "outside"
TIMED = """
import resource, subprocess, sys
code = subprocess.call([sys.executable, *sys.argv[1:]])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
sys.exit(code)
"""
"""Runs the experiment and tells the processors' seconds, which a machine that does other work disturbs less."""
LONG = {"seeds": 1}
"""The template's own scale, at which a run is a matter of minutes, but for one seed."""


async def sandboxes(folder: Path) -> str:
    """The lines for `make bench`."""
    found: list[Sandbox] = []
    lines = []
    for name in BACKENDS:
        try:
            found.append(await open_sandbox(name))
        except UserError as error:
            lines.append(f"  {name}: not measured, {str(error)[:100]}")
    starts = await _starts(folder, found)
    commands = await _commands(folder, found)
    runs = await _diffusion(folder, found)
    for sandbox in found:
        name = sandbox.name
        wall, cpu = (_slower(runs, name, which) for which in (0, 1))
        lines.append(
            f"  {name:<11} start and first command {statistics.median(starts[name]):.3f} s, command in a warm session "
            f"{statistics.median(commands[name]) * 1e3:.0f} ms, diffusion_2d {wall} on the wall, {cpu} of processors"
        )
    return "\n".join([f"sandboxes, medians of {STARTS} starts, {COMMANDS} commands, {RUNS} runs:", *lines])


def _slower(runs: dict[str, list[tuple[float, float]]], name: str, which: int) -> str:
    """The median seconds inside and outside, and the median of how much longer each took than the run beside it."""
    inside, outside = ([run[which] for run in runs[place]] for place in (name, OUTSIDE))
    more = statistics.median(one / other for one, other in zip(inside, outside, strict=True)) - 1
    return f"{statistics.median(inside):.2f} s against {statistics.median(outside):.2f} s ({100 * more:+.1f}%)"


async def _starts(folder: Path, found: list[Sandbox]) -> dict[str, list[float]]:
    """Seconds from nothing to the end of a session's first, empty command."""
    seconds: dict[str, list[float]] = {sandbox.name: [] for sandbox in found}
    for number in range(STARTS):
        for sandbox in found:
            workspace = folder / f"start_{sandbox.name}_{number}"
            workspace.mkdir()
            began = time.perf_counter()
            session = sandbox.session(workspace)
            await session.run(["true"], limits=ResourceLimits())
            seconds[sandbox.name].append(time.perf_counter() - began)
            await session.close()
    return seconds


async def _commands(folder: Path, found: list[Sandbox]) -> dict[str, list[float]]:
    """Seconds of an empty command in a session that has run two already, each a moment after the one before."""
    seconds: dict[str, list[float]] = {}
    sessions = {}
    for sandbox in found:
        workspace = folder / f"warm_{sandbox.name}"
        workspace.mkdir()
        sessions[sandbox.name] = sandbox.session(workspace)
        for _ in range(2):
            await sessions[sandbox.name].run(["true"], limits=ResourceLimits())
        seconds[sandbox.name] = []
    for _ in range(COMMANDS):
        for name, session in sessions.items():
            await asyncio.sleep(PAUSE)
            began = time.perf_counter()
            await session.run(["true"], limits=ResourceLimits())
            seconds[name].append(time.perf_counter() - began)
    for session in sessions.values():
        await session.close()
    return seconds


async def _diffusion(folder: Path, found: list[Sandbox]) -> dict[str, list[tuple[float, float]]]:
    """Seconds on the wall, start of the sandbox included, and of processors, of the same training everywhere; the order
    turns round every time."""
    template = load_template("diffusion_2d", ROOT / "templates")
    args = template.profile("cpu").args | LONG
    command = ["-c", TIMED, "experiment.py", "--out_dir=run_0", *(f"--{key}={value}" for key, value in args.items())]
    seconds: dict[str, list[tuple[float, float]]] = {
        name: [] for name in (OUTSIDE, *(sandbox.name for sandbox in found))
    }
    places = [None, *found]
    for number in range(RUNS):
        for sandbox in places if number % 2 else reversed(places):
            name = sandbox.name if sandbox else OUTSIDE
            workspace = folder / f"diffusion_{name}_{number}"
            shutil.copytree(template.folder, workspace)
            began = time.perf_counter()
            if sandbox:
                session = sandbox.session(workspace, read_only=template.protected)
                outcome = await session.run(["python", *command], limits=ResourceLimits())
                told = outcome.output
            else:
                same = clean_environment(ResourceLimits(), "experiment", home=str(folder), path=os.environ["PATH"])
                plain = await asyncio.create_subprocess_exec(
                    sys.executable, *command, cwd=workspace, stdout=PIPE, env=same
                )
                told = (await plain.communicate())[0].decode()
            wall = time.perf_counter() - began
            if sandbox:
                await session.close()
            seconds[name].append((wall, float(told.splitlines()[-1])))
            shutil.rmtree(workspace)
    return seconds
