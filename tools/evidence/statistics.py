"""Statistics of a result over seeds.

A statistic that the sample does not support is None, never 0: one seed has no standard error and no test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

LEVEL = 0.95
ALPHA = 1 - LEVEL

Values = Sequence[float]
Interval = tuple[float, float]


def mean(values: Values) -> float:
    """Return the arithmetic mean of at least one value."""
    return math.fsum(values) / len(values)


def has_spread(values: Values) -> bool:
    """Return whether at least two seeds gave different values."""
    return max(values) > min(values)


def standard_error(values: Values) -> float | None:
    """Return the standard error of the mean, s / sqrt(n) with s over n - 1; None for one value."""
    return float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else None


def t_interval(values: Values) -> Interval | None:
    """Return the 95% interval of the mean by Student's t with n - 1 degrees of freedom; None for one value."""
    error = standard_error(values)
    if error is None:
        return None
    from scipy import stats  # in each function: it loads in a second, and every command imports this module

    half = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * error
    return mean(values) - half, mean(values) + half


def welch_p(values: Values, baseline: Values) -> float | None:
    """Return the two-sided p-value of Welch's test that the means are equal, without assuming equal variances.

    None if a side has one value or neither side has any spread: the seeds then say nothing about chance.
    """
    if min(len(values), len(baseline)) < 2 or not (has_spread(values) or has_spread(baseline)):
        return None
    from scipy import stats

    moments = [(mean(side), float(np.std(side, ddof=1)), len(side)) for side in (values, baseline)]
    return float(stats.ttest_ind_from_stats(*moments[0], *moments[1], equal_var=False).pvalue)


def smallest_difference(values: Values) -> float | None:
    """Return the noise floor: the smallest difference of means that a t-test at 5% would call significant.

    The second run is assumed to have as many seeds and as much spread: t(0.975, 2n - 2) * s * sqrt(2 / n). None without
    spread.
    """
    error = standard_error(values)
    if error is None or not has_spread(values):
        return None
    from scipy import stats

    return float(stats.t.ppf((1 + LEVEL) / 2, 2 * len(values) - 2)) * error * math.sqrt(2)
