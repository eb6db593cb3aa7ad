"""What a reviewer has to beat: rejecting every paper, and one human reviewer drawn at random.

The third baseline, a one-prompt control, is a file of reviews like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.reviewer_bench.bootstrap import RESAMPLES, estimate
from tools.reviewer_bench.evaluation import Row, decisions
from tools.reviewer_bench.matching import Floats, Truth
from tools.reviewer_bench.metrics import Values, decision_metrics, score_metrics
from tools.reviewer_bench.ratings import Rating


def all_reject(papers: Sequence[Rating], seed: int, resamples: int = RESAMPLES) -> Row:
    """Every paper rejected."""
    accepted = _accepted(papers)
    return decisions("every paper", accepted, np.zeros(len(accepted), bool), seed, resamples)


def random_human(papers: Sequence[Rating], threshold: float, seed: int, resamples: int = RESAMPLES) -> Row | None:
    """One human reviewer a paper, drawn at random: accept when their score is at least the threshold.

    Nothing is drawn: each of the k scores of a paper counts 1/k, which gives the expectation over the draw (of F1 and the
    correlations: their value at the expected counts and moments). The intervals are over papers.

    The decision is the conference's, which that reviewer helped to take: this baseline is flattered. The score is
    correlated with the mean of the paper's other reviewers (leave one out), since it is part of the mean of all. Papers
    with fewer than two human scores do not count; None where the rest holds one class only.
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

    return Row(f"score ≥ {threshold:g}", len(several), estimate(accepted, statistic, seed, resamples))


def _accepted(papers: Sequence[Rating]) -> Truth:
    return np.array([paper.accepted for paper in papers], bool)
