"""Choices and fields of wordings that several builders share."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal, TypeVar

from tools.evidence import ResultComparison
from tools.evidence.records import MetricResult
from tools.evidence_bench.case import Draft
from tools.evidence_bench.kinds.kind import Kind
from tools.evidence_bench.study_facts import StudyFacts, printed, tex

LOWERS = ("lowers", "reduces", "decreases", "cuts", "brings down", "shrinks")
RAISES = ("raises", "increases", "drives up", "pushes up", "enlarges")
FALLS = ("falls", "drops", "decreases", "declines", "goes down", "sinks")
RISES = ("rises", "grows", "climbs", "increases", "goes up")
BETTERS = ("improves", "betters", "enhances")
WORSENS = ("worsens", "degrades", "impairs", "hurts")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

T = TypeVar("T")


def pick(random: Random, options: Sequence[T]) -> T | None:
    """Return one of the options, None if there are none."""
    return random.choice(options) if options else None


# ------------------------------------------------------------ fields


def run_names(facts: StudyFacts, run: str, metric: str) -> dict[str, str]:
    return {"run": tex(run), "metric": tex(facts.metric_words(metric))}


def names_of(facts: StudyFacts, result: MetricResult) -> dict[str, str]:
    """Return the fields run, dataset, metric, unit and address of a wording."""
    return {
        **run_names(facts, result.run, result.metric.name),
        "dataset": tex(result.dataset),
        "unit": tex(facts.unit(result.metric.name)),
        "address": result.address,
    }


def moves(kind: Kind, random: Random, down: bool) -> dict[str, str]:
    """Return the words for a change: verbs are chosen if a wording has them."""
    fields = {"adjective": "lower" if down else "higher", "noun": "reduction" if down else "increase"}
    if kind.uses("verb", "happens"):
        fields["verb"] = random.choice(LOWERS if down else RAISES)
        fields["happens"] = random.choice(FALLS if down else RISES)
    return fields


def change_fields(
    kind: Kind, facts: StudyFacts, random: Random, c: ResultComparison, *, opposite: bool = False
) -> dict[str, str]:
    """Return the fields of a wording about a comparison, or about its opposite."""
    down = lower(c) != opposite
    good = (c.result.metric.goal == "min") == down
    fields = moves(kind, random, down)
    if kind.uses("judges"):
        fields["judges"] = random.choice(BETTERS if good else WORSENS)
    return {**names_of(facts, c.result), **fields, "worth": "better" if good else "worse", "base": c.baseline.address}


def pair_fields(facts: StudyFacts, c: ResultComparison, down: bool) -> dict[str, str]:
    """Return the fields of a wording about two runs, the first of them lower or not."""
    names = {"other": tex(c.baseline.run), "one": c.result.address, "two": c.baseline.address}
    order = {"more": "lower" if down else "higher", "less": "higher" if down else "lower"}
    return {**names_of(facts, c.result), **names, **order}


def change_draft(c: ResultComparison, claimed: str = "") -> Draft:
    """Return what a statement about a comparison claims, with its direction and certainty."""
    actual = direction(c) + (", significant" if c.significant else ", not significant")
    return Draft("", "", claimed, actual, (c.result.address,), c.change)


# ------------------------------------------------------------ results and comparisons


def any_result(facts: StudyFacts, random: Random) -> MetricResult | None:
    """Return the result of some run on a quality metric; its mean is not 0."""
    return pick(random, [c.result for c in facts.comparisons if c.result.mean])


Certainty = Literal["", "significant", "clear", "open", "noise"]
"""How sure a difference from the baseline is.

Open: not significant. Clear: significant, or its own interval, not adjusted for the number of comparisons, is on one side
of 0. Noise: neither. Empty: any.
"""


def is_certain(c: ResultComparison, certainty: Certainty) -> bool:
    """Tell whether a comparison has that certainty."""
    if certainty in ("significant", "open"):
        return c.significant == (certainty == "significant")
    return not certainty or in_noise(c) == (certainty == "noise")


def comparison(
    facts: StudyFacts, random: Random, certainty: Certainty = "", *, smallest: float = 0.0
) -> ResultComparison | None:
    """Return a comparison with the baseline, of at least that relative size. Values that print alike are left out."""
    found = [
        c
        for c in facts.comparisons
        if is_certain(c, certainty)
        and c.direction != "equal"
        and c.relative is not None
        and abs(c.relative) >= smallest
    ]
    return pick(random, found)


def in_noise(c: ResultComparison) -> bool:
    """Tell whether a difference is not significant, and its interval, if there is one, contains 0."""
    return not c.significant and (c.interval is None or c.interval[0] <= 0 <= c.interval[1])


def between_runs(facts: StudyFacts) -> list[ResultComparison]:
    """Return the comparisons of any two runs besides the baseline, with values that differ in print."""
    return [
        c
        for metric in facts.quality_metrics
        for run in facts.runs
        for other in facts.runs
        for dataset in facts.datasets
        if (c := facts.compared(run, dataset, metric, other)) and c.direction != "equal"
    ]


def means_of_runs(facts: StudyFacts, dataset: str, metric: str) -> dict[str, float]:
    """Return run -> mean, with the baseline."""
    results = {run: facts.result(run, dataset, metric) for run in ("run_0", *facts.runs)}
    return {run: result.mean for run, result in results.items() if result}


def addresses(runs: Sequence[str], datasets: Sequence[str], metric: str) -> tuple[str, ...]:
    return tuple(f"{run}/{dataset}/{metric}" for run in runs for dataset in datasets)


def unknown_run(facts: StudyFacts, random: Random) -> str:
    """Return the name of a run that does not exist."""
    return f"run_{max(int(run.removeprefix('run_')) for run in facts.runs) + random.randint(1, 9)}"


def lower(c: ResultComparison) -> bool:
    return c.difference < 0


def direction(c: ResultComparison) -> str:
    return "lower" if lower(c) else "higher"


# ------------------------------------------------------------ wrong values


def different_value(facts: StudyFacts, result: MetricResult, random: Random) -> str:
    """Return a printed value that differs by more than a sixth from the result, its seeds, and the other runs' results."""
    others = means_of_runs(facts, result.dataset, result.metric.name).values()
    real = [result.mean, *result.values, *others]
    factors = [0.31, 0.43, 0.57, 0.66, 1.37, 1.62, 2.3, 3.1]
    random.shuffle(factors)
    for factor in factors:
        text = printed(result.mean * factor, random.choice((2, 3)))
        if all(abs(float(text) - value) > abs(value) / 6 for value in real):
            return text
    return printed(result.mean * 7.3 + 1, 3)


def different_percent(actual: float, random: Random) -> float:
    """Return a whole percentage that differs from the actual one by at least 8 points and a third of it."""
    options = [p for p in range(5, 96) if abs(p - abs(actual)) > max(8, abs(actual) / 3)]
    return float(random.choice(options))
