"""How fast the templates' experiments go on this machine: training steps a second in the profile `cpu`, shortened."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.experiments.environment import describe_hardware
from tools.experiments.template import load_template, template_names

TEMPLATES = Path(__file__).parents[1] / "templates"
SHORTENED: dict[str, dict[str, int]] = {
    "diffusion_2d": {"train_steps": 300, "seeds": 1},
    "grokking": {"updates": 200, "seeds": 3},
    "nano_gpt": {"train_steps": 150, "seeds": 1},
}
_STEPS = ("train_steps", "updates", "steps")


def templates(folder: Path) -> str:
    """A line for each template that ships."""
    lines = [f"training steps a second of the templates, profile cpu, on {describe_hardware()}"]
    for name in template_names(TEMPLATES):
        steps, more = _measured(name, folder / name)
        lines.append(f"  {name:<14} {steps:8.1f} steps/s{more}")
    return "\n".join(lines)


def _measured(name: str, place: Path) -> tuple[float, str]:
    args = load_template(name, TEMPLATES).profile("cpu").args | SHORTENED.get(name, {})
    shutil.copytree(TEMPLATES / name, place, ignore=shutil.ignore_patterns("run_*", "__pycache__"))
    command = [sys.executable, "experiment.py", "--out_dir=run_0", *(f"--{key}={value}" for key, value in args.items())]
    subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=600)
    speed = place / "run_0" / "speed.json"
    if speed.exists():
        found = _flat(json.loads(speed.read_text(encoding="utf-8")))
        rates = {key: value for key, value in found.items() if isinstance(value, int | float)}
        steps = next(value for key, value in rates.items() if key.endswith("steps_per_second"))
        others = [f"{value:,.0f} {key.rpartition('.')[2].replace('_per_second', '')}/s" for key, value in rates.items()
                  if key.endswith("_per_second") and not key.endswith("steps_per_second")]  # fmt: skip
        return float(steps), ", " + ", ".join(others)
    info: dict[str, Any] = json.loads((place / "run_0" / "final_info.json").read_text(encoding="utf-8"))
    seconds = sum(sum(entry["final_info_dict"]["training_time"]) for entry in info.values())
    steps = next(int(args[key]) for key in _STEPS if key in args) * int(args.get("seeds", 1))
    return steps / seconds, f" of {len(info)} models as one batch"


def _flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in data.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat
