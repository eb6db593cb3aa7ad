"""Find results of a run that are hard to believe, before anyone writes about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from tools.evidence.code_facts import CodeFacts
from tools.evidence.records import ImplausibleResult, Metric, RunRecord, Scalar

_SEEDS = re.compile(r"(?:.*\.)?(?:n_?|num_?)?(?:seeds|repeats|repetitions|replicates|restarts)", re.IGNORECASE)
_FRACTIONS = re.compile(
    r"(?:^|_)(?:acc|accuracy|auc|auroc|f1|precision|recall|iou|dice|probability|coverage)(?:_|$)", re.IGNORECASE
)
_CORRELATIONS = re.compile(r"(?:^|_)(?:corr|correlation|pearson|spearman|kendall|mcc)(?:_|$)", re.IGNORECASE)
_NEVER_NEGATIVE = re.compile(
    r"(?:^|_)(?:mse|rmse|mae|mape|std|stddev|variance|error_rate|wer|cer|fid|distance|count|" r"perplexity|ppl)(?:_|$)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:^|_)(?:(?:training|train|inference|sampling|run|wall|eval|elapsed|compute)_?time|seconds|"
    r"runtime|latency)(?:_|$)",
    re.IGNORECASE,
)
_SECONDS = {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
_SIMPLE = 10_000
"""Largest denominator of a fraction that can repeat by chance."""


def implausible_results(
    record: RunRecord, metrics: Mapping[str, Metric], earlier: Iterable[RunRecord] = (), code: CodeFacts | None = None
) -> list[ImplausibleResult]:
    """Return what is hard to believe about the results of a run, by kind.

    Args:
        metrics: the template's, by name.
        earlier: completed runs to compare with.
        code: the code that ran; None if it is not known.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for kind, result, reason in _all(record, metrics, list(earlier), code):
        found.setdefault((kind, reason), []).append(result)
    return [
        ImplausibleResult.model_validate({"kind": kind, "results": results, "reason": reason})
        for (kind, reason), results in found.items()
    ]


def _all(
    record: RunRecord, metrics: Mapping[str, Metric], earlier: Sequence[RunRecord], code: CodeFacts | None
) -> Iterator[tuple[str, str, str]]:
    seeds = _declared_seeds(record.settings)
    for dataset, named in record.values.items():
        for name, values in named.items():
            result, metric = f"{dataset}/{name}", metrics.get(name, Metric(name=name))
            if seeds and len(values) not in seeds:
                yield (
                    "seeds",
                    result,
                    f"n = {len(values)}, and the settings say {' or '.join(map(str, sorted(seeds)))} seeds",
                )
            if len(values) > 1 and not metric.is_cost and result not in record.censored:
                varies = name not in metrics or metric.goal is not None  # without a goal it may describe the data alone
                yield from _repetitions(result, values, varies=varies)
            yield from _times(result, metric, values, record)
            if problem := _out_of_range(metric, values):
                yield "range", result, problem
            if code and code.known:
                yield from _without_computation(result, name, values, code)
    yield from _same_as(record, metrics, earlier)


def _declared_seeds(settings: Mapping[str, Scalar]) -> set[int]:
    """Return the numbers of seeds that the settings declare; a list has one for each dataset."""
    given = [str(value) for name, value in settings.items() if _SEEDS.fullmatch(name) and not isinstance(value, bool)]
    parts = [part.strip() for value in given for part in value.split(",")]
    return {int(part) for part in parts if part.isdecimal() and int(part) > 0}


def _repetitions(result: str, values: Sequence[float], *, varies: bool) -> Iterator[tuple[str, str, str]]:
    if len(set(values)) == 1:
        if varies and values[0] not in (0, 1) and (len(values) > 2 or not _share(values[0])):
            yield "constant", result, "all seeds have the same value, as if the seed were not used"
    elif any(values.count(value) > 1 for value in values if not _share(value)):
        yield "repeated", result, "several seeds have exactly the same value"


def _share(value: float) -> bool:
    """Tell whether a value is a simple fraction, such as a share of correct answers, which repeats by chance."""
    return abs(float(Fraction(value).limit_denominator(_SIMPLE)) - value) < 1e-12


def _times(result: str, metric: Metric, values: Sequence[float], record: RunRecord) -> Iterator[tuple[str, str, str]]:
    if metric.unit not in _SECONDS or not (metric.unit or _TIME.search(metric.name)):
        return
    seconds = [value * _SECONDS[metric.unit] for value in values]
    if min(seconds) < 0:
        yield "negative_time", result, "a time is negative"
    wall = record.usage.get("wall_seconds")
    if wall and metric.is_cost and max(seconds) > wall * 1.01 + 0.1:
        yield "beyond_wall_time", result, f"{max(seconds):.4g} s, and the whole run took {wall:.4g} s"


def _out_of_range(metric: Metric, values: Sequence[float]) -> str:
    low, high = _range(metric)
    if low is not None and min(values) < low:
        return f"{min(values):.4g} is below {low:g}, the lowest possible value"
    if high is not None and max(values) > high:
        return f"{max(values):.4g} is above {high:g}, the highest possible value"
    return ""


def _range(metric: Metric) -> tuple[float | None, float | None]:
    if metric.range:
        return metric.range
    if _CORRELATIONS.search(metric.name):
        return -1, 1
    if metric.unit == "%" or _FRACTIONS.search(metric.name):
        return 0, 100
    if _NEVER_NEGATIVE.search(metric.name):
        return 0, None
    return None, None


def _without_computation(
    result: str, name: str, values: Sequence[float], code: CodeFacts
) -> Iterator[tuple[str, str, str]]:
    if any(value in code.literals for value in values):
        yield "typed", result, "the value is written in the code"
    lower = name.lower()
    named = (word for word in code.names.split("\n") if len(word) > 2)
    if not any(word in lower or lower in word for word in named):
        yield "uncomputed", result, "no name or text of the code is this metric"


def _same_as(
    record: RunRecord, metrics: Mapping[str, Metric], earlier: Sequence[RunRecord]
) -> Iterator[tuple[str, str, str]]:
    """Yield results that equal those of an earlier run in every metric of quality, so that the change changed nothing."""
    own = _quality(record, metrics)
    for other in earlier:
        if other.name != record.name and other.kind == record.kind and own and own == _quality(other, metrics):
            for result in own:
                yield "same_as_run", result, f"exactly the values of {other.name}, as if nothing had been changed"
            return


def _quality(record: RunRecord, metrics: Mapping[str, Metric]) -> dict[str, list[float]]:
    return {
        f"{dataset}/{name}": values
        for dataset, named in record.values.items()
        for name, values in named.items()
        if not metrics.get(name, Metric(name=name)).is_cost
    }
