"""The folders that runs were launched into, remembered so that commands find the runs from any folder."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from tools.atomic import write_json
from tools.run_dir.paths import list_runs

VARIABLE = "COLLOQUIUM_RUNS"
"""Environment variable that names the folder of all runs."""
_FILE = "run_folders.json"
_KEPT = 20


def remember_runs_folder(runs: Path, cache: Path) -> None:
    """Put a folder of runs first in the list in the cache. A list that cannot be written is no reason to stop a launch."""
    folders = [str(runs.resolve()), *(str(folder) for folder in _remembered(cache))]
    with contextlib.suppress(OSError):
        write_json(cache / _FILE, list(dict.fromkeys(folders))[:_KEPT])


def find_runs_folder(default: Path, cache: Path) -> Path:
    """Return the folder in which to look for runs: what the environment names, `default` if it is there, the nearest one
    above the current folder, the one of the latest launch, and else `default`.
    """
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen)
    if default.is_dir():
        return default
    here = Path.cwd()
    above = (found for folder in (here, *here.parents) for found in (folder, folder / default.name))
    return next((found for found in (*above, *_remembered(cache)) if _has_runs(found)), default)


def _has_runs(folder: Path) -> bool:
    try:
        return bool(list_runs(folder))
    except OSError:
        return False


def _remembered(cache: Path) -> list[Path]:
    try:
        found = json.loads((cache / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [Path(folder) for folder in found if isinstance(folder, str)] if isinstance(found, list) else []
