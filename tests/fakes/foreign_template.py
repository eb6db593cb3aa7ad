"""A small template that the project has never seen: the original's format, with `--out_dir` only and settings as
constants in the code."""

from __future__ import annotations

from pathlib import Path

EXPERIMENT = """
import argparse
import json
import random
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--out_dir", type=str, default="run_0")
out_dir = Path(parser.parse_args().out_dir)
out_dir.mkdir(parents=True, exist_ok=True)

step_size = 0.1
momentum = 0.5
NUM_SEEDS = 4


def minimise(seed, curvature):
    generator = random.Random(seed)
    x, v = 1.0 + 0.1 * generator.random(), 0.0
    for _ in range(12):
        v = momentum * v - step_size * (curvature * x + 0.01 * generator.gauss(0, 1))
        x += v
    return 0.5 * curvature * x * x


info = {}
for name, curvature in {"flat": 1.0, "steep": 6.0}.items():
    losses = [minimise(seed, curvature) for seed in range(NUM_SEEDS)]
    mean = sum(losses) / len(losses)
    info[name] = {"means": {"final_loss": mean}, "final_info_dict": {"final_loss": losses}}
(out_dir / "final_info.json").write_text(json.dumps(info))
"""

PLOT = """
import json

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

labels = {"run_0": "Baseline"}
for file in ("final_loss_bars.png", "loss by run.png"):
    for run in labels:
        with open(f"{run}/final_info.json") as results:
            info = json.load(results)
        plt.plot(list(info), [entry["means"]["final_loss"] for entry in info.values()], "o", label=labels[run])
    plt.ylabel("final loss")
    plt.legend()
    plt.savefig(file)
    plt.close()
"""


def write_foreign_template(folder: Path, experiment: str = EXPERIMENT, **files: str) -> Path:
    """Write the template; further files by name, with `__` for the dot."""
    folder.mkdir(parents=True)
    (folder / "experiment.py").write_text(experiment, encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder
