"""Where the project's own files lie."""

from __future__ import annotations

import os
import shlex
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The folder of `run.py`."""
CONFIGS = ROOT / "configs"
TEMPLATES = ROOT / "templates"


def is_checkout() -> bool:
    """Return True if these files are a checkout, which its user may edit, and no installed package."""
    return (ROOT / "pyproject.toml").is_file()


def cache_folder() -> Path:
    """Return the folder of what survives runs: literature search results and baselines."""
    if chosen := os.environ.get("COLLOQUIUM_CACHE"):
        return Path(chosen)
    if is_checkout():
        return ROOT / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "colloquium"


def project_version() -> str:
    """Return the version: of the checkout if this is one, else of the installed package."""
    if is_checkout():
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    try:
        return version("colloquium")
    except PackageNotFoundError:
        return "unknown"


def runs_from_file() -> bool:
    """Return True if this program was not started as an installed command, but as `python run.py`."""
    return Path(sys.argv[0]).stem != "colloquium"


def command_line(*words: object) -> str:
    """Return the command line that starts this program with `words`, to be copied into the shell it was started from."""
    if not runs_from_file():
        return shlex.join(["colloquium", *map(str, words)])
    program = os.path.relpath(ROOT / "run.py")
    if program.startswith(f"..{os.sep}.."):
        program = str(ROOT / "run.py")
    return shlex.join(["python", program, *map(str, words)])
