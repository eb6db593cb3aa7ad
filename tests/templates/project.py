"""A template as its tests use it: its modules, a copy of its folder, and a run of its experiment."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from tools.experiments.template import load_template

TEMPLATES = Path(__file__).parents[2] / "templates"


def load_module(folder: Path, name: str) -> ModuleType:
    """One file of a template's folder as a module of its own."""
    spec = importlib.util.spec_from_file_location(f"{folder.name}_{name}", folder / f"{name}.py")
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # dataclasses look their module up
    spec.loader.exec_module(loaded)
    return loaded


def copied(template: str, place: Path) -> Path:
    """A copy of a template's folder, without what runs leave."""
    folder = place / template
    shutil.copytree(TEMPLATES / template, folder, ignore=shutil.ignore_patterns("__pycache__", "run_*", "data"))
    return folder


def run_experiment(
    template: str, folder: Path, out: str, seed: int = 0, profile: str = "smoke", timeout: int = 550, **changes: object
) -> dict[str, Any]:
    """Run the experiment of a copy in a profile of the template; answers its final_info.json."""
    args = load_template(template, TEMPLATES).profile(profile).args | changes
    command = [sys.executable, "experiment.py", f"--out_dir={out}", f"--seed={seed}",
               *(f"--{key}={value}" for key, value in args.items())]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=timeout)
    final: dict[str, Any] = json.loads((folder / out / "final_info.json").read_text())
    return final
