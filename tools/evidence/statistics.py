"""Statistics of a result over seeds, and of the difference between two results.

A statistic that the sample does not support is None, never 0: one seed has no standard error and no test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
"""Coverage of an interval."""
ALPHA = 0.05
_RELATIVE_NOISE = 1e-12
"""Spread below this fraction of the values comes from the arithmetic, not from the seeds."""

Values = Sequence[float]
Interval = tuple[float, float]


def mean(values: Values) -> float:
    """Return the arithmetic mean of at least one value."""
    return math.fsum(values) / len(values)


def variance(values: Values) -> float:
    """Return the sample variance of at least two values."""
    center = mean(values)  # plain floats: for a few seeds, an array costs ten times as much
    return math.fsum((value - center) ** 2 for value in values) / (len(values) - 1)


def has_spread(values: Values) -> bool:
    """Return whether at least two seeds gave different values."""
    return max(values) - min(values) > _RELATIVE_NOISE * max(map(abs, values))


def standard_error(values: Values) -> float | None:
    """Return the standard error of the mean, s / sqrt(n) with s over n - 1; None for one value."""
    return math.sqrt(variance(values) / len(values)) if len(values) > 1 else None


def t_interval(values: Values) -> Interval | None:
    """Return the 95% interval of the mean by Student's t with n - 1 degrees of freedom; None for one value."""
    error = standard_error(values)
    if error is None:
        return None
    half = _t_quantile(len(values) - 1, (1 + LEVEL) / 2) * error
    return mean(values) - half, mean(values) + half


@dataclass(frozen=True)
class MeanDifference:
    """The difference of two means, with its standard error and the degrees of freedom of Student's t."""

    difference: float
    error: float
    freedom: float

    @property
    def p_value(self) -> float:
        """Return the two-sided p-value of the hypothesis that the means are equal."""
        return 2 * _t_tail(self.freedom, abs(self.difference) / self.error)

    @property
    def interval(self) -> Interval:
        """Return the 95% interval of the difference."""
        half = _t_quantile(self.freedom, (1 + LEVEL) / 2) * self.error
        return self.difference - half, self.difference + half

    def equivalence_p(self, margin: float) -> float:
        """Return the p-value of the hypothesis that the means differ by `margin` or more.

        The larger of two one-sided tests (TOST): Schuirmann, J. Pharmacokinet. Biopharm. 15:657 (1987).
        """
        return _t_tail(self.freedom, (margin - abs(self.difference)) / self.error)


def paired_difference(values: Values, baseline: Values) -> MeanDifference | None:
    """Return the difference of the means of two samples whose values belong together by seed.

    None for one pair, or if the difference is the same for every seed: the seeds then say nothing about chance.
    """
    differences = [value - other for value, other in zip(values, baseline, strict=True)]
    error = standard_error(differences)
    noise = _RELATIVE_NOISE * max(*map(abs, values), *map(abs, baseline))
    if error is None or max(differences) - min(differences) <= noise:
        return None
    return MeanDifference(mean(differences), error, len(differences) - 1)


def welch_difference(values: Values, baseline: Values) -> MeanDifference | None:
    """Return the difference of the means of two independent samples, without assuming equal variances.

    Welch, Biometrika 34:28 (1947). None if a side has one value or neither side has any spread: the seeds then say nothing
    about chance.
    """
    if min(len(values), len(baseline)) < 2 or not (has_spread(values) or has_spread(baseline)):
        return None
    variances = [variance(side) / len(side) for side in (values, baseline)]
    total = sum(variances)
    freedom = total**2 / sum(v**2 / (len(s) - 1) for v, s in zip(variances, (values, baseline), strict=True))
    return MeanDifference(mean(values) - mean(baseline), math.sqrt(total), freedom)


def hedges_g(values: Values, baseline: Values) -> float | None:
    """Return the standardised difference of two means, corrected for small samples; None without spread or seeds.

    The difference in standard deviations of the seeds, pooled over both sides, times 1 - 3 / (4 df - 1): Hedges, J. Educ.
    Stat. 6:107 (1981). Pairs do not enter, so that paired and independent samples are on one scale.
    """
    if min(len(values), len(baseline)) < 2 or not (has_spread(values) or has_spread(baseline)):
        return None
    freedom = len(values) + len(baseline) - 2
    squares = sum((len(side) - 1) * variance(side) for side in (values, baseline))
    return (mean(values) - mean(baseline)) / math.sqrt(squares / freedom) * (1 - 3 / (4 * freedom - 1))


def holm(p_values: Sequence[float], tests: int = 0) -> list[float]:
    """Return the p-values adjusted by Holm's step-down method, in the order given.

    The chance that any of the hypotheses is rejected wrongly stays below the level, however the tests depend on each
    other: Holm, Scand. J. Stat. 6:65 (1979).

    Args:
        tests: the size of the family, if it is larger than the number of p-values.
    """
    family, adjusted, largest = max(tests, len(p_values)), [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (family - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def smallest_difference(values: Values, alpha: float = ALPHA) -> float | None:
    """Return the noise floor: the smallest difference of means that a t-test at `alpha` would call significant.

    The second run is assumed to have as many seeds and as much spread: t(1 - alpha / 2, 2n - 2) * s * sqrt(2 / n). None
    without spread.
    """
    error = standard_error(values)
    if error is None or not has_spread(values):
        return None
    return _t_quantile(2 * len(values) - 2, 1 - alpha / 2) * error * math.sqrt(2)


def detectable_effect(pairs: int, tests: int, alpha: float) -> float | None:
    """Return the smallest mean of paired differences, in their standard deviations, that the first step of Holm's method
    calls significant: t(1 - alpha / (2 * tests), pairs - 1) / sqrt(pairs). None for fewer than two pairs.
    """
    if pairs < 2 or tests < 1:
        return None
    return _t_quantile(pairs - 1, 1 - alpha / (2 * tests)) / math.sqrt(pairs)


def _t_tail(freedom: float, t: float) -> float:
    """Return the probability that Student's t exceeds `t`."""
    from scipy.special import stdtr  # here, as it takes a while to load and every command imports this module

    return float(stdtr(freedom, -t))


def _t_quantile(freedom: float, probability: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))
