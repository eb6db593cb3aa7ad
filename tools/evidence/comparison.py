"""A result against the same result of another run: difference, interval, effect size and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from tools.evidence.analysis_plan import AnalysisPlan, ComparisonKind
from tools.evidence.formatting import format_interval, format_p_value, format_percent, format_value
from tools.evidence.records import MetricResult
from tools.evidence.statistics import (
    ALPHA,
    Interval,
    MeanDifference,
    hedges_g,
    holm,
    paired_difference,
    welch_difference,
)

_ROUNDING = 1e-12
"""A difference below this fraction of the values comes from the arithmetic."""


class Untested(StrEnum):
    """Why a comparison has no test."""

    ONE_SEED = "one seed"
    """A side has a single value."""
    NO_SPREAD = "no spread"
    """The difference is the same for every seed."""
    CAPPED = "capped"
    """A value hit its cap and is a bound."""
    ROUNDING = "rounding"
    """Both values are equal as printed."""


@dataclass(frozen=True)
class ResultComparison:
    """A result against the same metric and dataset of another run.

    `direction` is the sign of the difference in terms of the metric's goal, `changed` if the template gives none, `equal` if
    both values print alike. It says nothing about chance. `significant` does, and only for confirmatory comparisons or
    where the ledger has no plan.
    """

    result: MetricResult
    baseline: MetricResult
    kind: ComparisonKind
    difference: float
    relative: float | None
    """The difference as a fraction of the baseline's absolute value; None if that is 0, or values lie on both sides of 0."""
    direction: Literal["better", "worse", "equal", "changed"]
    paired: bool
    """Whether the values of both sides belong together by seed."""
    untested: Untested | None
    """Why there is neither interval nor test; None if there is an interval."""
    interval: Interval | None
    """95% interval of the difference, not adjusted for the number of comparisons."""
    effect: float | None
    """Hedges' g; None with one seed on a side or without any spread."""
    p_value: float | None
    """Of this comparison alone; None if it is not tested, as in exploratory comparisons and costs."""
    equivalence_p: float | None
    """Of the hypothesis that the difference is the plan's margin or more; None unless the comparison is confirmatory."""
    margin: str
    """The plan's margin as printed, empty without a plan."""
    adjusted_p: float | None = None
    """`p_value` adjusted for all confirmatory comparisons of the study; None for any other comparison."""
    family: int = 0
    """Number of confirmatory comparisons that `adjusted_p` is adjusted for."""
    significant: bool = False
    equivalent: bool = False
    """Whether an equivalence test, adjusted likewise, shows that the difference is below the margin."""

    @property
    def confirmatory(self) -> bool:
        return self.kind is ComparisonKind.CONFIRMATORY

    @property
    def size(self) -> str:
        """Return size and direction: `12.3% lower`."""
        unit = f" {self.result.metric.unit}" if self.result.metric.unit else ""
        amount = format_value(abs(self.difference)) + unit
        if self.relative is not None:
            amount = format_percent(self.relative)
        return f"{amount} {'lower' if self.difference < 0 else 'higher'}"

    @property
    def seeds(self) -> str:
        """Return `n = 3`, `n = 3 and 5` if the two sides differ, or `n = 3 pairs`."""
        one, other = self.result.n, self.baseline.n
        if self.paired:
            return f"n = {one} pairs"
        return f"n = {one}" if one == other else f"n = {one} and {other}"

    @property
    def change(self) -> str:
        """Return the comparison in a few words: `12.3% lower (better, adjusted p = 0.004, ..., n = 3)`."""
        if self.untested is Untested.CAPPED:
            return f"no comparison, as a value hit its cap ({self.seeds})"
        if self.direction == "equal":
            return f"no change ({self.seeds})"
        if self.kind is ComparisonKind.COST:
            return f"{self.size} (a cost, not tested, {self.seeds})"
        if self.untested:
            return f"{self.size} (not tested, {self.seeds})"
        if self.kind is ComparisonKind.EXPLORATORY:
            return f"{self.size} (exploratory, {self._estimates}, {self.seeds})"
        if self.adjusted_p is None:
            test = f"{format_p_value(self.p_value or 0.0)}, {self.seeds}"
        else:
            test = f"{self._estimates}, adjusted {format_p_value(self.adjusted_p)}, {self.seeds}"
        if self.equivalent and not self.significant:
            return f"the same within {self.margin} ({self.size}, {test})"
        if not self.significant:
            adjusted = f" after adjustment for {self.family} comparisons" if self.family > 1 else ""
            return f"{self.size}, not significant{adjusted} ({test})"
        return f"{self.size} ({test})" if self.direction == "changed" else f"{self.size} ({self.direction}, {test})"

    @property
    def _estimates(self) -> str:
        """Return interval and effect size: `95% CI −0.21 to −0.03, g = −2.14`."""
        interval = f"95% CI {format_interval(*self.interval)}" if self.interval else "no interval"
        return interval + (f", g = {format_effect(self.effect)}" if self.effect is not None else "")

    def __str__(self) -> str:
        """Return one sentence with both values."""
        return f"{self.result}, against {self.baseline} in {self.baseline.run}: {self.change}."


