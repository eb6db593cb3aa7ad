"""The values of the ledger that a stated number may mean: a result, its change, a difference, an error bar, or an average."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.evidence.comparison import ResultComparison
from tools.evidence.formatting import format_percent, format_value
from tools.evidence.records import MetricResult
from tools.evidence.statistics import standard_error
from tools.gate.statements.comparing import compare
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.number_units import counts_of_item, is_time_of_item, scale_of, unit_end
from tools.gate.statements.scope import Scope
from tools.gate.statements.study import Study

VALUE_OF = re.compile(
    r"\b(?:of|is|was|are|to|at|reach\w*|attain\w*|scor\w+|ha[sd]|have|yield\w*|gives?|near|about|exactly|equals?|only|than|below|above|from|around|almost|nearly|hits?|by|under)"
    r"\s*[≈∼=]*\s*$",
    re.IGNORECASE,
)
UNIT = re.compile(r"\s*-?(?:bits?|nats|seconds?|minutes?|hours?|ms|MB|GB|GiB|s)\b")
BY = re.compile(r"\bby\b[^,;]{0,20}$", re.IGNORECASE)
SPREAD = re.compile(r"(?:±|\\pm|\+/-|standard (?:error|deviation)|\bs\.?[de]\.?)[^,;]{0,12}$")
_P_VALUE = re.compile(r"\bp\b\s*[=≈<]\s*$")
_SMALLER = re.compile(
    r"\b(?:lower|smaller|less|fewer|faster|shorter|better|below|reduc\w*|decreas\w*|cut\w*|drop\w*|fall\w*|fell|shr[aiu]nk\w*"
    r"|improv\w*|speed\w*)\b",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"\b(?:from|against|than|versus|baseline(?:'s)?)\b(?:(?!\bto\b)[^,;]){0,30}$")
_AWAY = re.compile(
    r"\s*(?:above|below|over|under|higher|lower|more|less|better|worse|longer|shorter|slower|faster|larger|smaller|apart)\b",
    re.IGNORECASE,
)
"""Behind a number that is a difference, as in '0.13 above the baseline'."""
_RANGE_FROM = re.compile(r"\s*(?:to|and|-+|–)\s*\d+(?:\.\d+)?\s*-?(?:%|per\s?cent\b)", re.IGNORECASE)
_RANGE_TO = re.compile(r"\d\s*%?\s*(?:to|and|-+|–)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """A value of the ledger that a number may mean, in the number's unit."""

    value: float
    address: str
    text: str


def candidates(place: NumberPlace, study: Study, scope: Scope) -> Iterator[Candidate]:
    """Yield what a number may mean, the most likely first."""
    runs = [run for run in scope.runs if run in study.known_runs]
    over_all = not scope.named_datasets and len(study.datasets) > 1
    for metric in scope.metrics:
        for run in runs:
            addresses = [f"{run}/{dataset}/{metric}" for dataset in scope.datasets]
            measured = {address: study.ledger.result(address) for address in addresses if address in study.addresses}
            found = {
                address: compare(study, run, address.split("/")[1], metric, scope.against)
                if run != scope.against
                else None
                for address in measured
            }
            if over_all and measured:
                comparisons = [comparison for comparison in found.values() if comparison]
                yield from _extremes(place, comparisons)
                yield from _on_average(place, study, list(measured.values()), comparisons)
            else:
                for address, result in measured.items():
                    yield from _of_cell(place, study, address, result, found[address])


def _of_cell(
    place: NumberPlace, study: Study, address: str, result: MetricResult, found: ResultComparison | None
) -> Iterator[Candidate]:
    """Yield what a number may mean for one run, dataset and metric."""
    numeral, clause = place.numeral, place.clause
    if numeral.form == "percent":
        if found and found.relative is not None:
            text = f"{format_percent(found.relative)} {'lower' if found.difference < 0 else 'higher'}"
            yield Candidate(100 * found.relative, address, text)
        if _is_share(result) and VALUE_OF.search(place.before) and not _AWAY.match(place.after):
            yield Candidate(100 * result.mean, address, f"{100 * result.mean:.4g}%")
        return
    if numeral.form == "ratio" and not UNIT.match(place.after):
        if found and found.relative is not None and BY.search(place.before) and "factor" not in place.before[-25:]:
            yield Candidate(abs(found.relative), address, f"{format_percent(found.relative)} change")
        elif found and found.baseline.mean and result.mean:
            ratio, other = result.mean / found.baseline.mean, found.baseline.address
            yield Candidate(ratio, address, f"{ratio:.3g} times {other}")
            if numeral.value > 1 > ratio and _SMALLER.search(clause.text):
                yield Candidate(1 / ratio, address, f"{1 / ratio:.3g} times smaller than {other}")
        return
    if _P_VALUE.search(place.before):
        if found and found.p_value is not None:
            yield Candidate(found.p_value, address, f"p = {found.p_value:.3g}")
        return
    yield from _in_unit(place, study, address, result, found)


