"""What the experiments really ran on: versions as the sandbox tells them, hardware as the machine does."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

from tools.errors import MachineError
from tools.sandbox import ResourceLimits, Sandbox

_PACKAGES = ("torch", "numpy", "scipy", "matplotlib", "scikit-learn")


_INSIDE = """
import importlib.metadata, json, platform
found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.release()}"}
for package in %r:
    try:
        found[package] = importlib.metadata.version(package).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


async def describe_environment(sandbox: Sandbox, requirements: Sequence[str] = ()) -> dict[str, str]:
    """What experiments run on: Python and packages as found inside the sandbox, those that a template requires among
    them, and this machine.

    Raises:
        MachineError: the sandbox does not run Python.
    """
    packages = (*_PACKAGES, *(Requirement(line).name for line in requirements))
    with tempfile.TemporaryDirectory() as folder:
        session = sandbox.session(Path(folder), run_id="environment")
        try:
            told = await session.run(["python", "-c", _INSIDE % (packages,)], limits=ResourceLimits(wall_seconds=120))
        finally:
            await session.close()
    if not told.ok:
        raise MachineError(f"sandbox {sandbox.name} does not run Python: {told.explanation}\n{told.output}")
    return {**json.loads(told.output.splitlines()[-1]), "hardware": describe_hardware(), "sandbox": sandbox.name}


@cache
def describe_hardware() -> str:
    """Processor, memory and graphics cards of this machine, as it tells them."""
    return ", ".join(filter(None, [_processor(), _memory(), _graphics()]))


def _processor() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    name = ""
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    name = name or platform.processor() or platform.machine()
    return f"{cores} {'core' if cores == 1 else 'cores'} of {name}"


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"
    except (ValueError, OSError):
        return ""


def gpu_ids() -> list[str]:
    """The identifiers of this machine's graphics cards, as CUDA_VISIBLE_DEVICES takes them: those that the variable names
    already, else all."""
    if listed := os.environ.get("CUDA_VISIBLE_DEVICES"):
        return [name.strip() for name in listed.split(",") if name.strip()]
    return [str(number) for number in range(len(_graphics_names()))]


def _graphics_names() -> list[str]:
    if not shutil.which("nvidia-smi"):
        return []
    query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    done = subprocess.run(query, capture_output=True, text=True, check=False, timeout=20)
    return [line.strip() for line in done.stdout.splitlines() if line.strip()] if done.returncode == 0 else []


def _graphics() -> str:
    names = _graphics_names()
    return f"{len(names)} × {names[0]}" if names else "no GPU"
