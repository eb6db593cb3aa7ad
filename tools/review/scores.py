"""The scores of a panel side by side: means, and how far the reviewers lie apart."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from tools.review.forms import Form, FormField
from tools.review.records import Score


def scores_of(form: Form, reviews: Mapping[str, Mapping[str, Any]]) -> dict[str, Score]:
    """Every score of the form that somebody gave, in the form's order. Values out of range do not count."""
    scores = {}
    for name in form.scores:
        field = form.field(name)
        given = {who: float(review[name]) for who, review in reviews.items() if field.allows(review.get(name))}
        if given:
            scores[name] = _score(field, given)
    return scores


def _score(field: FormField, given: dict[str, float]) -> Score:
    values = list(given.values())
    mean = statistics.fmean(values)
    lowest, highest = _scale(field)
    return Score(
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


def _scale(field: FormField) -> tuple[float, float]:
    if field.choices:
        numbers = [float(choice) for choice in field.choices]
        return min(numbers), max(numbers)
    return float(field.minimum or 0), float(field.maximum or 0)
