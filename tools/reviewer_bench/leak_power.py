"""Measure how well leaks alone predict decisions: what a reviewer could score without reading the paper.

The direction of each leak is fixed, not fitted: signs of a final version predict Accept, signs of anonymity Reject. All leaks
together are the input of a logistic regression, evaluated on held-out papers. Both are measured on the text as it is, and
again after `strip_leaks`; what the second still predicts, mostly from the length, cannot be removed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold, cross_val_predict  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from tools.reviewer_bench.bootstrap import RESAMPLES, Estimates, estimate
from tools.reviewer_bench.leaks import (
    ANONYMOUS,
    ANONYMOUS_LINK,
    EMAIL,
    LINK,
    PUBLISHED,
    REFERENCES,
    UNDER_REVIEW,
    revealing_sections,
)
from tools.reviewer_bench.matching import Floats, Truth
from tools.reviewer_bench.metrics import Values, area_under_roc, decision_metrics
from tools.reviewer_bench.paper_structure import author_block, author_lines, bare

LEAKS = {
    "published_note": True,
    "author_names": True,
    "email": True,
    "acknowledgements": True,
    "contributions": True,
    "repository_link": True,
    "anonymous_note": False,
    "under_review_note": False,
    "anonymous_link": False,
}
"""Each leak that a text has or lacks, and True if it predicts Accept."""
LENGTH = "characters"
_FOLDS = 5

Features = dict[str, float]


@dataclass(frozen=True)
class LeakPower:
    """How well one leak, or all together, predict the decision."""

    leak: str
    accepted_share: float | None
    """Share of accepted papers that have the leak; None if it is not binary."""
    rejected_share: float | None
    estimates: Estimates
    """`balanced_accuracy` (not for the length, which has no natural threshold) and `auc`."""


def leak_features(text: str) -> Features:
    """Return 1 or 0 for each name of `LEAKS`, and the length of the text in characters."""
    lines = text.splitlines()
    block = author_block(lines)
    authors = author_lines(lines) if block is None else block
    names = ANONYMOUS.sub("", " ".join(lines[number] for number in authors))
    kinds = {kind for _, kind in revealing_sections(lines)}
    body = _before_references(lines)
    links = [bool(ANONYMOUS_LINK.search(link[0])) for link in LINK.finditer(body)]
    found: dict[str, object] = {
        "published_note": PUBLISHED.search(body),
        "author_names": sum(char.isalpha() for char in names) > 4,
        "email": EMAIL.search(body),
        "acknowledgements": "acknowledgements" in kinds,
        "contributions": "contributions" in kinds,
        "repository_link": not all(links),
        "anonymous_note": ANONYMOUS.search(body),
        "under_review_note": UNDER_REVIEW.search(body),
        "anonymous_link": any(links),
    }
    return {name: float(bool(found[name])) for name in LEAKS} | {LENGTH: float(len(text))}


def leak_power(
    features: Sequence[Mapping[str, float]], accepted: Truth, seed: int, resamples: int = RESAMPLES
) -> list[LeakPower]:
    """Return how well each leak predicts the decisions on n papers, then the length, then all together (only with at least
    five accepted and five rejected papers, one per fold).

    Args:
        features: of each paper, from `leak_features`.
        accepted: (n,) the conference's decisions, both kinds among them.
    """
    found = []
    for leak, points_to_accept in LEAKS.items():
        has = np.array([paper[leak] for paper in features]) > 0
        predicted = has if points_to_accept else ~has
        power = _power(accepted, predicted.astype(float), predicted, seed, resamples)
        found.append(LeakPower(leak, float(has[accepted].mean()), float(has[~accepted].mean()), power))
    length = np.array([paper[LENGTH] for paper in features])
    found.append(LeakPower(LENGTH, None, None, _power(accepted, length, None, seed, resamples)))
    if min(accepted.sum(), (~accepted).sum()) >= _FOLDS:
        chance = _held_out(np.array([[paper[name] for name in (*LEAKS, LENGTH)] for paper in features]), accepted, seed)
        found.append(LeakPower("all together", None, None, _power(accepted, chance, chance >= 0.5, seed, resamples)))
    return found


def _power(accepted: Truth, score: Floats, predicted: Truth | None, seed: int, resamples: int) -> Estimates:
    def statistic(weights: Floats) -> Values:
        values = {"auc": area_under_roc(accepted, score, weights)}
        if predicted is not None:
            values["balanced_accuracy"] = decision_metrics(accepted, predicted, weights)["balanced_accuracy"]
        return values

    return estimate(accepted, statistic, seed, resamples)


def _held_out(features: Floats, accepted: Truth, seed: int) -> Floats:
    """Return the probability of Accept (n,), predicted for each fifth by a class-balanced regression on the other four."""
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1_000))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        chance: Floats = cross_val_predict(model, features, accepted, cv=folds, method="predict_proba")[:, 1]
    return chance


def _before_references(lines: list[str]) -> str:
    for number, line in enumerate(lines):
        if REFERENCES.match(bare(line)):
            return "\n".join(lines[:number])
    return "\n".join(lines)
