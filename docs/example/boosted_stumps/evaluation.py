"""Data and metrics of the boosting study.

Agents may read this file and must not change it: see `protected` in template.yaml.
"""

from __future__ import annotations

import numpy as np

DATASETS = ("additive", "friedman", "steps")
FEATURES = 10
TRAIN, TEST = 300, 2000
RELEVANT = {"additive": (0, 1, 2), "friedman": (0, 1, 2, 3, 4), "steps": (0, 1)}
NOISE_SCALE = 0.3
NOISE_FREEDOM = 2.0


def target(dataset: str, x: np.ndarray) -> np.ndarray:
    """The noise-free regression function, divided by its approximate standard deviation."""
    if dataset == "additive":
        return (np.sin(2 * np.pi * x[:, 0]) + 2 * (x[:, 1] - 0.5) ** 2 + x[:, 2]) / 0.79
    if dataset == "friedman":
        wave = 10 * np.sin(np.pi * x[:, 0] * x[:, 1])
        return (wave + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]) / 4.9
    if dataset == "steps":
        return (2.0 * (x[:, 0] > 0.6) + 1.0 * (x[:, 1] > 0.3)) / 1.08
    raise ValueError(dataset)


def training_set(dataset: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Uniform features [300, 10] and responses with Student t noise of two degrees of freedom, whose variance is infinite."""
    generator = np.random.default_rng([seed, 1])
    x = generator.uniform(size=(TRAIN, FEATURES))
    return x, target(dataset, x) + NOISE_SCALE * generator.standard_t(NOISE_FREEDOM, size=TRAIN)


def test_features(seed: int) -> np.ndarray:
    return np.random.default_rng([seed, 2]).uniform(size=(TEST, FEATURES))


def score(dataset: str, seed: int, predictions: np.ndarray, split_features: np.ndarray) -> dict[str, float]:
    """Compare predictions [2000] for the test features with the noise-free target.

    `split_features` lists the feature of each stump.
    """
    error = predictions - target(dataset, test_features(seed))
    return {
        "rmse": float(np.sqrt(np.mean(error**2))),
        "mae": float(np.mean(np.abs(error))),
        "worst_error": float(np.quantile(np.abs(error), 0.99)),
        "relevant_splits": float(np.mean(np.isin(split_features, RELEVANT[dataset]))),
    }
