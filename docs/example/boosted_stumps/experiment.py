"""Gradient boosting of decision stumps on three regression problems whose training noise has heavy tails."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from evaluation import DATASETS, FEATURES, score, test_features, training_set

CURVE_POINTS = 20


def candidate_splits(x: np.ndarray, thresholds: int) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of each feature: the feature and the value of every candidate split."""
    levels = np.linspace(0, 1, thresholds + 2)[1:-1]
    values = np.quantile(x, levels, axis=0).T
    return np.repeat(np.arange(FEATURES), thresholds), values.ravel()


def pseudo_residuals(y: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """The negative gradient of the training loss, which each stump is fitted to. The loss is half the squared error."""
    return y - fitted


def fit_stump(residuals: np.ndarray, right: np.ndarray, counts: np.ndarray, min_leaf: int) -> tuple[int, float, float]:
    """The split that reduces the squared error of `residuals` most, with the means of its two leaves."""
    n = len(residuals)
    total = residuals.sum()
    right_sum = residuals @ right
    gain = right_sum**2 / counts + (total - right_sum) ** 2 / (n - counts)
    gain[(counts < min_leaf) | (n - counts < min_leaf)] = -np.inf
    best = int(np.argmax(gain))
    return best, float((total - right_sum[best]) / (n - counts[best])), float(right_sum[best] / counts[best])


def train(dataset: str, seed: int, args: argparse.Namespace) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Boost `args.rounds` stumps. Returns test predictions, the feature of each stump, and the test error by round."""
    x, y = training_set(dataset, seed)
    x_test = test_features(seed)
    generator = np.random.default_rng([seed, 3])
    split_feature, split_value = candidate_splits(x, args.thresholds)
    right = (x[:, split_feature] > split_value).astype(float)
    fitted = np.full(len(y), y.mean())
    predictions = np.full(len(x_test), y.mean())
    chosen, curve = [], []
    for done in range(1, args.rounds + 1):
        rows = np.flatnonzero(generator.uniform(size=len(y)) < args.subsample)
        residuals = pseudo_residuals(y, fitted)
        best, left_value, right_value = fit_stump(residuals[rows], right[rows], right[rows].sum(axis=0), args.min_leaf)
        feature, value = split_feature[best], split_value[best]
        fitted += args.learning_rate * np.where(x[:, feature] > value, right_value, left_value)
        predictions += args.learning_rate * np.where(x_test[:, feature] > value, right_value, left_value)
        chosen.append(feature)
        if done % max(1, args.rounds // CURVE_POINTS) == 0:
            curve.append(score(dataset, seed, predictions, np.array(chosen))["rmse"])
    return predictions, np.array(chosen), curve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out_dir", default="run_0")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--replicates", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--learning_rate", type=float, default=0.1)
    parser.add_argument("--subsample", type=float, default=0.8)
    parser.add_argument("--thresholds", type=int, default=32)
    parser.add_argument("--min_leaf", type=int, default=5)
    args = parser.parse_args()
    out = Path(args.out_dir)
    out.mkdir(parents=True, exist_ok=True)

    info, curves = {}, {}
    for dataset in DATASETS:
        values: dict[str, list[float]] = {}
        curves[dataset] = []
        for seed in range(1000 * args.seed, 1000 * args.seed + args.replicates):
            began = time.perf_counter()
            predictions, chosen, curve = train(dataset, seed, args)
            measured = score(dataset, seed, predictions, chosen) | {"training_time": time.perf_counter() - began}
            curves[dataset].append(curve)
            for name, value in measured.items():
                values.setdefault(name, []).append(value)
        info[dataset] = {
            "means": {name: float(np.mean(v)) for name, v in values.items()},
            "stderrs": {name: float(np.std(v, ddof=1) / np.sqrt(len(v))) for name, v in values.items()},
            "final_info_dict": values,
        }
    step = max(1, args.rounds // CURVE_POINTS)
    (out / "curves.json").write_text(json.dumps({"step": step, "rmse": curves}))
    (out / "final_info.json").write_text(json.dumps(info, indent=1))


if __name__ == "__main__":
    main()