def _in_unit(
    place: NumberPlace, study: Study, address: str, result: MetricResult, found: ResultComparison | None
) -> Iterator[Candidate]:
    """Yield the quantities with a unit that a number may mean, in the number's unit."""
    scale = scale_of(place, study, result.metric.name)
    if scale is None:
        seconds = is_time_of_item(place, study, result.metric.name)
        if seconds and result.mean:
            yield Candidate(1 / result.mean / seconds, address, f"one in {format_value(1 / result.mean)} s")
    elif SPREAD.search(place.before):
        error = standard_error(result.values)
        if error is not None:
            yield Candidate(error / scale, address, f"{error:.3g} (standard error)")
            yield Candidate(error * len(result.values) ** 0.5 / scale, address, "the standard deviation")
    elif BY.search(place.before) or (found and _AWAY.match(place.after, unit_end(place))):
        if found:
            yield Candidate(found.difference / scale, address, format_value(found.difference))
    elif found and _VERSUS.search(place.before):
        yield Candidate(found.baseline.mean / scale, found.baseline.address, str(found.baseline))
    else:
        yield Candidate(result.mean / scale, address, str(result))
        for count in counts_of_item(place, study):
            yield Candidate(result.mean / scale / count, address, f"{result} over {count:g}")


def _is_share(result: MetricResult) -> bool:
    """Tell whether a result is a share that a text may give in percent, such as an accuracy."""
    return not result.metric.unit and result.metric.goal == "max" and all(0 <= value <= 1 for value in result.values)


def _extremes(place: NumberPlace, comparisons: Sequence[ResultComparison]) -> Iterator[Candidate]:
    """Yield the least and the greatest change over the datasets for the ends of a range such as '11 to 24 percent'."""
    changes = {c.result.address: c.relative for c in comparisons if c.relative is not None}
    low, high = _RANGE_FROM.match(place.after), _RANGE_TO.search(place.before)
    if place.numeral.form == "percent" and changes and (low or high):
        pick = min if low else max
        address = pick(changes, key=lambda a: abs(changes[a]))
        yield Candidate(100 * changes[address], address, format_percent(changes[address]))


def _on_average(
    place: NumberPlace, study: Study, results: Sequence[MetricResult], comparisons: Sequence[ResultComparison]
) -> Iterator[Candidate]:
    """Yield what a number may mean over all datasets: the mean, the mean of the changes, and the change of the means."""
    numeral, by, address = place.numeral, BY.search(place.before), results[0].address
    changes = [c.relative for c in comparisons if c.relative is not None]
    total = sum(abs(c.baseline.mean) for c in comparisons)
    if numeral.form in ("decimal", "integer"):
        scale = scale_of(place, study, results[0].metric.name)
        if not by and scale:
            mean = sum(result.mean for result in results) / len(results)
            yield Candidate(mean / scale, address, f"{format_value(mean)} on average over the datasets")
            for count in counts_of_item(place, study):
                yield Candidate(mean / scale / count, address, f"{format_value(mean)} over {count:g}")
        return
    if not changes or not total:
        return
    mean_of_changes = sum(changes) / len(changes)
    change_of_means = sum(c.difference for c in comparisons) / total
    for change in (mean_of_changes, change_of_means):
        text = f"{format_percent(change)} on average over the datasets"
        if numeral.form == "percent":
            yield Candidate(100 * change, address, text)
        else:
            yield Candidate(1 + change, address, f"{1 + change:.3g} times on average over the datasets")
            if by:
                yield Candidate(abs(change), address, text)
