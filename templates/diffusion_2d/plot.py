"""Draw the figures of a study from the runs that exist: samples.png and one bar chart per metric."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

# Names of the runs in legends. A study adds its runs here.
labels = {
    "run_0": "Baseline",
}

# The metrics drawn, with the axis label of each.
metrics = {
    "kl_divergence": "KL divergence (bits)",
    "eval_loss": "evaluation loss",
    "training_time": "training time (s)",
    "inference_time": "inference time (s)",
}

HERE = Path(__file__).parent
STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid.axis": "y",
    "grid.alpha": 0.3,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 200,
}


def finished_runs() -> dict[str, dict]:
    """Return label -> final_info of every labelled run that has one, in the order of `labels`."""
    found = {}
    for run, label in labels.items():
        path = HERE / run / "final_info.json"
        if path.exists():
            found[label] = json.loads(path.read_text())
    return found


def plot_metric(runs: dict[str, dict], metric: str, axis_label: str) -> None:
    """Draw bars grouped by point set, one bar per run; error bars are standard errors over seeds."""
    datasets = list(next(iter(runs.values())))
    figure, axes = plt.subplots(figsize=(6.4, 3.0))
    axes.grid(visible=True, axis="y")
    axes.set_axisbelow(True)
    width = 0.8 / len(runs)
    colours = plt.get_cmap("viridis")(np.linspace(0.15, 0.85, len(runs)))
    for i, (label, info) in enumerate(runs.items()):
        heights = [info[d]["means"][metric] for d in datasets]
        errors = [info[d].get("stderrs", {}).get(metric, 0.0) for d in datasets]
        place = np.arange(len(datasets)) + (i - (len(runs) - 1) / 2) * width
        axes.bar(place, heights, width * 0.92, yerr=errors, label=label, color=colours[i], capsize=2, ecolor="0.3")
    axes.set_xticks(range(len(datasets)), datasets)
    axes.set_ylabel(axis_label)
    figure.legend(frameon=False, fontsize=8, ncols=2, loc="outside upper center")
    figure.savefig(HERE / f"{metric}.png")
    plt.close(figure)


def plot_samples(runs: dict[str, dict]) -> None:
    """Draw the samples of each run's last seed: one row per run, one column per point set."""
    datasets = list(next(iter(runs.values())))
    size = (1.7 * len(datasets), 1.8 * len(runs))
    figure, grid = plt.subplots(len(runs), len(datasets), figsize=size, squeeze=False)
    folder_of = {label: HERE / run for run, label in labels.items()}
    for row, label in zip(grid, runs, strict=True):
        with np.load(folder_of[label] / "samples.npz") as samples:
            for axes, dataset in zip(row, datasets, strict=True):
                axes.scatter(*samples[dataset].T, s=0.6, alpha=0.5, color="#31688e", linewidths=0)
                axes.set(xlim=(-4, 4), ylim=(-4, 4), xticks=[], yticks=[], aspect="equal")
                axes.spines[["top", "right"]].set_visible(True)
        row[0].set_ylabel(label)
    for axes, dataset in zip(grid[0], datasets, strict=True):
        axes.set_title(dataset, fontsize=9)
    figure.savefig(HERE / "samples.png")
    plt.close(figure)


def main() -> None:
    runs = finished_runs()
    if not runs:
        raise SystemExit(f"no results to plot: none of {', '.join(labels)} has a final_info.json")
    with plt.rc_context(STYLE):
        for metric, axis_label in metrics.items():
            plot_metric(runs, metric, axis_label)
        plot_samples(runs)


if __name__ == "__main__":
    main()
