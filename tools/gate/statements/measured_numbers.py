"""Judge a number that states a result: compare it with the values of the ledger that its clause speaks of."""

from __future__ import annotations

import re

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.names import split_address
from tools.evidence.records import BASELINE
from tools.gate.statements.number_candidates import BY, SPREAD, UNIT, VALUE_OF, Candidate, candidates
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.number_scope import scope_of_number
from tools.gate.statements.scope import Scope
from tools.gate.statements.seeds import values_of_seeds
from tools.gate.statements.study import Study

_AFTER_VALUE = frozenset(
    ["bit", "bits", "nats", "s", "seconds", "points", "units", "on", "in", "for", "after", "and", "when", "at", "under"]
)
_DIFFER = re.compile(r"\b(?:differ|vary|varies|varied|range|ranges|spread)\b[^.;,]{0,20}$", re.IGNORECASE)
_UNBOUND = (
    "that no run, dataset and metric of the text carries; print it by reference: \\result, \\change, \\noisefloor, "
    "\\setting or \\env"
)


def states_small_value(place: NumberPlace) -> bool:
    """Tell whether a small whole number is a value, as in 'a KL divergence of 0' or 'reaches 1 bit'."""
    clause = place.clause
    if UNIT.match(place.after):
        return True
    if not (clause.named("metric") or clause.named("dataset") or clause.named("run")):
        return False
    if VALUE_OF.search(place.before):
        return not (place.nouns and re.match(r"\s+[a-z]", place.after)) or place.nouns[0] in _AFTER_VALUE
    return False


def judge_measured(place: NumberPlace, study: Study) -> Judgement:
    """Compare a number with the results that its clause speaks of; without any it has no evidence."""
    numeral, clause = place.numeral, place.clause
    scope, names_metric = scope_of_number(place, study)
    named = [name for mention in clause.named("run") for name in mention.names] or scope.runs
    for address in (f"{run}/{d}/{m}" for run in named for d in scope.datasets for m in scope.metrics):
        values = study.ledger.result(address).values if address in study.addresses else ()
        if any(numeral.prints(v) and numeral.half_unit <= 0.01 * abs(v) for v in values_of_seeds(clause, values)):
            return place.judged(Verdict.SUPPORTED, "the value of a seed, which no reference prints")
    if found := _spread_of_runs(place, study, scope):
        return found
    if not (scope.bound_runs and names_metric and scope.metrics):
        how = "in words" if numeral.in_words else "typed by hand"
        likely = _only_result(place, study)
        suggestion = f"\\result{{{likely}}}, if it is that" if likely else ""
        return place.judged(Verdict.NO_EVIDENCE, f"a number {how} {_UNBOUND}", suggestion=suggestion)
    first: Candidate | None = None
    for candidate in candidates(place, study, scope):
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


def _spread_of_runs(place: NumberPlace, study: Study, scope: Scope) -> Judgement | None:
    """Judge the factor by which a metric differs between its extreme runs, as in 'they differ by a factor of four'."""
    if place.numeral.form != "ratio" or place.clause.named("run") or not place.clause.named("metric"):
        return None
    if not _DIFFER.search(place.before):
        return None
    ratios = []
    for dataset in scope.datasets:
        runs = (BASELINE, *study.runs)
        means = [v for run in runs if (v := study.mean(f"{run}/{dataset}/{scope.metrics[0]}"))]
        ratios += [max(means) / min(means)] if means and min(means) > 0 else []
    if any(place.numeral.prints(ratio) for ratio in ratios):
        return place.judged(Verdict.SUPPORTED, "the largest mean over the smallest")
    told = ", ".join(f"{ratio:.3g}" for ratio in ratios)
    return place.judged(Verdict.CONTRADICTED, f"the largest mean over the smallest is {told}", told) if ratios else None


def _only_result(place: NumberPlace, study: Study) -> str:
    """Return the address of the only result, of the datasets and metrics that the clause names, which prints the number."""
    numeral, clause = place.numeral, place.clause
    if numeral.form != "decimal":
        return ""
    named = [{name for m in clause.named(kind) for name in m.names} for kind in ("dataset", "metric")]
    found = [
        address
        for address in study.addresses
        if all(not names or name in names for names, name in zip(named, split_address(address)[1:], strict=True))
        and numeral.prints(mean := study.ledger.result(address).mean)
        and numeral.half_unit <= 0.05 * abs(mean)
    ]
    return found[0] if len(found) == 1 else ""


def _of_another_run(place: NumberPlace, study: Study, scope: Scope) -> Candidate | None:
    """Return the result of a run beside the scope's that a number prints; it is what the writer most likely means."""
    numeral = place.numeral
    if numeral.form != "decimal" or BY.search(place.before) or SPREAD.search(place.before):
        return None
    for run in (BASELINE, *study.runs):
        for dataset in scope.datasets:
            for metric in scope.metrics:
                if run not in scope.runs and (address := f"{run}/{dataset}/{metric}") in study.addresses:
                    result = study.ledger.result(address)
                    if numeral.prints(result.mean) and numeral.half_unit <= 0.05 * abs(result.mean):
                        return Candidate(result.mean, address, str(result))
    return None


def _with_reference(place: NumberPlace, verdict: Verdict, reason: str, candidate: Candidate) -> Judgement:
    macro = "change" if place.numeral.form in ("percent", "ratio") else "result"
    suggestion = f"\\{macro}{{{candidate.address}}}"
    return place.judged(verdict, reason, candidate.text, suggestion, (candidate.address,))
