"""The statistics of a result over seeds, and how they are written down.

A statistic that the sample cannot carry is None, never 0: one seed has no standard error and no test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

LEVEL = 0.95
ALPHA = 1 - LEVEL
RESAMPLES = 9_999

Values = Sequence[float]
Interval = tuple[float, float]


def mean(values: Values) -> float:
    """The arithmetic mean of at least one value."""
    return math.fsum(values) / len(values)


def has_spread(values: Values) -> bool:
    """Whether at least two seeds were measured and not all gave the same value."""
    return max(values) > min(values)


def standard_error(values: Values) -> float | None:
    """The standard error of the mean, s / sqrt(n) with s over n - 1; None for one value."""
    return float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else None


def t_interval(values: Values) -> Interval | None:
    """The 95% interval of the mean by Student's t with n - 1 degrees of freedom; None for one value."""
    error = standard_error(values)
    if error is None:
        return None
    from scipy import stats  # in each function: it takes a second to load, and every command imports this module

    half = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * error
    return mean(values) - half, mean(values) + half


def welch_p(values: Values, baseline: Values) -> float | None:
    """The two-sided p-value of Welch's test that the means are equal, variances not assumed equal.

    None when a side has one value, or when neither side has any spread: the seeds then tell nothing about chance.
    """
    if not _testable(values, baseline):
        return None
    from scipy import stats

    moments = [(mean(side), float(np.std(side, ddof=1)), len(side)) for side in (values, baseline)]
    return float(stats.ttest_ind_from_stats(*moments[0], *moments[1], equal_var=False).pvalue)


def bootstrap_difference(values: Values, baseline: Values, seed: int = 0) -> Interval | None:
    """The 95% percentile bootstrap interval of mean(values) - mean(baseline): 9,999 resamples of both sides.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. The seed makes it repeatable.
    With few seeds it is too narrow, so significance rests on Welch's test. None where that test is None.
    """
    if not _testable(values, baseline):
        return None
    from scipy import stats

    found = stats.bootstrap(
        (np.asarray(values, float), np.asarray(baseline, float)),
        lambda a, b, axis=-1: np.mean(a, axis=axis) - np.mean(b, axis=axis),
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)


def smallest_difference(values: Values) -> float | None:
    """The noise floor: the smallest difference of means that a t-test at 5% would call significant if a second run had
    as many seeds and as much spread as this one, t(0.975, 2n - 2) * s * sqrt(2 / n). None without spread."""
    error = standard_error(values)
    if error is None or not has_spread(values):
        return None
    from scipy import stats

    return float(stats.t.ppf((1 + LEVEL) / 2, 2 * len(values) - 2)) * error * math.sqrt(2)


def _testable(values: Values, baseline: Values) -> bool:
    return min(len(values), len(baseline)) > 1 and (has_spread(values) or has_spread(baseline))


def write_value(value: float, error: float | None = None, *, digits: int = 4, power: int | None = None) -> str:
    """A value as printed: `0.82 ± 0.03`, `(1.2 ± 0.3)×10⁻⁵`, or `0.8214` without an error.

    The error is rounded to one digit, two when the first is a 1, and the value to the same place, at most eight
    significant digits; without an error the value has `digits` of them. With a `power` the number is written in units
    of 10 to that power, which a table then says once.
    """
    shared = power_of((value, error or 0.0)) if power is None else power
    scaled, scaled_error = value / 10**shared, (error or 0.0) / 10**shared
    places = _places(scaled_error, 2 if _first_digit(scaled_error) == 1 else 1) if error else _places(scaled, digits)
    places = min(places, _places(scaled, 8)) if scaled else places
    text = _fixed(scaled, places) + (f" ± {_fixed(scaled_error, places)}" if error is not None else "")
    if power is not None or shared == 0:
        return text
    return (f"({text})" if error is not None else text) + f"×{write_power(shared)}"


def power_of(values: Values) -> int:
    """The power of ten to write numbers in: that of the largest, and 0 where plain decimals are readable."""
    largest = max(map(abs, values))
    return 0 if largest == 0 or 1e-3 <= largest < 1e6 else math.floor(math.log10(largest))


def write_power(power: int) -> str:
    """`10⁻⁵`."""
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def write_exactly(value: float) -> str:
    """A number that was set and not measured, with all its digits: `0.003`, `1.5×10⁻⁵`, `128`."""
    mantissa, _, power = repr(value).partition("e")
    return mantissa.replace("-", "−") + (f"×{write_power(int(power))}" if power else "")


def write_percent(fraction: float) -> str:
    """A fraction's size as per cent with up to three significant digits, without its sign: `12.3%`."""
    percent = abs(fraction) * 100
    return f"{percent:.0f}%" if percent >= 99.95 else f"{percent:.1f}%" if percent >= 0.95 else f"{percent:.2g}%"


def write_p(p: float) -> str:
    """A p-value as printed: `p = 0.004`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.0995 else f"p = {p:.2f}"


def _first_digit(number: float) -> int:
    return int(f"{abs(number):e}"[0])


def _places(number: float, digits: int) -> int:
    """The decimal places that show `digits` significant digits; negative for tens and hundreds."""
    return digits - 1 - math.floor(math.log10(abs(number))) if number else digits - 1


def _fixed(number: float, places: int) -> str:
    rounded = round(number, places)
    return f"{rounded + 0.0:.{max(places, 0)}f}".replace("-", "−")
