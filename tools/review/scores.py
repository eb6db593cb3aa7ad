"""Summarize the scores of a panel: means, and how far apart the reviewers are."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from tools.review.forms import Form, FormField
from tools.review.records import ScoreSummary


def summarize_scores(form: Form, reviews: Mapping[str, Mapping[str, Any]]) -> dict[str, ScoreSummary]:
    """Return a summary of every score that a reviewer gave, in the form's order. Values out of range are ignored."""
    scores = {}
    for name in form.scores:
        field = form.field(name)
        given = {who: float(review[name]) for who, review in reviews.items() if field.allows(review.get(name))}
        if given:
            scores[name] = _summary(field, given)
    return scores


def _summary(field: FormField, given: dict[str, float]) -> ScoreSummary:
    values = list(given.values())
    mean = statistics.fmean(values)
    allowed = [float(choice) for choice in field.choices] or [float(field.minimum or 0), float(field.maximum or 0)]
    lowest, highest = min(allowed), max(allowed)
    return ScoreSummary(
        scale=(lowest, highest),
        mean=round(mean, 2),
        rounded=round(mean),
        meaning=field.levels.get(round(mean), ""),
        lowest=min(values),
        highest=max(values),
        spread=round(statistics.stdev(values), 2) if len(values) > 1 else None,
        disagreement=max(values) - min(values) >= max(2.0, (highest - lowest) / 3),
        given=given,
    )
