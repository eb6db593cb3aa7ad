"""Metrics of one reviewer: by its Decision, by thresholds of its score, and of the score itself; and of two baselines.

The third baseline, a one-prompt control, is a file of reviews like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.reviewer_bench.bootstrap import RESAMPLES, Estimates, Statistic, estimate, estimate_each
from tools.reviewer_bench.matching import Floats, Truth, Verdicts, need_both_classes
from tools.reviewer_bench.metrics import Values, decision_metrics, score_metrics
from tools.reviewer_bench.ratings import PaperRating

_MOST_THRESHOLDS = 12


@dataclass(frozen=True)
class MetricRow:
    """Metrics of one decision rule, or of a score."""

    rule: str
    papers: int
    metrics: Estimates


@dataclass(frozen=True)
class Evaluation:
    """Results of one reviewer. A part is None if the reviewer gave no decision, or no score."""

    name: str
    by_decision: MetricRow | None
    by_threshold: dict[float, MetricRow]
    """Accept if the score is at least the threshold, for every threshold that separates papers."""
    score: MetricRow | None
    roc: tuple[Floats, Floats] | None
    """False and true positive rates from (0, 0) to (1, 1)."""


def evaluate(verdicts: Verdicts, threshold: float, seed: int, resamples: int = RESAMPLES) -> Evaluation:
    """Measure a reviewer. `threshold` is always among the measured thresholds.

    Raises:
        UserError: the conference accepted or rejected all papers that the reviewer judged.
    """
    scored = verdicts.where(np.isfinite(verdicts.overall))
    decided = verdicts.where(np.isfinite(verdicts.decision))
    for part in (scored, decided):
        if part.papers:
            need_both_classes(part.accepted, verdicts.name)
    by_decision = score = roc = None
    by_threshold: dict[float, MetricRow] = {}
    if decided.papers:
        by_decision = decisions("Decision", decided.accepted, decided.decision == 1, seed, resamples)
    if scored.papers:
        by_threshold, score = _by_score(scored, threshold, seed, resamples)
        roc = roc_curve(scored.accepted, scored.overall)
    return Evaluation(verdicts.name, by_decision, by_threshold, score, roc)


def decisions(rule: str, accepted: Truth, predicted: Truth, seed: int, resamples: int = RESAMPLES) -> MetricRow:
    """Return the metrics of decisions. `accepted` and `predicted` are (n,)."""
    return MetricRow(rule, len(accepted), estimate(accepted, _deciding(accepted, predicted), seed, resamples))


def thresholds(scores: Floats) -> list[float]:
    """Return the thresholds that separate papers: every score but the lowest, which would accept all. With more than twelve
    distinct scores: the integers between them, or else the deciles."""
    given = np.unique(scores)
    if len(given) > _MOST_THRESHOLDS:
        given = np.arange(np.floor(given[0]), np.floor(given[-1]) + 1)
        if not 4 < len(given) <= _MOST_THRESHOLDS:
            given = np.unique(np.quantile(scores, np.linspace(0, 0.9, 10), method="higher"))
    return [float(cut) for cut in given[1:]]


def roc_curve(accepted: Truth, scores: Floats) -> tuple[Floats, Floats]:
    """Return the corners of the ROC curve, one for each distinct score."""
    cuts = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    taken = scores[None, :] >= cuts[:, None]
    return taken[:, ~accepted].mean(axis=1), taken[:, accepted].mean(axis=1)


def _by_score(
    scored: Verdicts, threshold: float, seed: int, resamples: int
) -> tuple[dict[float, MetricRow], MetricRow]:
    cuts = sorted({*thresholds(scored.overall), threshold})
    rules = {f"Overall ≥ {cut:g}": cut for cut in cuts}
    statistics = {rule: _deciding(scored.accepted, scored.overall >= cut) for rule, cut in rules.items()}
    statistics["score"] = lambda weights: score_metrics(scored.accepted, scored.overall, scored.human, weights)
    found = estimate_each(scored.accepted, statistics, seed, resamples)
    rows = {rule: MetricRow(rule, len(scored.papers), metrics) for rule, metrics in found.items()}
    return {cut: rows[rule] for rule, cut in rules.items()}, rows["score"]


def _deciding(accepted: Truth, predicted: Truth) -> Statistic:
    return lambda weights: decision_metrics(accepted, predicted, weights)


def all_reject(papers: Sequence[PaperRating], seed: int, resamples: int = RESAMPLES) -> MetricRow:
    """Return the metrics of rejecting every paper."""
    accepted = _accepted(papers)
    return decisions("every paper", accepted, np.zeros(len(accepted), bool), seed, resamples)


def random_human(
    papers: Sequence[PaperRating], threshold: float, seed: int, resamples: int = RESAMPLES
) -> MetricRow | None:
    """Return the metrics of one random human reviewer per paper, who accepts if their score is at least the threshold.

    Each of the k scores of a paper has weight 1/k, which gives the expectation over the draw (for F1 and the correlations:
    their value at the expected counts and moments). The intervals are over papers.

    The conference knew this reviewer's score when it decided, so the baseline is optimistic. The score is correlated with
    the mean of the paper's other reviewers. Papers with fewer than two human scores are left out; None if the rest was all
    accepted or all rejected.
    """
    several = [paper for paper in papers if len(paper.scores) > 1]
    accepted = _accepted(several)
    if not several or accepted.all() or not accepted.any():
        return None
    count = np.array([len(paper.scores) for paper in several])
    paper_of = np.repeat(np.arange(len(several)), count)
    score = np.array([score for paper in several for score in paper.scores])
    others = np.array(
        [(sum(paper.scores) - score) / (len(paper.scores) - 1) for paper in several for score in paper.scores]
    )

    def statistic(weights: Floats) -> Values:
        each = (weights / count)[:, paper_of]
        taken = decision_metrics(accepted[paper_of], score >= threshold, each)
        return taken | score_metrics(accepted[paper_of], score, others, each)

    return MetricRow(f"score ≥ {threshold:g}", len(several), estimate(accepted, statistic, seed, resamples))


def _accepted(papers: Sequence[PaperRating]) -> Truth:
    return np.array([paper.accepted for paper in papers], bool)
