"""Judge a number that states a result: compare it with the values of the ledger that its clause speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.evidence.comparison import ResultComparison
from tools.evidence.formatting import format_percent, format_value
from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.evidence.statistics import standard_error
from tools.gate.statements.comparing import compare
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.predicate import Predicate
from tools.gate.statements.scope import Scope, scope_of
from tools.gate.statements.seeds import values_of_seeds
from tools.gate.statements.study import Study

_VALUE_OF = re.compile(
    r"\b(?:of|is|was|are|to|at|reach\w*|attain\w*|scor\w+|ha[sd]|have|yield\w*|gives?|near|about|exactly|equals?|only|than|below|above|from|around|almost|nearly|hits?|by|under)"
    r"\s*[≈∼=]*\s*$",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s*-?(?:bits?|nats|seconds?|minutes?|hours?|ms|MB|GB|GiB|s)\b")
_AFTER_VALUE = frozenset(
    ["bit", "bits", "nats", "s", "seconds", "points", "units", "on", "in", "for", "after", "and", "when", "at", "under"]
)
_BY = re.compile(r"\bby\b[^,;]{0,20}$", re.IGNORECASE)
_P_VALUE = re.compile(r"\bp\b\s*[=≈<]\s*$")
_SPREAD = re.compile(r"(?:±|\\pm|\+/-|standard (?:error|deviation)|\bs\.?[de]\.?)[^,;]{0,12}$")
_SMALLER = re.compile(
    r"\b(?:lower|smaller|less|fewer|faster|shorter|better|below|reduc\w*|decreas\w*|cut\w*|drop\w*|fall\w*|fell|shr[aiu]nk\w*"
    r"|improv\w*|speed\w*)\b",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"\b(?:from|against|than|versus|baseline(?:'s)?)\b[^,;]{0,30}$")
_UNBOUND = (
    "that no run, dataset and metric of the text carries; print it by reference: \\result, \\change, \\noisefloor, "
    "\\setting or \\env"
)


@dataclass(frozen=True)
class _Candidate:
    """A value of the ledger that the number may mean, as the number prints it."""

    value: float
    address: str
    text: str


def states_small_value(place: NumberPlace) -> bool:
    """Tell whether a small whole number is a value, as in 'a KL divergence of 0' or 'reaches 1 bit'."""
    clause = place.clause
    if _UNIT.match(place.after):
        return True
    if not (clause.named("metric") or clause.named("dataset") or clause.named("run")):
        return False
    if _VALUE_OF.search(place.before):
        return not (place.nouns and re.match(r"\s+[a-z]", place.after)) or place.nouns[0] in _AFTER_VALUE
    return False


def judge_measured(place: NumberPlace, study: Study) -> Judgement:
    """Compare a number with the results that its clause speaks of; without any it has no evidence."""
    numeral, clause = place.numeral, place.clause
    scope = scope_of(Predicate("lower", place.start, place.end, numeral.text), clause, study, clause.start, clause.end)
    named = [name for mention in clause.named("run") for name in mention.names] or scope.runs
    for address in (f"{run}/{d}/{m}" for run in named for d in scope.datasets for m in scope.metrics):
        values = study.ledger.result(address).values if address in study.addresses else ()
        if any(numeral.prints(v) and numeral.half_unit <= 0.01 * abs(v) for v in values_of_seeds(clause, values)):
            return place.judged(Verdict.SUPPORTED, "the value of a seed, which no reference prints")
    names_metric = clause.named("metric") or clause.measured or any(m.kind == "metric" for m in clause.before)
    if not (scope.bound_runs and names_metric and scope.metrics):
        how = "in words" if numeral.in_words else "typed by hand"
        return place.judged(Verdict.NO_EVIDENCE, f"a number {how} {_UNBOUND}")
    first: _Candidate | None = None
    for candidate in _candidates(place, study, scope):
        first = first or candidate
        if numeral.prints(candidate.value) and numeral.half_unit <= 0.25 * abs(candidate.value):
            reason = f"right, and typed by hand: {candidate.address} is {candidate.text}"
            return _with_reference(place, Verdict.SUPPORTED, reason, candidate)
    if first is None:
        return place.judged(Verdict.NO_EVIDENCE, "nothing of the ledger can be compared with this number")
    reason = f"{numeral.text} is not what the ledger has: {first.address} is {first.text}"
    if other := _of_another_run(place, study, scope):
        return _with_reference(place, Verdict.CONTRADICTED, f"{reason}; {other.address} is {other.text}", other)
    return _with_reference(place, Verdict.CONTRADICTED, reason, first)


def _of_another_run(place: NumberPlace, study: Study, scope: Scope) -> _Candidate | None:
    """Return the result of a run beside the scope's that a number prints; it is what the writer most likely means."""
    numeral = place.numeral
    if numeral.form != "decimal" or _BY.search(place.before) or _SPREAD.search(place.before):
        return None
    for run in (BASELINE, *study.runs):
        for dataset in scope.datasets:
            for metric in scope.metrics:
                if run not in scope.runs and (address := f"{run}/{dataset}/{metric}") in study.addresses:
                    result = study.ledger.result(address)
                    if numeral.prints(result.mean) and numeral.half_unit <= 0.05 * abs(result.mean):
                        return _Candidate(result.mean, address, str(result))
    return None


