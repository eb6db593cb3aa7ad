"""Aggregates of a run over all datasets.

They follow Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (NeurIPS 2021). A score is
a value scaled to the range of all values that the study measured on its dataset, 1 being the best. A run's aggregate is the
interquartile mean of its scores over datasets and seeds, the mean without the lowest and the highest quarter. Its interval
is from a bootstrap stratified by dataset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.evidence.ledger import Ledger
from tools.evidence.statistics import LEVEL, Interval

_SAMPLES = 2000
_TRIMMED = 0.25

_Scores = list[NDArray[np.float64]]
"""Per dataset one score per seed."""


@dataclass(frozen=True)
class AggregateDifference:
    """The interquartile mean of a run's scores minus that of its baseline's, a fraction of the range. It is exploratory."""

    run: str
    datasets: tuple[str, ...]
    difference: float
    interval: Interval
    """95% bootstrap interval; too narrow with few seeds."""


def aggregate_difference(ledger: Ledger, run: str, baseline: str, metric: str) -> AggregateDifference | None:
    """Return the difference of a run and a baseline over all their datasets.

    None without a goal of the metric, with a capped value, or unless both have at least two seeds on at least two datasets.
    """
    goal = ledger.metric(metric).goal
    results = map(ledger.result, ledger.addresses() + ledger.confirmed_addresses())
    found = {result.address: result for result in results if result.metric.name == metric}
    pairs = [
        (result, found[same])
        for address, result in found.items()
        if result.run == run and (same := f"{baseline}/{address.partition('/')[2]}") in found
    ]
    if goal is None or any(one.censored or other.censored or min(one.n, other.n) < 2 for one, other in pairs):
        return None
    own, theirs, datasets = _Scores(), _Scores(), list[str]()
    for one, other in pairs:
        values = [value for result in found.values() if result.dataset == one.dataset for value in result.values]
        low, high = min(values), max(values)
        if high > low:
            best, scale = (low, low - high) if goal == "min" else (high, high - low)
            own.append(1 + (np.array(one.values) - best) / scale)
            theirs.append(1 + (np.array(other.values) - best) / scale)
            datasets.append(one.dataset)
    if len(datasets) < 2:
        return None
    source = np.random.default_rng(0)
    samples = _interquartile_mean(_resampled(own, source)) - _interquartile_mean(_resampled(theirs, source))
    low, high = np.quantile(samples, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    difference = _interquartile_mean(np.concatenate(own)) - _interquartile_mean(np.concatenate(theirs))
    return AggregateDifference(run, tuple(datasets), float(difference), (float(low), float(high)))


def _interquartile_mean(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the interquartile mean along the last axis."""
    cut = int(_TRIMMED * scores.shape[-1])
    middle: NDArray[np.float64] = np.sort(scores, axis=-1)[..., cut : scores.shape[-1] - cut].mean(axis=-1)
    return middle


def _resampled(scores: _Scores, source: np.random.Generator) -> NDArray[np.float64]:
    """Return bootstrap samples, shape (samples, all seeds of all datasets), drawn within each dataset."""
    drawn = [values[source.integers(len(values), size=(_SAMPLES, len(values)))] for values in scores]
    return np.concatenate(drawn, axis=1)