def format_effect(effect: float) -> str:
    """Format an effect size: `−2.1`, `−12`."""
    return f"{effect:.1f}".replace("-", "−") if abs(effect) < 10 else f"{effect:.0f}".replace("-", "−")


def compare_results(
    result: MetricResult, baseline: MetricResult, plan: AnalysisPlan | None, kind: ComparisonKind, *, paired: bool
) -> ResultComparison:
    """Compare two results. A confirmatory comparison is not significant until `adjust_family` has adjusted it.

    Args:
        paired: the values of both belong together by seed.
    """
    difference = result.mean - baseline.mean
    alike = _print_alike(result, baseline)
    direction: Literal["better", "worse", "equal", "changed"] = "changed"
    if alike:
        direction = "equal"
    elif result.metric.goal:
        direction = "better" if (difference < 0) == (result.metric.goal == "min") else "worse"
    capped = result.censored or baseline.censored
    estimate = None if capped else _estimate(result, baseline, paired=paired)
    confirmatory, unplanned = kind is ComparisonKind.CONFIRMATORY, kind is ComparisonKind.UNPLANNED
    p_value = estimate.p_value if estimate and not alike and (confirmatory or unplanned) else None
    margin = plan.margin(result.metric.name, baseline.mean) if plan else None
    return ResultComparison(
        result=result,
        baseline=baseline,
        kind=kind,
        difference=difference,
        relative=difference / abs(baseline.mean) if baseline.mean and not _cross_zero(result, baseline) else None,
        direction=direction,
        paired=paired,
        untested=_untested(result, baseline, estimate, alike=alike),
        interval=estimate.interval if estimate else None,
        effect=None if capped else hedges_g(result.values, baseline.values),
        p_value=p_value,
        equivalence_p=estimate.equivalence_p(margin) if estimate and margin is not None and confirmatory else None,
        margin=plan.printed_margin(result.metric) if plan else "",
        significant=unplanned and p_value is not None and p_value < ALPHA,
    )


def adjust_family(
    family: Sequence[ResultComparison], plan: AnalysisPlan, tests: int, share: float
) -> list[ResultComparison]:
    """Return confirmatory comparisons with their adjusted p-values and decisions.

    Args:
        tests: the size of the family, with comparisons that were planned and not made.
        share: the family's part of the level of the study. An adjusted p-value is divided by it.
    """
    differ = holm([1.0 if c.p_value is None else c.p_value for c in family], tests)
    same = holm([1.0 if c.equivalence_p is None else c.equivalence_p for c in family], tests)
    found = []
    for comparison, p_value, equivalence_p in zip(family, differ, same, strict=True):
        adjusted = None if comparison.p_value is None else min(1.0, p_value / share)
        found.append(
            replace(
                comparison,
                adjusted_p=adjusted,
                family=tests,
                significant=adjusted is not None and adjusted < plan.alpha,
                equivalent=equivalence_p < plan.alpha * plan.share_of_sameness / 2,
            )
        )
    return found


def _estimate(result: MetricResult, baseline: MetricResult, *, paired: bool) -> MeanDifference | None:
    compare = paired_difference if paired else welch_difference
    return compare(result.values, baseline.values)


def _untested(
    result: MetricResult, baseline: MetricResult, estimate: MeanDifference | None, *, alike: bool
) -> Untested | None:
    if result.censored or baseline.censored:
        return Untested.CAPPED
    if min(result.n, baseline.n) < 2:
        return Untested.ONE_SEED
    if estimate is None:
        return Untested.NO_SPREAD
    return Untested.ROUNDING if alike else None


def _cross_zero(result: MetricResult, baseline: MetricResult) -> bool:
    """Return whether values lie on both sides of zero, where a fraction of one of them says nothing."""
    values = (*result.values, *baseline.values)
    return min(values) < 0 < max(values)


def _print_alike(result: MetricResult, baseline: MetricResult) -> bool:
    """Return whether the difference is below the precision at which the values are printed, with their errors or without."""
    one, other = result.mean, baseline.mean
    if abs(one - other) <= _ROUNDING * max(map(abs, (*result.values, *baseline.values))):
        return True
    return all(
        format_value(one, e) == format_value(other, e) for e in (None, result.stderr or None, baseline.stderr or None)
    )
