"""Draw the figures of a study from the runs that exist: losses over training, and the best validation losses."""

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

HERE = Path(__file__).parent
STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 200,
}


def finished_runs() -> dict[str, dict]:
    """Return folder -> final_info of every labelled run that has one, in the order of `labels`."""
    paths = {run: HERE / run / "final_info.json" for run in labels}
    return {run: json.loads(path.read_text()) for run, path in paths.items() if path.exists()}


def plot_losses(runs: dict[str, dict]) -> None:
    """Draw validation loss over the steps: one panel per corpus, one colour per run, thin lines for seeds, thick for means.
    Dots are the training loss. The dashed line is the loss of a model that knows only character frequencies."""
    datasets = list(next(iter(runs.values())))
    figure, grid = plt.subplots(1, len(datasets), figsize=(max(4.8, 3.2 * len(datasets)), 3.2), squeeze=False)
    colours = plt.get_cmap("viridis")(np.linspace(0.1, 0.85, len(runs)))
    for axes, dataset in zip(grid[0], datasets, strict=True):
        for colour, run in zip(colours, runs, strict=True):
            with np.load(HERE / run / "curves.npz") as saved:
                steps, val, train = (saved[f"{dataset}/{name}"] for name in ("steps", "val_loss", "train_loss"))
            axes.plot(steps, val.T, color=colour, linewidth=0.5, alpha=0.5)
            axes.plot(steps, val.mean(0), color=colour, linewidth=1.6, label=labels[run])
            axes.plot(steps, train.mean(0), ".", color=colour, markersize=3)
        entropy = runs[next(iter(runs))][dataset]["means"]["unigram_entropy"]
        axes.axhline(entropy, color="0.4", linestyle="--", linewidth=1, label="unigram entropy")
        axes.set_title(dataset, fontsize=9)
        axes.set_xlabel("steps")
        axes.grid(visible=True, alpha=0.3)
    grid[0][0].set_ylabel("loss (nats per character)")
    figure.legend(*grid[0][-1].get_legend_handles_labels(), frameon=False, fontsize=8, ncols=3, loc="outside upper center")
    figure.savefig(HERE / "losses.png")
    plt.close(figure)


def plot_best(runs: dict[str, dict]) -> None:
    """Draw the best validation loss, grouped by corpus, one bar per run; error bars are standard errors over seeds."""
    datasets = list(next(iter(runs.values())))
    figure, axes = plt.subplots(figsize=(max(4.0, 1.6 + 0.6 * len(runs) * len(datasets)), 3.2))
    axes.grid(visible=True, axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    width = 0.8 / len(runs)
    colours = plt.get_cmap("viridis")(np.linspace(0.1, 0.85, len(runs)))
    for i, (run, info) in enumerate(runs.items()):
        heights = [info[d]["means"]["best_val_loss"] for d in datasets]
        errors = [info[d].get("stderrs", {}).get("best_val_loss", 0.0) for d in datasets]
        place = np.arange(len(datasets)) + (i - (len(runs) - 1) / 2) * width
        look = {"color": colours[i], "capsize": 2, "ecolor": "0.3"}
        axes.bar(place, heights, width * 0.92, yerr=errors, label=labels[run], **look)
    axes.set_xticks(range(len(datasets)), datasets)
    axes.set_ylabel("validation loss, lowest of a run\n(nats per character)")
    figure.legend(frameon=False, fontsize=8, ncols=2, loc="outside upper center")
    figure.savefig(HERE / "best_losses.png")
    plt.close(figure)


def main() -> None:
    runs = finished_runs()
    if not runs:
        raise SystemExit(f"no results to plot: none of {', '.join(labels)} has a final_info.json")
    with plt.rc_context(STYLE):
        plot_losses(runs)
        plot_best(runs)


if __name__ == "__main__":
    main()
