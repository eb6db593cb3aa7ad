"""Draw the figures of a study from the runs that exist."""

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


def main() -> None:
    runs = {run: label for run, label in labels.items() if (HERE / run / "final_info.json").exists()}
    infos = {label: json.loads((HERE / run / "final_info.json").read_text()) for run, label in runs.items()}
    datasets = list(next(iter(infos.values())))
    figure, axes = plt.subplots(figsize=(5.5, 3.0), layout="constrained")
    width = 0.8 / len(infos)
    for i, (label, info) in enumerate(infos.items()):
        places = np.arange(len(datasets)) + (i - (len(infos) - 1) / 2) * width
        means = [info[dataset]["means"]["accuracy"] for dataset in datasets]
        errors = [info[dataset]["stderrs"]["accuracy"] for dataset in datasets]
        axes.bar(places, means, width * 0.92, yerr=errors, capsize=2, label=label)
    axes.set_xticks(range(len(datasets)), datasets)
    axes.set_ylabel("test accuracy (mean and standard error over seeds)", fontsize=8)
    figure.legend(frameon=False, fontsize=7, ncols=2, loc="outside upper center")
    figure.savefig(HERE / "accuracy.png", dpi=200)


if __name__ == "__main__":
    main()
