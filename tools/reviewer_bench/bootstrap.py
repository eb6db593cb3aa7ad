"""Bootstrap intervals over papers.

Accepted and rejected papers are resampled separately, so every resample has as many of each as the sample: the scheme of The
AI Scientist's published intervals. The acceptance rate is taken as fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tools.reviewer_bench.matching import Floats, Truth
from tools.reviewer_bench.metrics import Values

RESAMPLES = 10_000
LEVEL = 0.95
_CELLS_AT_ONCE = 500_000

Statistic = Callable[[Floats], Values]
"""Maps weights (r, n) to values (r,) by name."""


@dataclass(frozen=True)
class Estimate:
    """A value with its 95% interval; None if undefined."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def excludes_zero(self) -> bool:
        """True if the interval excludes zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


Estimates = dict[str, Estimate]


def estimate(accepted: Truth, statistic: Statistic, seed: int, resamples: int = RESAMPLES) -> Estimates:
    """Return values on the n papers with percentile intervals (Efron and Tibshirani 1993, chapter 13).

    Args:
        accepted: (n,) the conference's decisions, both kinds among them.
        seed: the same seed draws the same papers for any statistic, given the same numbers of accepted and rejected papers.

    Resamples on which a value is undefined are left out of its interval.
    """
    return estimate_each(accepted, {"": statistic}, seed, resamples)[""]


def estimate_each(
    accepted: Truth, statistics: Mapping[str, Statistic], seed: int, resamples: int = RESAMPLES
) -> dict[str, Estimates]:
    """Return the estimates of several statistics on the same resamples."""
    exact = {key: statistic(np.ones((1, len(accepted)))) for key, statistic in statistics.items()}
    draws: dict[str, list[Values]] = {key: [] for key in statistics}
    for weights in resampled(accepted, seed, resamples):
        for key, statistic in statistics.items():
            draws[key].append(statistic(weights))
    return {
        key: {
            name: _estimate(value[0], np.concatenate([part[name] for part in draws[key]]))
            for name, value in values.items()
        }
        for key, values in exact.items()
    }


def resampled(accepted: Truth, seed: int, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """Yield how often each paper is drawn, in blocks (r, n) with `resamples` rows in total."""
    rng = np.random.default_rng(seed)
    block = max(1, _CELLS_AT_ONCE // len(accepted))
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        weights = np.zeros((rows, len(accepted)))
        for kind in (accepted, ~accepted):
            size = int(kind.sum())
            drawn = rng.integers(size, size=(rows, size)) + size * np.arange(rows)[:, None]
            weights[:, kind] = np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size)
        yield weights


def _estimate(value: float, draws: Floats) -> Estimate:
    known = draws[np.isfinite(draws)]
    if not np.isfinite(value) or not len(known):
        return Estimate(None, None, None)
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(low), float(high))
