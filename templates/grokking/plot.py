"""Draw the figures of a study from the runs that exist: accuracies over training, and the time to generalize."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch

# Names of the runs in legends. A study adds its runs here.
labels = {
    "run_0": "Baseline",
}

HERE = Path(__file__).parent
TRAIN, VAL, ACCURACY = 0, 1, 0  # indices in curves.npz: curves[side, accuracy or loss, task, seed, evaluation]
STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 200,
}


def finished_runs() -> dict[str, str]:
    """Return folder -> label of every labelled run that has results, in the order of `labels`."""
    return {run: label for run, label in labels.items() if (HERE / run / "final_info.json").exists()}


def plot_accuracy(runs: dict[str, str]) -> None:
    """Draw training and validation accuracy: one row per run, one column per task, thin lines for seeds, thick for means."""
    first = np.load(HERE / next(iter(runs)) / "curves.npz")
    tasks = [str(task) for task in first["tasks"]]
    size = (1.9 * len(tasks) + 0.4, 1.5 * len(runs) + 0.5)
    figure, grid = plt.subplots(len(runs), len(tasks), figsize=size, squeeze=False, sharey=True)
    for row, (run, label) in zip(grid, runs.items(), strict=True):
        with np.load(HERE / run / "curves.npz") as saved:
            for i, axes in enumerate(row):
                for side, colour, name in ((TRAIN, "0.45", "training"), (VAL, "#1f5a99", "validation")):
                    seeds = saved["curves"][side, ACCURACY, i]
                    axes.plot(saved["updates"], seeds.T, color=colour, linewidth=0.5, alpha=0.4)
                    axes.plot(saved["updates"], seeds.mean(0), color=colour, linewidth=1.5, label=name)
                axes.set_ylim(-0.03, 1.03)
                axes.set_xlim(0, saved["updates"][-1])
                axes.tick_params(labelsize=7)
        row[0].set_ylabel(f"{label}\naccuracy", fontsize=7)
    for axes, task in zip(grid[0], tasks, strict=True):
        axes.set_title(task, fontsize=9)
    for axes in grid[-1]:
        axes.set_xlabel("updates", fontsize=8)
    grid[0][0].legend(frameon=False, fontsize=6, loc="center right")
    figure.savefig(HERE / "accuracy.png")
    plt.close(figure)


def plot_steps(runs: dict[str, str]) -> None:
    """Draw updates until validation accuracy reached 99%, grouped by task; an open bar did not reach it in every seed."""
    infos = {label: json.loads((HERE / run / "final_info.json").read_text()) for run, label in runs.items()}
    tasks = list(next(iter(infos.values())))
    figure, axes = plt.subplots(figsize=(6.4, 3.0))
    axes.grid(visible=True, axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    width = 0.8 / len(infos)
    colours = plt.get_cmap("viridis")(np.linspace(0.15, 0.85, len(infos)))
    metric = "step_val_acc_99"
    for i, info in enumerate(infos.values()):
        for j, task in enumerate(tasks):
            capped = metric in info[task].get("censored", [])
            error = 0.0 if capped else info[task].get("stderrs", {}).get(metric, 0.0)
            axes.bar(
                j + (i - (len(infos) - 1) / 2) * width, info[task]["means"][metric], width * 0.92, yerr=error,
                color="none" if capped else colours[i], edgecolor=colours[i], capsize=2, ecolor="0.3",
            )  # fmt: skip
    axes.set_xticks(range(len(tasks)), tasks)
    axes.set_ylabel("updates to 99% validation accuracy")
    key = [Patch(color=colour, label=label) for colour, label in zip(colours, infos, strict=True)]
    key.append(Patch(facecolor="none", edgecolor="0.3", label="not reached by all seeds: a lower bound"))
    figure.legend(handles=key, frameon=False, fontsize=8, ncols=2, loc="outside upper center")
    figure.savefig(HERE / "generalization.png")
    plt.close(figure)


def main() -> None:
    runs = finished_runs()
    if not runs:
        raise SystemExit(f"no results to plot: none of {', '.join(labels)} has a final_info.json")
    with plt.rc_context(STYLE):
        plot_accuracy(runs)
        plot_steps(runs)


if __name__ == "__main__":
    main()
