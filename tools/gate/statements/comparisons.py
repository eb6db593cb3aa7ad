"""Judge a comparison over the cells of its scope: every run, dataset and metric that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.evidence.statistics import ALPHA
from tools.gate.report import FindingCode
from tools.gate.statements.clauses import Clause
from tools.gate.statements.compared_runs import VERSUS
from tools.gate.statements.comparing import Cell, Truth, compare, judge_cell, wants_lower
from tools.gate.statements.lexicon import pattern
from tools.gate.statements.predicate import ORDERED, Predicate, contradicted, no_evidence, supported
from tools.gate.statements.quantifiers import Quantifier
from tools.gate.statements.scope import Scope, scope_of
from tools.gate.statements.sizes import judge_size_beside
from tools.gate.statements.study import Study
from tools.gate.statements.trends import judge_trend

_WHY = {
    Truth.FALSE: (FindingCode.CONTRADICTED_CLAIM, "the ledger says otherwise"),
    Truth.EQUAL: (FindingCode.CONTRADICTED_CLAIM, "there is no difference"),
    Truth.MISSING: (FindingCode.CONTRADICTED_CLAIM, "not measured"),
    Truth.CAPPED: (FindingCode.CONTRADICTED_CLAIM, "a value hit its cap, so nothing can be compared"),
    Truth.NO_GOAL: (
        FindingCode.UNDEFINED_DIRECTION,
        "the template does not say whether higher or lower is better; write lower or higher",
    ),
    Truth.NOT_SIGNIFICANT: (FindingCode.INSIGNIFICANT_CLAIM, "the difference is not significant"),
    Truth.EXPLORATORY: (
        FindingCode.INSIGNIFICANT_CLAIM,
        "the comparison is exploratory and not tested; say that it is exploratory",
    ),
    Truth.UNTESTED: (
        FindingCode.INSIGNIFICANT_CLAIM,
        "not tested; print it with \\change and say no more than lower or higher",
    ),
    Truth.TRUE: (FindingCode.CONTRADICTED_CLAIM, "the ledger says otherwise"),
}
"""What is told first, in this order, of the cells that do not carry a claim."""
_EVERY_SEED = re.compile(
    r"\b(?:for|in|on|at|over|with|of)\s+(?:each|every|all)\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+)?(?:pairs?\s+of\s+)?seeds?\b"
    r"|\bseed by seed\b|\bin (?:each|every|all)(?: \w+)? pairs?\b",
    re.IGNORECASE,
)
_NONE_AT_ALL = re.compile(
    r"\b(?:no|none of (?:the|our|these|those|its))(?: \w+){0,3} (?:difference|change|comparison|effect|result"
    r"|improvement|gain|test)s?\b",
    re.IGNORECASE,
)
_PAIRS = (("better", "worse"), ("lower", "higher"), ("faster", "slower"))
_OPPOSITE = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_CONDITION = re.compile(r"\b(?:when|where|if|while|whereas|under|between|for|with)\b\s*(?:an?\s|the\s)?", re.IGNORECASE)
_DIRECTIONS = ("lower", "higher", "faster", "slower", "different")
_NO_UNIVERSAL = (Truth.FALSE, Truth.EQUAL, Truth.MISSING, Truth.NOT_SIGNIFICANT)
_NEUTRAL = ("change", "vary", "shift", "alter")
_NOT_SHOWN = (Truth.NOT_SIGNIFICANT, Truth.EXPLORATORY, Truth.UNTESTED)


def judge_comparison(
    predicate: Predicate, clause: Clause, study: Study, before: int, following: int, *, headline: bool
) -> Judgement | None:
    """Judge a predicate that compares; None if it says nothing that needs evidence.

    Args:
        before: where the previous predicate of the clause ends.
        following: where the next one begins.
        headline: a claim about a run that was confirmed on fresh seeds must hold there too.
    """
    scope = scope_of(predicate, clause, study, before, following)
    if predicate.sense in ("faster", "slower") and not scope.metrics:
        return no_evidence(predicate, f"no time was measured; the metrics are {', '.join(study.metrics)}")
    missing = [run for run in scope.runs if run not in study.known_runs]
    if missing or (clause.named("run") and not scope.runs):
        there = ", ".join([BASELINE, *study.runs])
        return no_evidence(predicate, f"there is no completed {missing[0] if missing else 'run'}; there are {there}")
    if not scope.metrics or not scope.metrics[0]:
        return no_evidence(predicate, "the study measured nothing")
    if _speaks_of_baseline(predicate, clause, scope):
        predicate = replace(predicate, sense=_OPPOSITE.get(predicate.sense, predicate.sense))
    readings = [_judge_scope(predicate, clause, study, each, headline=headline) for each in scope.readings]
    negative = predicate.negated or any(over and over.kind == "none" for over in (scope.over_datasets, scope.over_runs))
    # What holds in one reading passes, but a denial must hold in all of them.
    decisive = (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE) if negative else (Verdict.SUPPORTED,)
    return next((found for found in readings if found and found.verdict in decisive), readings[0])


def _speaks_of_baseline(predicate: Predicate, clause: Clause, scope: Scope) -> bool:
    """Tell whether the baseline is the subject, as in 'the default is too high': then some run must be better."""
    subjects = [m for m in clause.named("run") if m.end <= predicate.start]
    return (
        bool(subjects)
        and not scope.bound_runs
        and not clause.measured
        and all(m.names == (BASELINE,) and not VERSUS.search(clause.text[: m.start - clause.start]) for m in subjects)
    )


def _judge_scope(
    predicate: Predicate, clause: Clause, study: Study, scope: Scope, *, headline: bool
) -> Judgement | None:
    if trend := judge_trend(predicate, clause, study, scope):
        return trend
    if predicate.sense == "noise":
        return _judge_noise(predicate, clause, study, scope)
    if predicate.sense in ("same", "different") and not scope.bound_runs:
        if any(set(m.names) & set(study.varied) for m in clause.named("setting")):
            return _judge_influence(predicate, study, scope)
        if not (clause.named("metric") or clause.labelled):
            return None
    if pattern("average").search(clause.text) and not scope.named_datasets and len(study.datasets) > 1:
        return _judge_on_average(predicate, clause, study, scope)
    if not scope.bound_runs:
        return _judge_some_run(predicate, clause, study, scope)
    addresses = tuple(f"{r}/{d}/{m}" for r in scope.runs for d in scope.datasets for m in scope.metrics)
    return (
        _objection(predicate, clause, study, scope, scope.runs)
        or (_unconfirmed(predicate, clause, study, scope) if headline else None)
        or supported(predicate, f"the ledger agrees ({scope})", addresses)
    )


def _unconfirmed(predicate: Predicate, clause: Clause, study: Study, scope: Scope) -> Judgement | None:
    """Return why the measurement on fresh seeds does not carry a claim about the run that it repeats."""
    if scope.against != BASELINE:
        return None
    repeated = [study.confirmed[run] for run in scope.runs if run in study.confirmed]
    found = _objection(predicate, clause, study, scope, repeated) if repeated else None
    return replace(found, reason=f"on fresh seeds: {found.reason}") if found else None


def _judge_some_run(predicate: Predicate, clause: Clause, study: Study, scope: Scope) -> Judgement:
    """Judge a claim that names no run: some run must carry it."""
    objections: list[tuple[int, Judgement]] = []
    if scope.over_runs and scope.over_runs.kind == "count" and not predicate.negated:
        return _judge_count_of_runs(predicate, clause, study, scope, scope.over_runs.count)
    for run in scope.runs:
        objection = _objection(predicate, clause, study, scope, (run,))
        if objection is None:
            return supported(predicate, f"{run} carries it")
        failing = [c for c in _cells(predicate.sense, study, scope, (run,)) if not _carries(c, predicate, clause)]
        objections.append((len(failing), objection))
    if not objections:
        return no_evidence(predicate, "no run was completed")
    _, first = min(objections, key=lambda each: each[0])  # of the run that comes closest
    reason = f'"{predicate.text}" names no run, and no run carries it: {first.reason}'
    return Judgement(
        first.verdict, first.code, predicate.start, predicate.end, reason, first.expected, evidence=first.evidence
    )


def _judge_count_of_runs(predicate: Predicate, clause: Clause, study: Study, scope: Scope, count: int) -> Judgement:
    """Judge 'two of the three runs are better': so many runs must carry it."""
    carrying = [run for run in scope.runs if _objection(predicate, clause, study, scope, (run,)) is None]
    told = (
        f'"{predicate.text}" is carried by {len(carrying)} of {len(scope.runs)} runs: {", ".join(carrying) or "none"}'
    )
    if len(carrying) == count:
        return supported(predicate, told)
    return Judgement(
        Verdict.CONTRADICTED,
        FindingCode.CONTRADICTED_CLAIM,
        predicate.start,
        predicate.end,
        told,
        f"{len(carrying)} of {len(scope.runs)}",
    )


def _objection(
    predicate: Predicate, clause: Clause, study: Study, scope: Scope, runs: Sequence[str]
) -> Judgement | None:
    """Return why the ledger does not carry a claim about these runs, None if it does."""
    cells = _cells(predicate.sense, study, scope, runs)
    if not cells:
        return no_evidence(predicate, f"nothing to compare: {scope}")
    if _EVERY_SEED.search(clause.text) and predicate.sense in ORDERED and not predicate.negated:
        failing = next((cell for cell in cells if not _holds_for_every_seed(predicate.sense, study, cell)), None)
        why = "not for every seed"
        return contradicted(predicate, FindingCode.CONTRADICTED_CLAIM, failing, why) if failing else None
    over = scope.over_datasets or (scope.over_runs if scope.over_runs and scope.over_runs.kind == "none" else None)
    none = over is not None and over.kind == "none"
    before = clause.text[: predicate.start - clause.start]
    if none and predicate.negated and len(pattern("negation").findall(before)) > 1:
        over = Quantifier("all")  # 'no dataset on which it does not improve'
    elif none or (predicate.negated and not (over and over.kind == "not_all")):
        # 'No run is lower than run 2' ranks means; a denial of a difference from the baseline denies a significant one.
        refuting = (Truth.TRUE, *_NOT_SHOWN) if none and scope.against != BASELINE else (Truth.TRUE,)
        true = next((cell for cell in cells if cell.truth in refuting), None)
        if (
            not true
            and not clause.hedge
            and predicate.sense in ORDERED
            and not pattern("significant").search(clause.text)
        ):
            true = next((cell for cell in cells if cell.truth in _NOT_SHOWN and _apart(cell)), None)
        why = f"it is {predicate.sense}"
        return contradicted(predicate, FindingCode.CONTRADICTED_CLAIM, true, why) if true else None
    if pattern("significant").search(clause.text) and pattern("corrected").search(clause.text) and not clause.hedge:
        lost = next((cell for cell in cells if cell.comparison and not _survives(cell, len(cells))), None)
        if lost:
            return contradicted(predicate, FindingCode.INSIGNIFICANT_CLAIM, lost, "not significant after correction")
    carrying = [cell for cell in cells if _carries(cell, predicate, clause)]
    rest = [cell for cell in cells if cell not in carrying]
    if over and over.kind in ("count", "most", "some", "not_all"):
        objection = _wrong_part(predicate, over, scope, carrying, rest or cells)
        return objection or judge_size_beside(predicate, clause, carrying)
    if not scope.named_datasets and not over and len(study.datasets) > 1:
        # Without a dataset, a sentence speaks of the datasets as a whole: none may say the opposite, most must agree.
        opposed = [cell for cell in rest if cell.truth not in _NOT_SHOWN]
        rest = opposed or (rest if 2 * len(carrying) < len(cells) else [])
    if rest:
        return _explain(predicate, rest, universal=over is not None and over.kind == "all")
    return judge_size_beside(predicate, clause, carrying)


def _apart(cell: Cell) -> bool:
    """Tell whether the interval of a difference excludes zero, so that a plain denial of it is wrong."""
    interval = cell.comparison.interval if cell.comparison else None
    return interval is not None and interval[0] * interval[1] > 0


def _holds_for_every_seed(sense: str, study: Study, cell: Cell) -> bool:
    """Tell whether each seed's value compares with the baseline's of the same seed in the stated sense."""
    found = cell.comparison
    seeds = {row.seed for row in study.ledger.rows if found and row.name in (found.result.run, found.baseline.run)}
    if found is None or len(seeds) != 1 or found.result.n != found.baseline.n:
        return False
    pairs = zip(found.result.values, found.baseline.values, strict=True)
    lower = wants_lower(study, sense, found.result.metric.name)
    return all(value < base if lower else value > base for value, base in pairs)


def _cells(sense: str, study: Study, scope: Scope, runs: Sequence[str]) -> list[Cell]:
    return [
        judge_cell(study, sense, run, dataset, metric, scope.against)
        for run in runs
        for metric in scope.metrics
        for dataset in scope.datasets
        if run != scope.against
    ]


def _carries(cell: Cell, predicate: Predicate, clause: Clause) -> bool:
    """Tell whether a cell carries a claim. What was not tested needs a hedge, or a reference that prints its difference."""
    if cell.truth is Truth.TRUE or clause.hedge:
        return cell.truth in (Truth.TRUE, Truth.UNTESTED, Truth.NOT_SIGNIFICANT, Truth.EXPLORATORY, Truth.EQUAL)
    stated = pattern("significant").search(clause.text)
    printed = bool(clause.measured) and not stated
    if predicate.sense == "different" and predicate.lemma in _NEUTRAL and not stated:
        # 'It changes the loss: \change{...}' says no more than what the reference prints.
        return cell.truth in _NOT_SHOWN and any(reference.macro == "change" for reference in clause.measured)
    return cell.truth is Truth.UNTESTED and printed and predicate.sense in _DIRECTIONS


def _survives(cell: Cell, tests: int) -> bool:
    """Tell whether a comparison stays significant after a correction for this number of tests."""
    found = cell.comparison
    if found is None or found.p_value is None:
        return False
    return (min(1.0, found.p_value * tests) if found.adjusted_p is None else found.adjusted_p) < ALPHA


def _wrong_part(
    predicate: Predicate, over: Quantifier, scope: Scope, carrying: Sequence[Cell], others: Sequence[Cell]
) -> Judgement | None:
    """Return why a claim over a part of the datasets is wrong."""
    total = len(scope.datasets)
    found = len({cell.address.split("/")[1] for cell in carrying})
    right = {
        "count": found == over.count,
        "most": found > total // 2,
        "some": found >= 1,
        "not_all": 1 <= found < total,
    }[over.kind]
    if right:
        return None
    return contradicted(
        predicate,
        FindingCode.NOT_ALL_DATASETS,
        others[0],
        f"carried on {found} of {total} datasets",
        expected=f"{found} of {total}",
    )


def _explain(predicate: Predicate, cells: Sequence[Cell], *, universal: bool) -> Judgement:
    order = list(_WHY)
    cell = min(cells, key=lambda c: order.index(c.truth))
    code, why = _WHY[cell.truth]
    if predicate.sense == "same" and cell.truth is Truth.FALSE:
        why = "not equal, and not shown to be equivalent"
    if universal and cell.truth in _NO_UNIVERSAL:
        code, why = FindingCode.NOT_ALL_DATASETS, f"not on all datasets: {why}"
    return contradicted(predicate, code, cell, why)


def _judge_noise(predicate: Predicate, clause: Clause, study: Study, scope: Scope) -> Judgement | None:
    """Judge that a difference may be chance: none of its cells may be significant."""
    of_all = _NONE_AT_ALL.search(clause.text) and not _has_condition(clause)
    if not scope.bound_runs and not clause.measured and not of_all:
        return None
    cells = _cells("noise", study, scope, scope.runs)
    wrong = next((cell for cell in cells if cell.truth is Truth.FALSE), None)
    if wrong:
        return contradicted(predicate, FindingCode.CONTRADICTED_CLAIM, wrong, "the difference is significant")
    return supported(predicate, f"no difference is significant ({scope})")


def _has_condition(clause: Clause) -> bool:
    """Tell whether a clause speaks of some runs that it describes without their names, as in 'for a smaller network'."""
    named = [m.start - clause.start for kind in ("metric", "dataset", "run") for m in clause.named(kind)]
    return any(found.end() not in named for found in _CONDITION.finditer(clause.text))


def _judge_influence(predicate: Predicate, study: Study, scope: Scope) -> Judgement:
    """Judge 'the learning rate does not matter', or that it does: whether some run differs significantly."""
    cells = _cells("different", study, scope, scope.runs)
    differs = next((cell for cell in cells if cell.truth is Truth.TRUE), None)
    if (differs is not None) == ((predicate.sense == "different") != predicate.negated):
        return supported(predicate, "the ledger agrees")
    if differs:
        return contradicted(predicate, FindingCode.CONTRADICTED_CLAIM, differs, "a run differs")
    return contradicted(predicate, FindingCode.INSIGNIFICANT_CLAIM, cells[0], "no run differs significantly")


def _judge_on_average(predicate: Predicate, clause: Clause, study: Study, scope: Scope) -> Judgement:
    """Judge a comparison of means over the datasets, which no test covers."""
    if study.ledger.plan and not clause.hedge and not predicate.negated:
        reason = "averages over datasets are exploratory and not tested; say so, or name the datasets"
        return Judgement(Verdict.CONTRADICTED, FindingCode.INSIGNIFICANT_CLAIM, predicate.start, predicate.end, reason)
    metric = scope.metrics[0]
    lower = wants_lower(study, predicate.sense, metric)
    carrying = []
    for run in scope.runs:
        found = [compare(study, run, dataset, metric, scope.against) for dataset in scope.datasets]
        differences = [comparison.difference for comparison in found if comparison]
        total = sum(differences)
        if len(differences) == len(scope.datasets) and total != 0 and (total < 0) == lower:
            carrying.append(run)
    enough = len(carrying) == len(scope.runs) if scope.bound_runs else bool(carrying)
    if enough != predicate.negated:
        return supported(predicate, "on average over the datasets it is so")
    reason = f'"{predicate.text}" on average over the datasets: the ledger says otherwise for {", ".join(scope.runs)}'
    return Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_CLAIM, predicate.start, predicate.end, reason)
