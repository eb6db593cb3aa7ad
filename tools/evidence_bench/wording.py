"""Words and choices that several kinds share."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from random import Random
from typing import TypeVar

from tools.evidence import ResultComparison
from tools.evidence.records import MetricResult
from tools.evidence_bench.study_facts import StudyFacts, printed, tex

LOWERS = ("lowers", "reduces", "decreases", "cuts", "brings down", "shrinks")
RAISES = ("raises", "increases", "drives up", "pushes up", "enlarges")
FALLS = ("falls", "drops", "decreases", "declines", "goes down", "sinks")
RISES = ("rises", "grows", "climbs", "increases", "goes up")
BETTERS = ("improves", "betters", "enhances")
WORSENS = ("worsens", "degrades", "impairs", "hurts")

T = TypeVar("T")


def pick(random: Random, options: Sequence[T]) -> T | None:
    """Return one of the options, None if there are none."""
    return random.choice(options) if options else None


def fill(random: Random, wordings: Sequence[str], **values: str) -> str:
    """Return one of the wordings with its fields filled. `Run` is `run` at the beginning of a sentence."""
    if "run" in values:
        values["Run"] = values["run"][:1].upper() + values["run"][1:]
    return random.choice(wordings).format(**values)


def names_of(facts: StudyFacts, result: MetricResult) -> dict[str, str]:
    """Return the fields run, dataset, metric, unit and address of a wording."""
    return {
        "run": tex(result.run),
        "dataset": tex(result.dataset),
        "metric": tex(facts.metric_words(result.metric.name)),
        "unit": tex(facts.unit(result.metric.name)),
        "address": result.address,
    }


def any_result(facts: StudyFacts, random: Random) -> MetricResult | None:
    """Return the result of some run on a quality metric; its mean is not 0."""
    results = [c.result for c in facts.comparisons if c.result.mean]
    return pick(random, results)


class Certainty(StrEnum):
    """How sure a difference from the baseline is."""

    SIGNIFICANT = "significant"
    CLEAR = "clear"
    """Significant, or its own interval, not adjusted for the number of comparisons, is on one side of 0."""
    OPEN = "open"
    """Not significant."""
    NOISE = "noise"
    """Neither significant nor clear."""


def is_certain(c: ResultComparison, certainty: Certainty) -> bool:
    """Tell whether a comparison has that certainty."""
    if certainty in (Certainty.SIGNIFICANT, Certainty.OPEN):
        return c.significant == (certainty is Certainty.SIGNIFICANT)
    return in_noise(c) == (certainty is Certainty.NOISE)


def comparison(
    facts: StudyFacts, random: Random, certainty: Certainty | None = None, *, smallest: float = 0.0
) -> ResultComparison | None:
    """Return a comparison with the baseline, of at least that relative size. Values that print alike are left out."""
    found = [
        c
        for c in facts.comparisons
        if (certainty is None or is_certain(c, certainty))
        and c.direction != "equal"
        and c.relative is not None
        and abs(c.relative) >= smallest
    ]
    return pick(random, found)


def in_noise(c: ResultComparison) -> bool:
    """Tell whether a difference is not significant, and its interval, if there is one, contains 0."""
    return not c.significant and (c.interval is None or c.interval[0] <= 0 <= c.interval[1])


def wrong_value(facts: StudyFacts, result: MetricResult, random: Random) -> str:
    """Return a printed value that differs by more than a sixth from the result, its seeds, and the other runs' results."""
    others = [facts.result(run, result.dataset, result.metric.name) for run in ("run_0", *facts.runs)]
    real = [result.mean, *result.values, *(other.mean for other in others if other)]
    factors = [0.31, 0.43, 0.57, 0.66, 1.37, 1.62, 2.3, 3.1]
    random.shuffle(factors)
    for factor in factors:
        text = printed(result.mean * factor, random.choice((2, 3)))
        if all(abs(float(text) - value) > abs(value) / 6 for value in real):
            return text
    return printed(result.mean * 7.3 + 1, 3)


def wrong_percent(actual: float, random: Random) -> float:
    """Return a whole percentage that differs from the actual one by at least 8 points and a third of it."""
    options = [p for p in range(5, 96) if abs(p - abs(actual)) > max(8, abs(actual) / 3)]
    return float(random.choice(options))


def lower(c: ResultComparison) -> bool:
    return c.difference < 0


def moves(random: Random, down: bool) -> tuple[str, str]:
    """Return a verb for a run that changes a metric, and one for a metric that changes."""
    return random.choice(LOWERS if down else RAISES), random.choice(FALLS if down else RISES)
