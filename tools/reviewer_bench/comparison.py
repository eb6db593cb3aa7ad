"""Paired comparison of two reviewers on the same papers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from tools.reviewer_bench.bootstrap import RESAMPLES, Estimates, estimate
from tools.reviewer_bench.matching import Floats, Truth, Verdicts
from tools.reviewer_bench.metrics import Values, decision_metrics, score_metrics


@dataclass(frozen=True)
class ReviewerComparison:
    """The first reviewer minus the second, for one decision rule."""

    first: str
    second: str
    rule: str
    papers: int
    """Number of papers that both reviewed."""
    differences: Estimates
    """From a paired bootstrap, with the same resamples for both. For a threshold, the metrics of the score are included."""
    only_first: int
    """Number of papers on which only the first agrees with the conference."""
    only_second: int
    p: float
    """p-value of McNemar's exact test of the hypothesis that both agree with the conference equally often."""


def compare(
    first: Verdicts, second: Verdicts, threshold: float, seed: int, resamples: int = RESAMPLES
) -> list[ReviewerComparison]:
    """Compare by the Decision and by the threshold, each on the papers for which both gave it. A comparison is left out if
    these papers do not include both accepted and rejected ones."""
    common = set(first.papers) & set(second.papers)
    one, two = first.of(common), second.of(common)
    by_score = np.isfinite(one.overall) & np.isfinite(two.overall)
    by_decision = np.isfinite(one.decision) & np.isfinite(two.decision)
    found = []
    for kept, rule in ((by_decision, "Decision"), (by_score, f"Overall ≥ {threshold:g}")):
        a, b = one.where(kept), two.where(kept)
        if a.accepted.any() and not a.accepted.all():
            found.append(_compare(a, b, rule, None if rule == "Decision" else threshold, seed, resamples))
    return found


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of McNemar's exact test for discordant pairs (McNemar 1947); 1 if there are none."""
    pairs = only_first + only_second
    return float(stats.binomtest(only_first, pairs).pvalue) if pairs else 1.0


def _compare(
    a: Verdicts, b: Verdicts, rule: str, threshold: float | None, seed: int, resamples: int
) -> ReviewerComparison:
    accepted = a.accepted

    def predicted(of: Verdicts) -> Truth:
        return of.decision == 1 if threshold is None else of.overall >= threshold

    def values(of: Verdicts, weights: Floats) -> Values:
        found = decision_metrics(accepted, predicted(of), weights)
        return found if threshold is None else found | score_metrics(accepted, of.overall, of.human, weights)

    def difference(weights: Floats) -> Values:
        first, second = values(a, weights), values(b, weights)
        return {name: first[name] - second[name] for name in first}

    right, also = predicted(a) == accepted, predicted(b) == accepted
    only_first, only_second = int((right & ~also).sum()), int((also & ~right).sum())
    return ReviewerComparison(
        first=a.name,
        second=b.name,
        rule=rule,
        papers=len(accepted),
        differences=estimate(accepted, difference, seed, resamples),
        only_first=only_first,
        only_second=only_second,
        p=mcnemar(only_first, only_second),
    )
