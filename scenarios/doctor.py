"""Check what a run needs of the machine, and name the command that installs what is missing."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.models import endpoint_problems
from scenarios.phases.phase_type import Need
from scenarios.resolved_scenario import ResolvedScenario
from scenarios.scenario import SandboxSpec
from tools.errors import UserError
from tools.experiments.template import Template
from tools.latex import tex_problem
from tools.project import is_checkout
from tools.requirements import FILE, MissingPackagesError
from tools.sandbox import Purpose, open_sandbox
from tools.sandbox.self_test import run_self_test

_PACKAGES = (
    "autogen_agentchat",
    "numpy",
    "scipy",
    "matplotlib",
    "pypdfium2",
    "docker",
    "openai",
    "anthropic",
    "arxiv",
    "semanticscholar",
)
_FREE_BYTES = 500 * 2**20


@dataclass(frozen=True)
class Check:
    """The result of one check."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


_EXPERIMENT_PACKAGES = ("torch",)
"""Packages that experiments need in addition, where the sandbox uses Colloquium's own environment."""


def sandbox_purposes(needs: frozenset[Need]) -> tuple[Purpose, ...]:
    """Return what sessions of the sandbox are for. The self-test always opens one for experiments."""
    return ("experiment", "latex") if Need.TEX in needs else ("experiment",)


async def check_machine(
    resolved: ResolvedScenario | None = None, out: Path = Path(), say: Callable[[str], None] = lambda text: None
) -> list[Check]:
    """Check everything that the phases of a scenario need, and the space in `out`; without a scenario, everything.

    `say` receives progress messages.
    """
    needs = resolved.needs if resolved else frozenset({Need.SANDBOX, Need.TEX, Need.TEMPLATE})
    checks = [*_python(), _git(), _disk(out)]
    inside_docker = False
    if Need.SANDBOX in needs:
        template = resolved.template if resolved else None
        spec = resolved.scenario.sandbox if resolved else SandboxSpec()
        check, sandbox_name = await _sandbox(spec, template, sandbox_purposes(needs), say)
        inside_docker = sandbox_name == "docker"
        checks.append(check)
        if not inside_docker and (not template or _imports(template.folder, _EXPERIMENT_PACKAGES)):
            checks += _packages("Packages of experiments", _EXPERIMENT_PACKAGES, "experiments")
    if Need.TEX in needs:
        problem = None if inside_docker else tex_problem()
        there = "in the sandbox's image" if inside_docker else "latexmk and all style files are there"
        remedy = "make setup installs it where it may" if problem and is_checkout() else ""
        checks.append(Check("LaTeX", problem is None, problem or there, remedy))
    if resolved:
        problems = endpoint_problems(resolved.models)
        detail = "; ".join(problems) or f"models config {resolved.models.name} has what it needs"
        checks.append(Check("Keys", not problems, detail, "Mend that in this shell, or launch with --models offline"))
    return checks


def _python() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", sys.version_info >= (3, 11), version, "Install Python 3.11 or newer")
    yield from _packages("Packages", _PACKAGES, "")


def _imports(folder: Path, names: Sequence[str]) -> bool:
    """Return True if a program of the template imports one of the packages."""
    pattern = re.compile(rf"^\s*(?:import|from)\s+(?:{'|'.join(names)})\b", re.MULTILINE)
    return any(pattern.search(path.read_text(encoding="utf-8", errors="replace")) for path in folder.glob("*.py"))


def _packages(title: str, names: Sequence[str], extra: str) -> Iterator[Check]:
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    detail = f"missing: {', '.join(missing)}" if missing else "all are installed"
    source = f".[{extra}]" if extra else "."
    remedy = f"Run: make setup, or install from the checkout: uv tool install '{source}', or pip install '{source}'"
    yield Check(title, not missing, detail, remedy)


def _git() -> Check:
    found = shutil.which("git")
    return Check("git", bool(found), found or "not found", "Run: apt-get install git")


def _disk(out: Path) -> Check:
    there = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    told = f"{free / 2**20:,.0f} MiB free at {there}"
    return Check(
        "Disk", free > _FREE_BYTES, told, f"Free {_FREE_BYTES >> 20} MiB there, or choose another place with --out"
    )


def packages_check(template: Template, error: MissingPackagesError) -> Check:
    """Return which packages of a template are missing where the sandbox uses Colloquium's own environment."""
    install = f"{sys.executable} -m pip install -r {template.folder / FILE}"
    return Check("Packages of the template", False, str(error), f"Run: {install}, or launch with --sandbox docker")


async def _sandbox(
    spec: SandboxSpec, template: Template | None, purposes: Sequence[Purpose], say: Callable[[str], None]
) -> tuple[Check, str]:
    """Return the check of the sandbox, and its name; empty if there is none."""
    requirements = template.requirements if template else ()
    try:
        sandbox = await open_sandbox(spec.backend, requirements=requirements, purposes=purposes, report=say)
    except MissingPackagesError as error:
        assert template
        return packages_check(template, error), ""
    except UserError as error:
        return Check("Sandbox", False, str(error), "Or, at your own risk, launch with --sandbox none"), ""
    guarantees = {guarantee.name: guarantee for guarantee in await run_self_test(sandbox)}
    held = [name for name, guarantee in guarantees.items() if guarantee.held]
    broken = [f"{name} ({guarantees[name].detail})" for name in spec.require if name not in held and name in guarantees]
    broken += [name for name in spec.require if name not in guarantees]
    if broken:
        problem = f"{sandbox.name} does not give these guarantees here: {', '.join(broken)}"
        remedy = "Use docker, or remove them from sandbox.require in the scenario"
        return Check("Sandbox", False, problem, remedy), sandbox.name
    return Check("Sandbox", True, f"{sandbox.name}; guarantees: {', '.join(held) or 'none'}"), sandbox.name
