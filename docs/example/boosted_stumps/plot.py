"""Draw the learning curves and the final errors of all labelled runs."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

labels = {
    "run_0": "Baseline",
}

HERE = Path(__file__).parent
runs = {run: label for run, label in labels.items() if (HERE / run / "final_info.json").exists()}
infos = {run: json.loads((HERE / run / "final_info.json").read_text()) for run in runs}
curves = {run: json.loads((HERE / run / "curves.json").read_text()) for run in runs}
datasets = list(next(iter(infos.values())))

figure, axes = plt.subplots(1, len(datasets), figsize=(6.8, 2.4), layout="constrained")
for axis, dataset in zip(axes, datasets, strict=True):
    for run, label in runs.items():
        table = np.array(curves[run]["rmse"][dataset])
        rounds = curves[run]["step"] * np.arange(1, table.shape[1] + 1)
        mean, error = table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(len(table))
        line = axis.plot(rounds, mean, label=label)[0]
        axis.fill_between(rounds, mean - error, mean + error, color=line.get_color(), alpha=0.2, linewidth=0)
    axis.set_title(dataset, fontsize=8)
    axis.set_xlabel("boosting rounds", fontsize=8)
    axis.tick_params(labelsize=7)
axes[0].set_ylabel("test RMSE", fontsize=8)
axes[0].legend(frameon=False, fontsize=6)
figure.savefig(HERE / "curves.png", dpi=200)

figure, axis = plt.subplots(figsize=(5.5, 2.8), layout="constrained")
width = 0.8 / len(runs)
for i, (run, label) in enumerate(runs.items()):
    places = np.arange(len(datasets)) + (i - (len(runs) - 1) / 2) * width
    means = [infos[run][d]["means"]["rmse"] for d in datasets]
    errors = [infos[run][d]["stderrs"]["rmse"] for d in datasets]
    axis.bar(places, means, width * 0.92, yerr=errors, capsize=2, label=label)
axis.set_xticks(range(len(datasets)), datasets)
axis.set_ylabel("test RMSE (mean, standard error)", fontsize=8)
axis.legend(frameon=False, fontsize=7)
figure.savefig(HERE / "rmse.png", dpi=200)
