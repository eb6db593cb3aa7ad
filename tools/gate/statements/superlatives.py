"""Judge superlatives: which run is the best, lowest or fastest of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tools.evidence.best_run import best_run
from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.names import split_address
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.statements.clauses import Clause
from tools.gate.statements.compared_runs import VERSUS, unique
from tools.gate.statements.comparing import Cell, Truth, compare, extreme_run, judge_cell, wants_lower
from tools.gate.statements.lexicon import pattern
from tools.gate.statements.predicate import Predicate, contradicted, no_evidence, refuted, supported
from tools.gate.statements.scope import Scope, mention_before, runs_spoken_of, scope_of
from tools.gate.statements.study import Study

_PRONOUN = re.compile(r"^\W*(?:but\s+|and\s+|yet\s+)?(?:it|this (?:run|setting|value|model)|which)\b", re.IGNORECASE)
_FOR = re.compile(r"\s+(?:for|in|with|at|by|of|under)\s+(?:the\s+)?", re.IGNORECASE)
_CHANGES = re.compile(
    r"\s+(?:[a-z]+\s+){0,2}?(?:differences?|changes?|effects?|gaps?|gains?|improvements?|deviations?|increases?"
    r"|decreases?|drops?|rises?|reductions?|spread|scatter|variation)\b",
    re.IGNORECASE,
)


_OF_EACH_RUN = re.compile(r"\b(?:of|in) (?:each|every) (?:run|model|setting|value)\b", re.IGNORECASE)
"""'The lowest loss of each run' ranks no runs."""
_LIES_ON = re.compile(
    r"\b(?:is|was|occurs?|appears?|comes|lies)\s+(?:(?:the one|that|found|seen)\s+)?(?:on|for)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(?P<large>largest|biggest|greatest|strongest)|smallest|weakest", re.IGNORECASE)
_UP = re.compile(r"(?P<rise>increases?|rises?)|decreases?|drops?|reductions?", re.IGNORECASE)
_BETTER = re.compile(r"gains?|improvements?", re.IGNORECASE)
_OF_CHANGES = re.compile(r"harmful|damaging|detrimental|beneficial|helpful", re.IGNORECASE)
"""Words that rank what the runs changed, without the baseline."""


def judge_superlative(
    predicate: Predicate, clause: Clause, study: Study, span: tuple[int, int], *, headline: bool
) -> Judgement | None:
    """Judge a superlative over all runs and the baseline; None if it speaks of nothing measured.

    Args:
        span: the part of the clause in which its subject is named.
    """
    if speaks_of_changes(predicate, clause):
        return _judge_largest_change(predicate, clause, study)
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    runs = _subjects(clause, scope, span, predicate)
    if not (clause.named("run") or clause.measured) and pattern("selection").search(clause.text):
        return None  # 'we confirm the best of them on fresh seeds'
    if not runs and _OF_EACH_RUN.search(clause.text, predicate.end - clause.start):
        return None
    if not runs:
        speaks = clause.about_study or clause.named("metric")
        return no_evidence(predicate, f'"{predicate.text}" is bound to no run') if speaks else None
    selection = clause.hedge or pattern("selection").search(clause.text)
    if headline and study.ledger.plan and not selection and not _is_shown(predicate, study, scope, runs):
        reason = "the ranking of the runs was not tested; say so, or state the comparison that was"
        return replace(refuted(predicate, reason), code=FindingCode.INSIGNIFICANT_CLAIM)
    readings = [_judge_ranking(predicate, study, each, runs) for each in scope.readings]
    if predicate.negated:
        return (
            refuted(predicate, "it is")
            if readings[0].verdict is Verdict.SUPPORTED
            else supported(predicate, "it is not")
        )
    return next((found for found in readings if found.verdict is Verdict.SUPPORTED), readings[0])


def _judge_ranking(predicate: Predicate, study: Study, scope: Scope, runs: Sequence[str]) -> Judgement:
    candidates = study.runs if _OF_CHANGES.search(predicate.text) else [BASELINE, *study.runs]
    for metric in scope.metrics:
        if not scope.named_datasets and not scope.over_datasets and len(scope.datasets) > 1:
            best = _best_on_average(study, predicate.sense, candidates, scope.datasets, metric)
            gained_most = best_run(study.ledger, metric) if predicate.sense == "better" else None
            if best not in runs and not (gained_most and gained_most.name in runs):
                return refuted(predicate, f"on average over the datasets it is {best} for {metric}", best)
            continue
        for dataset in scope.datasets:
            found = extreme_run(study, predicate.sense, candidates, dataset, metric)
            if not set(found) & set(runs):
                right = " or ".join(found) or "undefined without a goal of the metric"
                return refuted(predicate, f"for {metric} on {dataset} it is {right}, not {' or '.join(runs)}", right)
    return supported(predicate, f"the ledger agrees ({scope})")


def _is_shown(predicate: Predicate, study: Study, scope: Scope, runs: Sequence[str]) -> bool:
    """Tell whether a run, or its confirmation, differs significantly from the baseline wherever it is said to be first."""
    return any(
        all(
            judge_cell(study, predicate.sense, name, dataset, scope.metrics[0], BASELINE).truth is Truth.TRUE
            for dataset in scope.datasets
        )
        for run in runs
        for name in (run, study.confirmed.get(run, run))
        if run != BASELINE
    )


def speaks_of_changes(predicate: Predicate, clause: Clause) -> bool:
    """Tell whether a superlative ranks changes, as in 'the largest improvement', and not runs."""
    return _CHANGES.match(clause.text[predicate.end - clause.start :]) is not None


def _judge_place_of_change(predicate: Predicate, clause: Clause, study: Study) -> Judgement | None:
    """Judge on which dataset the largest change of one run is, as in 'the largest increase in run 1 is on circle'."""
    after = clause.text[predicate.end - clause.start :]
    noun, lies = _CHANGES.match(after), _LIES_ON.search(after)
    size = _SIZE.fullmatch(predicate.text)
    runs = [name for name in runs_spoken_of(clause) if name != BASELINE]
    place = next((m for m in clause.named("dataset") if lies and m.start - predicate.end == lies.end()), None)
    if not noun or not place or not size or len(set(runs)) != 1:
        return None
    metric = scope_of(predicate, clause, study, clause.start, clause.end).metrics[0]
    found = [c for d in study.datasets if (c := compare(study, runs[0], d, metric))]
    up, better = _UP.search(noun[0]), _BETTER.search(noun[0])
    wanted = [
        c
        for c in found
        if (not up and not better)
        or (up and (c.difference > 0) == (up["rise"] is not None))
        or (better and c.direction == "better")
    ]
    orders = []
    if "relative" not in after[: noun.end()]:
        orders.append({c.result.address.split("/")[1]: abs(c.difference) for c in wanted})
    if "absolute" not in after[: noun.end()]:
        orders.append({c.result.address.split("/")[1]: abs(c.relative) for c in wanted if c.relative is not None})
    pick = max if size["large"] else min
    right = {pick(order, key=lambda d: order[d]) for order in orders if order}
    if right & set(place.names):
        return supported(predicate, "the differences of the means agree")
    return refuted(
        predicate,
        f"for {metric} of {runs[0]} it is on {' or '.join(sorted(right)) or 'none'}",
        ", ".join(sorted(right)),
    )


def _subjects(clause: Clause, scope: Scope, span: tuple[int, int], predicate: Predicate) -> tuple[str, ...]:
    named = [m for m in clause.named("run") if not VERSUS.search(clause.text[: m.start - clause.start])]
    if span != (clause.start, clause.end):
        after = clause.text[predicate.end - clause.start :]
        behind = [m for m in named if m.start > predicate.end and _FOR.fullmatch(after[: m.start - predicate.end])]
        named = behind[:1] or [m for m in named if span[0] <= m.start < predicate.start][-1:] or named
    runs = unique(name for mention in named for name in mention.names)
    runs = runs or unique(reference.address.partition("/")[0] for reference in clause.measured)
    if not runs and scope.bound_runs and not scope.over_runs:
        return scope.runs
    context = mention_before(clause, "run")
    if not runs and context and not context.several and _PRONOUN.search(clause.text[: predicate.start - clause.start]):
        return context.names
    return runs


def _best_on_average(study: Study, sense: str, runs: Sequence[str], datasets: Sequence[str], metric: str) -> str:
    """Return the run with the extreme mean over the datasets, of those that were measured on all."""
    measured = set(study.ledger.addresses())
    means = {
        run: sum(study.ledger.result(f"{run}/{dataset}/{metric}").mean for dataset in datasets) / len(datasets)
        for run in runs
        if all(f"{run}/{dataset}/{metric}" in measured for dataset in datasets)
    }
    if not means:
        return ""
    pick = min if wants_lower(study, sense, metric) else max
    return pick(means, key=lambda run: means[run])


def _judge_largest_change(predicate: Predicate, clause: Clause, study: Study) -> Judgement | None:
    """Judge 'the largest improvement is ...': where it is, and that it is significant if a reference prints it."""
    if place := _judge_place_of_change(predicate, clause, study):
        return place
    for reference in clause.measured:
        parts = split_address(reference.address)
        found = compare(study, *parts) if len(parts) == 3 and parts[0] != BASELINE else None
        if found and found.p_value is not None and not found.significant and not clause.hedge:
            cell = Cell(reference.address, BASELINE, Truth.NOT_SIGNIFICANT, found)
            return contradicted(predicate, FindingCode.INSIGNIFICANT_CLAIM, cell, "the difference is not significant")
    return None
