"""The shape of a curve: a sequence of directions, such as down and then flat."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

RISES = r"ris(?:es?|ing)|rose|increas(?:es?|ed|ing)|gr(?:ows?|ew|owing)|climb(?:s|ed|ing)?|goes up"
FALLS = (
    r"fall(?:s|ing)?|fell|decreas(?:es?|ed|ing)|drop(?:s|ped|ping)?|declin(?:es?|ed|ing)|shr(?:inks?|ank|inking)"
    r"|goes down|decay(?:s|ed|ing)?"
)
"""Verbs of a curve or of means that go up or down."""


def follows_shape(values: Sequence[float], directions: Sequence[int], turns: Sequence[int] = ()) -> bool:
    """Tell whether values go in the directions, one after the other: 1 up, -1 down, 0 flatter than before.

    Args:
        turns: the places at which the direction changes, if they are stated; else there must be some.
    """
    directions = [direction for direction, _ in itertools.groupby(directions)]
    moving = [direction for direction in directions if direction]
    if 0 in directions and not _flattens(values):
        return False
    places = [turns] if turns else itertools.combinations(range(1, len(values) - 1), max(len(moving) - 1, 0))
    return not moving or any(_goes(values, moving, between) for between in places)


def _goes(values: Sequence[float], directions: Sequence[int], turns: Sequence[int]) -> bool:
    if len(turns) != len(directions) - 1:
        return False
    parts = itertools.pairwise([0, *turns, len(values) - 1])
    return all(
        low < high and all((values[i + 1] - values[i]) * direction >= 0 for i in range(low, high))
        and values[low] != values[high]
        for (low, high), direction in zip(parts, directions, strict=True)
    )  # fmt: skip


def _flattens(values: Sequence[float]) -> bool:
    """Tell whether the last third of the steps is on average less than half as steep as the first."""
    steps = [abs(later - earlier) for earlier, later in itertools.pairwise(values)]
    third = max(1, len(steps) // 3)
    return sum(steps[-third:]) < 0.5 * sum(steps[:third])
