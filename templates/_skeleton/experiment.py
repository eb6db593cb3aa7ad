"""A small experiment to start from: a linear classifier, trained by stochastic gradient descent on two synthetic sets.

Replace the data (in evaluation.py), the model and its training with your own. Colloquium relies on `--out_dir`,
`run_i/final_info.json`, `--seed`, and settings that are options with defaults, so that an edit can vary one.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from evaluation import DATASETS, accuracy, make_data


def train(features: np.ndarray, labels: np.ndarray, args: argparse.Namespace, seed: int) -> np.ndarray:
    """Fit a logistic regression and return its weights. `features`: [examples, features]; `labels`: [examples] of 0 and 1."""
    generator = np.random.default_rng(seed)
    weights = np.zeros(features.shape[1])
    for _ in range(args.steps):
        batch = generator.integers(len(labels), size=args.batch_size)
        predicted = 1 / (1 + np.exp(-features[batch] @ weights))
        gradient = features[batch].T @ (predicted - labels[batch]) / args.batch_size
        weights -= args.learning_rate * (gradient + args.weight_decay * weights)
    return weights


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out_dir", type=str, default="run_0")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch_size", type=int, default=16)
    parser.add_argument("--learning_rate", type=float, default=0.05)
    parser.add_argument("--weight_decay", type=float, default=0.01)
    args = parser.parse_args()
    out = Path(args.out_dir)
    out.mkdir(parents=True, exist_ok=True)

    info = {}
    for dataset in DATASETS:
        values: dict[str, list[float]] = {"accuracy": [], "training_time": []}
        for seed in range(args.seed * 1000, args.seed * 1000 + args.seeds):
            features, labels = make_data(dataset, "train", seed)
            began = time.perf_counter()
            weights = train(features, labels, args, seed)
            values["training_time"].append(time.perf_counter() - began)
            values["accuracy"].append(accuracy(weights, dataset, seed))
        info[dataset] = {
            "means": {name: float(np.mean(found)) for name, found in values.items()},
            "stderrs": {name: float(np.std(found, ddof=1) / len(found) ** 0.5) for name, found in values.items()},
            "final_info_dict": values,
        }
    (out / "final_info.json").write_text(json.dumps(info))


if __name__ == "__main__":
    main()
