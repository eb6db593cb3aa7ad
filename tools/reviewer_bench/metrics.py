"""Metrics of the agreement between verdicts and a conference.

Accept is the positive class. Every function takes weights of the papers, one row per resample, and returns one value per row:
a row of ones stands for the sample itself, the counts of a bootstrap resample for that resample.

The formulas are those of scikit-learn and SciPy (`balanced_accuracy_score`, `f1_score`, `roc_auc_score`, `pearsonr`,
`spearmanr`), vectorized over thousands of resamples. Undefined values are NaN; F1 is 0 if nothing is accepted, as in
scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.reviewer_bench.matching import Floats, Truth


@dataclass(frozen=True)
class AgreementMetric:
    """The printed title of a metric, and its better direction."""

    title: str
    goal: Literal["max", "min"] = "max"


OF_DECISIONS = {
    "balanced_accuracy": AgreementMetric("balanced accuracy"),
    "accuracy": AgreementMetric("accuracy"),
    "f1": AgreementMetric("F1"),
    "auc_decision": AgreementMetric("AUC of the decision"),
    "fpr": AgreementMetric("FPR", "min"),
    "fnr": AgreementMetric("FNR", "min"),
}
OF_SCORES = {
    "auc_score": AgreementMetric("AUC of the score"),
    "pearson": AgreementMetric("Pearson r with mean human score"),
    "spearman": AgreementMetric("Spearman ρ with mean human score"),
}

Values = dict[str, Floats]

_ROUNDING = 1e-12


def decision_metrics(accepted: Truth, predicted: Truth, weights: Floats) -> Values:
    """Return the metrics of decisions.

    Args:
        accepted: (n,) what the conference decided.
        predicted: (n,) what the reviewer decided.
        weights: (r, n) how often each paper counts.

    Returns:
        (r,) for each name of `OF_DECISIONS`. `auc_decision` is the ROC AUC of the 0/1 decision, the AUC that The AI
        Scientist publishes; it equals the balanced accuracy.
    """
    columns = [accepted, ~accepted, accepted & predicted, ~accepted & predicted]
    positive, negative, hits, alarms = (weights @ np.stack(columns, axis=1).astype(float)).T
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, fpr = hits / positive, alarms / negative
        f1 = 2 * hits / (positive + hits + alarms)
        accuracy = (hits + negative - alarms) / (positive + negative)
    balanced_accuracy = (recall + 1 - fpr) / 2
    return {
        "balanced_accuracy": balanced_accuracy,
        "accuracy": accuracy,
        "f1": f1,
        "auc_decision": balanced_accuracy,  # the area under a curve with one corner, at (fpr, recall)
        "fpr": fpr,
        "fnr": 1 - recall,
    }


def score_metrics(accepted: Truth, scores: Floats, human: Floats, weights: Floats) -> Values:
    """Return the metrics of scores, (r,) for each name of `OF_SCORES`.

    Args:
        accepted: (n,) what the conference decided.
        scores: (n,), finite.
        human: (n,) the human score to correlate with; papers with NaN are left out of the correlations.
        weights: (r, n) how often each paper counts.
    """
    area = area_under_roc(accepted, scores, weights)
    known = np.isfinite(human)
    if not known.any():
        undefined = np.full(len(weights), np.nan)
        return {"auc_score": area, "pearson": undefined, "spearman": undefined}
    # group papers with equal scores and add their weights: ten times faster
    pairs, which = np.unique(np.stack([scores[known], human[known]]), axis=1, return_inverse=True)
    x, y = pairs
    counted = _joined(weights[:, known], which, len(x))
    return {
        "auc_score": area,
        "pearson": _pearson(x, y, counted),
        "spearman": _pearson(_ranks(x, counted), _ranks(y, counted), counted),
    }


def area_under_roc(accepted: Truth, scores: Floats, weights: Floats) -> Floats:
    """Return (r,) the probability that an accepted paper has a higher score than a rejected one, ties counting half
    (Mann and Whitney, 1947)."""
    at_level = _levels(scores)
    apart = np.hstack([at_level * accepted[:, None], at_level * ~accepted[:, None]])
    positive, negative = np.hsplit(weights @ apart, 2)
    below = np.cumsum(negative, axis=1) - negative / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        area: Floats = (positive * below).sum(axis=1) / (positive.sum(axis=1) * negative.sum(axis=1))
    return area


def _joined(weights: Floats, group: NDArray[np.intp], groups: int) -> Floats:
    """Return (r, groups) the sums of the weights of each group."""
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], np.arange(groups))
    joined: Floats = np.add.reduceat(weights[:, order], first, axis=1)
    return joined


def _levels(values: Floats) -> Floats:
    """Return (n, levels) 1 where a paper has the value of that level, in ascending order."""
    at_level: Floats = (values[:, None] == np.unique(values)[None, :]).astype(float)
    return at_level


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Return (r, n) the rank of each paper in each resample, with mean ranks for ties."""
    at_level = _levels(values)
    counts = weights @ at_level
    middle = np.cumsum(counts, axis=1) - counts / 2 + 0.5
    ranks: Floats = middle[:, at_level.argmax(axis=1)]
    return ranks


def _pearson(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return (r,) the weighted correlation of x and y, each (n,) or (r, n); NaN if one is constant."""
    x, y = x - x.mean(), y - y.mean()  # centred, so that sums of squares lose no digits
    columns = (np.ones_like(x), x, y, x * x, y * y, x * y)
    with np.errstate(divide="ignore", invalid="ignore"):
        total, sum_x, sum_y, xx, yy, xy = (_sum(weights, values) for values in columns)
        vx, vy = xx - sum_x**2 / total, yy - sum_y**2 / total
        r = (xy - sum_x * sum_y / total) / np.sqrt(vx * vy)
    # the variance of a constant consists of rounding errors
    flat = (vx <= _ROUNDING * np.max(xx, initial=0.0)) | (vy <= _ROUNDING * np.max(yy, initial=0.0))
    return np.where(flat, np.nan, r)


def _sum(weights: Floats, values: Floats) -> Floats:
    """Return (r,) the weighted sum of values, which are (n,) or (r, n)."""
    total: Floats = weights @ values if values.ndim == 1 else np.einsum("rn,rn->r", weights, values)
    return total
