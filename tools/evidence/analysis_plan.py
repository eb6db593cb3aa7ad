"""The analysis plan of a study: what is compared, by which test, at which level. It is fixed before the first comparison.

The plan is part of the ledger. A ledger without one, of an earlier version or of results that were measured elsewhere, is
judged by Welch's test at 5%, not corrected for the number of comparisons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from tools.evidence.formatting import format_value
from tools.evidence.records import BASELINE, Metric
from tools.evidence.statistics import detectable_effect


class ComparisonKind(StrEnum):
    """What a comparison is for. Only a confirmatory one, or one without a plan, can be significant."""

    CONFIRMATORY = "confirmatory"
    """The primary metric of a run against the baseline's: one family, adjusted for its size."""
    EXPLORATORY = "exploratory"
    """Any other metric, or another pair of runs: interval and effect size, but no test."""
    COST = "cost"
    """Time, memory and the like, which vary with the machine."""
    UNPLANNED = "unplanned"
    """The ledger has no plan."""


class AnalysisPlan(BaseModel):
    """What counts as a difference in one study.

    A run is compared with the baseline by a t-test, paired by seed where both share their seeds, else by Welch's test. The
    p-values of the primary metric over all runs and datasets are adjusted by Holm's method.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    primary_metric: str
    """The metric of the confirmatory comparisons."""
    costs: tuple[str, ...] = ()
    """Metrics that are never tested."""
    planned_runs: int = Field(default=0, ge=0)
    """Runs that the study may make. The family is at least that large, so that stopping early gains nothing."""
    alpha: float = Field(default=0.05, gt=0, lt=1)
    """The chance that the study makes any false claim of a difference or of sameness."""
    share_of_runs: float = Field(default=0.5, gt=0, lt=1)
    """Part of the level for differences of runs from the baseline."""
    share_of_confirmation: float = Field(default=0.2, gt=0, lt=1)
    """Part of the level for the confirmation of the best run on fresh seeds."""
    share_of_sameness: float = Field(default=0.3, gt=0, lt=1)
    """Part of the level for equivalence, half of it for the runs and half for the confirmation."""
    relative_margin: float = Field(default=0.05, gt=0)
    """Results closer than this fraction of the baseline count as the same."""
    margins: dict[str, float] = {}
    """Metric -> margin in its unit, in place of the relative one."""

    def kind(self, metric: str, *, with_baseline: bool) -> ComparisonKind:
        """Return what a comparison of a metric is for."""
        if metric in self.costs:
            return ComparisonKind.COST
        primary = with_baseline and metric == self.primary_metric
        return ComparisonKind.CONFIRMATORY if primary else ComparisonKind.EXPLORATORY

    def margin(self, metric: str, baseline: float) -> float:
        """Return the margin below which a difference from a baseline's mean counts as none, in the metric's unit."""
        return self.margins.get(metric, self.relative_margin * abs(baseline))

    @property
    def printed_alpha(self) -> str:
        """Return the level of the study as printed: `5%`."""
        return _percent(self.alpha)

    def printed_margin(self, metric: Metric) -> str:
        """Return the margin as printed: `5.0%`, or `0.05 bits`."""
        if metric.name not in self.margins:
            return _percent(self.relative_margin)
        return f"{format_value(self.margins[metric.name], digits=2)} {metric.unit}".strip()


def plan_of(metrics: Mapping[str, Metric], measured: Iterable[str], runs: int) -> AnalysisPlan:
    """Return the plan of a study whose baseline is measured and whose runs are not.

    The primary metric is the first that the template declares and the baseline has, a metric with a goal before one
    without, and no cost.

    Args:
        metrics: the template's, by name, the primary one first.
        measured: the metrics of the baseline, in its order.
        runs: the runs that the study may make.
    """
    names = list(dict.fromkeys(measured))
    known = {name: metrics.get(name, Metric(name=name)) for name in [*(m for m in metrics if m in names), *names]}
    candidates = [metric for metric in known.values() if not metric.is_cost]
    primary = next((metric for metric in candidates if metric.goal), next(iter(candidates), Metric()))
    return AnalysisPlan(
        primary_metric=primary.name,
        costs=tuple(name for name, metric in known.items() if metric.is_cost),
        planned_runs=runs,
        margins={name: metric.margin for name, metric in known.items() if metric.margin is not None},
    )


def describe_plan(plan: AnalysisPlan | None, metrics: Mapping[str, Metric]) -> str:
    """Return the plan in a few sentences, for prompts and papers."""
    if plan is None:
        return "Runs are compared with the baseline by Welch's test at 5%, not corrected for the number of comparisons."
    primary = metrics.get(plan.primary_metric, Metric(name=plan.primary_metric))
    costs = ", ".join(metrics.get(name, Metric(name=name)).printed for name in plan.costs)
    margin = plan.printed_margin(primary) + ("" if primary.name in plan.margins else " of the baseline")
    runs, confirmation, sameness = (
        _percent(plan.alpha * share)
        for share in (plan.share_of_runs, plan.share_of_confirmation, plan.share_of_sameness)
    )
    return (
        f"The analysis was fixed before the first run. Confirmatory are the comparisons of the {primary.printed} of each run "
        f"with {BASELINE} on each dataset, by a t-test: paired by seed where both have the same seeds, else Welch's. Two "
        f"results count as the same only if an equivalence test (TOST) shows that they differ by less than {margin}. All "
        f"p-values are adjusted by Holm's method, so that the study makes any false claim with a probability of at most "
        f"{_percent(plan.alpha)}: {runs} for differences of runs, {confirmation} for the confirmation of the best run on "
        f"fresh seeds, and {sameness} for sameness. All other comparisons are exploratory: they have 95% intervals and "
        "effect sizes (Hedges' g), both unadjusted, but no test."
        + (f" Costs vary with the machine and are not tested: {costs}." if costs else "")
    )


def describe_power(plan: AnalysisPlan | None, runs: int, datasets: int, seeds: int) -> str:
    """Return, for prompts, which differences the planned tests can show; empty without a plan or with a single seed."""
    tests = runs * datasets
    effect = detectable_effect(seeds, tests, plan.alpha * plan.share_of_runs) if plan else None
    if effect is None:
        return ""
    return (
        f"With {seeds} seeds and {tests} comparisons, the first difference becomes significant only above {effect:.2g} "
        "standard deviations of its paired differences. A smaller one stays without proof: fewer runs, or a change with a "
        "larger effect, find more."
    )


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.3g}%"
