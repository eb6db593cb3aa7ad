"""The data and the metric. Agents may read this file and must not change it: see `protected` in template.yaml."""

from __future__ import annotations

import numpy as np

DATASETS = ("far", "near")
_DISTANCE = {"far": 2.0, "near": 1.0}
_SIZE = {"train": 200, "test": 2000}
_FEATURES = 10


def make_data(dataset: str, part: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw two normal clouds, `far` from or `near` each other. Return features [examples, 11], the last one a constant, and
    labels [examples] of 0 and 1. Training and test examples of a seed are independent."""
    generator = np.random.default_rng([seed, part == "test"])
    labels = generator.integers(2, size=_SIZE[part])
    features = generator.normal(size=(_SIZE[part], _FEATURES))
    features[:, 0] += _DISTANCE[dataset] * (labels - 0.5)
    return np.hstack([features, np.ones((_SIZE[part], 1))]), labels


def accuracy(weights: np.ndarray, dataset: str, seed: int) -> float:
    """Return the share of test examples classified correctly."""
    features, labels = make_data(dataset, "test", seed)
    return float(np.mean((features @ weights > 0) == labels))
