"""pyproject.toml declares exactly the packages that the code imports, and constraints.txt pins each of them."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("agents", "scenarios", "tools", "templates")
OWN = {"agents", "scenarios", "tools", "run"}
PARTS = {"pydantic-core": "pydantic"}
"""A package that another one releases together with itself -> that other one."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", name)[0]).lower()


def imported_packages() -> set[str]:
    """Return the distributions that the production code and the templates import."""
    modules: set[str] = set()
    for path in (path for room in SOURCES for path in (ROOT / room).rglob("*.py")):
        siblings = {sibling.stem for sibling in path.parent.iterdir()} if "templates" in path.parts else set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names} - siblings
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules |= {node.module.partition(".")[0]} - siblings
    known = importlib.metadata.packages_distributions()
    foreign = modules - sys.stdlib_module_names - OWN
    found = {normalized(package) for module in foreign for package in known.get(module, [module])}
    return {PARTS.get(package, package) for package in found}


def declared(*groups: list[str]) -> set[str]:
    return {normalized(name) for group in groups for name in group}


def test_every_imported_package_is_declared() -> None:
    extras = PROJECT["optional-dependencies"]
    assert imported_packages() - declared(PROJECT["dependencies"], extras["experiments"], extras["ray"]) == set()


def test_every_declared_package_is_imported() -> None:
    assert declared(PROJECT["dependencies"]) - imported_packages() == set()


def test_every_declared_package_is_pinned() -> None:
    pinned = {normalized(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line}
    everything = declared(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    assert everything - pinned == set()


@pytest.mark.parametrize("command", ["list", "transcript", "gate", "table", "ideas", "scenarios"])
def test_a_command_that_reads_a_run_starts_without_what_makes_one(command: str) -> None:
    """These imports take most of a second, each time somebody asks for a list."""
    heavy = {"numpy", "scipy", "pypdf", "arxiv", "tools.gate.checks", "scenarios.launch"}
    code = (
        "import sys, run\n"
        f"sys.argv = ['run.py', {command!r}, '--help']\n"
        "try: run.main()\n"
        f"finally: print('loaded', *sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "loaded", done.stdout + done.stderr