def _with_reference(place: NumberPlace, verdict: Verdict, reason: str, candidate: _Candidate) -> Judgement:
    macro = "change" if place.numeral.form in ("percent", "ratio") else "result"
    suggestion = f"\\{macro}{{{candidate.address}}}"
    return place.judged(verdict, reason, candidate.text, suggestion, (candidate.address,))


def _candidates(place: NumberPlace, study: Study, scope: Scope) -> Iterator[_Candidate]:
    runs = [run for run in scope.runs if run in study.known_runs]
    over_all = not scope.named_datasets and len(study.datasets) > 1
    for metric in scope.metrics:
        comparisons = []
        for run in runs:
            for dataset in scope.datasets:
                address = f"{run}/{dataset}/{metric}"
                if address not in study.addresses:
                    continue
                found = compare(study, run, dataset, metric, scope.against) if run != scope.against else None
                if found:
                    comparisons.append(found)
                if not over_all:
                    yield from _of_cell(place, study, address, found)
        if over_all and comparisons:
            yield from _on_average(place, f"{runs[0]}/{scope.datasets[0]}/{metric}", comparisons)


def _of_cell(place: NumberPlace, study: Study, address: str, found: ResultComparison | None) -> Iterator[_Candidate]:
    """Yield what a number may mean for one run, dataset and metric."""
    numeral, clause, result = place.numeral, place.clause, study.ledger.result(address)
    if numeral.form == "percent":
        if found and found.relative is not None:
            text = f"{format_percent(found.relative)} {'lower' if found.difference < 0 else 'higher'}"
            yield _Candidate(100 * found.relative, address, text)
    elif numeral.form == "ratio":
        if _UNIT.match(place.after):
            yield _Candidate(result.mean, address, str(result))
        elif found and found.relative is not None and _BY.search(place.before) and "factor" not in place.before[-25:]:
            yield _Candidate(abs(found.relative), address, f"{format_percent(found.relative)} change")
        elif found and found.baseline.mean and result.mean:
            ratio, other = result.mean / found.baseline.mean, found.baseline.address
            yield _Candidate(ratio, address, f"{ratio:.3g} times {other}")
            if numeral.value > 1 > ratio and _SMALLER.search(clause.text):
                yield _Candidate(1 / ratio, address, f"{1 / ratio:.3g} times smaller than {other}")
    elif _P_VALUE.search(place.before):
        if found and found.p_value is not None:
            yield _Candidate(found.p_value, address, f"p = {found.p_value:.3g}")
    elif _SPREAD.search(place.before):
        error = standard_error(result.values)
        if error is not None:
            yield _Candidate(error, address, f"{error:.3g} (standard error)")
            yield _Candidate(error * len(result.values) ** 0.5, address, "the standard deviation")
    elif _BY.search(place.before):
        if found:
            yield _Candidate(found.difference, address, format_value(found.difference))
    elif found and _VERSUS.search(place.before):
        yield _Candidate(found.baseline.mean, found.baseline.address, str(found.baseline))
    else:
        yield _Candidate(result.mean, address, str(result))


def _on_average(place: NumberPlace, address: str, comparisons: list[ResultComparison]) -> Iterator[_Candidate]:
    """Yield what a number may mean over all datasets: the mean of the changes, and the change of the means."""
    numeral, by = place.numeral, _BY.search(place.before)
    changes = [c.relative for c in comparisons if c.relative is not None]
    total = sum(abs(c.baseline.mean) for c in comparisons)
    if numeral.form in ("decimal", "integer"):
        if not by:
            mean = sum(c.result.mean for c in comparisons) / len(comparisons)
            yield _Candidate(mean, address, f"{format_value(mean)} on average over the datasets")
        return
    if not changes or not total:
        return
    mean_of_changes = sum(changes) / len(changes)
    change_of_means = sum(c.difference for c in comparisons) / total
    for change in (mean_of_changes, change_of_means):
        text = f"{format_percent(change)} on average over the datasets"
        if numeral.form == "percent":
            yield _Candidate(100 * change, address, text)
        else:
            yield _Candidate(1 + change, address, f"{1 + change:.3g} times on average over the datasets")
            if by:
                yield _Candidate(abs(change), address, text)
