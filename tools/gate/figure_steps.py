"""Judge what sentences say of curves at a step of the training, such as 'after 100 steps run 1 was ahead of the baseline'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.figures import FigureDescription
from tools.gate.figure_trends import PROGRESS, shows_run
from tools.gate.report import FindingCode
from tools.gate.section_source import SectionSource
from tools.gate.statements.clauses import Clause, read_sentences
from tools.gate.statements.comparing import wants_lower
from tools.gate.statements.numerals import numerals
from tools.gate.statements.predicate import ORDERED, Predicate
from tools.gate.statements.predicates import predicates
from tools.gate.statements.scope import Scope, scope_of
from tools.gate.statements.study import Study

_UNIT = r"(?:(?:training|optimi[sz]er|gradient)\s+)?(?:steps?|updates|iterations)"
_AT_STEP = re.compile(
    r"\b(?:after|at|by|until|before|from|around|within|needs?|needed|takes?|took|requires?)\s+"
    r"(?:(?:about|only|the first|around|roughly)\s+)*"
    rf"(?:step\s+(?P<step>\d[\d ,]*)|(?P<steps>\d[\d ,]*?)\s+{_UNIT}\b)",
    re.IGNORECASE,
)
_AT_FIRST = re.compile(r"\bat the (?:very )?first (?:evaluation|measurement|checkpoint)\b", re.IGNORECASE)
_AT_LAST = re.compile(r"\b(?:at the last (?:evaluation|measurement)|(?:by|at|in) the end)\b", re.IGNORECASE)
_ALWAYS = re.compile(
    r"\b(?:at all times|throughout|at (?:each|every) (?:evaluation|step|point)|from the first \w+ to the last"
    r"|from (?:the )?(?:start|beginning) to (?:the )?(?:end|finish))\b",
    re.IGNORECASE,
)
_ON = re.compile(r"\s*\bon(?:wards?)?\b|\s*\bto the end\b", re.IGNORECASE)
_NEEDS = re.compile(r"needs?|needed|takes?|took|requires?", re.IGNORECASE)
_CURVE = re.compile(r"\bcurves?\b", re.IGNORECASE)
_THRESHOLD = re.compile(r"\b(?P<side>under|below|above|over|beyond)\s+(?:about\s+|only\s+)?$", re.IGNORECASE)
_MOVES_BELOW = re.compile(
    r"\b(?:gets?|got|getting|drops?|dropped|falls?|fell|fallen|risen|gone|dips?|stays?|stayed|lies?|lay|is|was|remains?|rises?|rose)\s+(?:(?P<above>above|over)|below|under)\b",
    re.IGNORECASE,
)
_CROSS = re.compile(r"\b(?:cross(?:es|ed|ing)?|intersect\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Anchor:
    """Where on the curves a clause looks: from `first` to `last` of the recorded points. Positions are of the clause."""

    first: int
    last: int
    start: int
    end: int
    always: bool = False
    """The clause speaks of all points between, not of one."""


def judge_curve_points(
    sources: Sequence[SectionSource], facts: Mapping[str, FigureDescription], study: Study
) -> Iterator[tuple[SectionSource, Judgement]]:
    """Yield a judgement for each statement on curves at a step, with its section.

    The span of a judgement covers the step, so that the step is not taken for a setting.
    """
    curves = _curves(facts, study)
    if not curves:
        return
    steps = next(iter(curves.values()))[0]
    for source in sources:
        for sentence in read_sentences(source, study):
            anchored = False
            for clause in sentence.clauses:
                anchor = _anchor(clause, steps, known=anchored)
                anchored |= anchor is not None
                if anchor and not clause.possible and not clause.cited:
                    for judgement in _judge(clause, anchor, curves, study):
                        yield source, judgement


def _curves(facts: Mapping[str, FigureDescription], study: Study) -> dict[str, tuple[list[float], list[float]]]:
    """Return run -> steps and values of its labelled curve, if one figure draws every run over the same steps."""
    for each in facts.values():
        if len(each.panels) != 1 or not PROGRESS.search(each.panels[0].xlabel):
            continue
        found = {}
        for series in each.panels[0].series:
            for run in (BASELINE, *study.runs):
                if series.label and not series.label.startswith("_") and shows_run(series.label, run, study.ledger):
                    found[run] = (series.x_values, series.y_values)
        if len(found) == len(study.runs) + 1 and len({tuple(x) for x, _ in found.values()}) == 1:
            return found
    return {}


def _anchor(clause: Clause, steps: Sequence[float], *, known: bool) -> _Anchor | None:
    last = len(steps) - 1
    if found := _AT_STEP.search(clause.text):
        step = float(re.sub(r"[ ,]", "", found["step"] or found["steps"]))
        if step in steps:
            place = list(steps).index(step)
            if on := _ON.match(clause.text, found.end()):
                return _Anchor(place, last, found.start(), on.end(), always=True)
            until = place if _NEEDS.match(found[0]) else min(place + 1, last)
            return _Anchor(place, until, found.start(), found.end())
    if found := _ALWAYS.search(clause.text) if _CURVE.search(clause.text) else None:
        return _Anchor(0, last, found.start(), found.end(), always=True)
    if found := _AT_FIRST.search(clause.text):
        return _Anchor(0, 0, found.start(), found.end())
    if (found := _AT_LAST.search(clause.text)) and (known or _CURVE.search(clause.text)):
        return _Anchor(last, last, found.start(), found.end())
    return None


def _judge(
    clause: Clause, anchor: _Anchor, curves: Mapping[str, tuple[list[float], list[float]]], study: Study
) -> Iterator[Judgement]:
    values = {run: y[anchor.first : anchor.last + 1] for run, (_, y) in curves.items()}
    if found := _CROSS.search(clause.text):
        orders = [sorted(curves, key=lambda run: curves[run][1][place]) for place in range(len(curves[BASELINE][1]))]
        around = orders[max(0, anchor.first - 1) : anchor.last + 1]
        holds = around[0] == around[-1][::-1]  # all of them cross
        predicate = Predicate("same", clause.start + found.start(), clause.start + found.end(), found[0])
        yield _judgement(predicate, clause, anchor, values, holds=holds)
        return
    compared = [p for p in predicates(clause, study) if p.sense in ORDERED and not p.negated]
    if not compared and (moved := _MOVES_BELOW.search(clause.text)):
        sense = "higher" if moved["above"] else "lower"
        compared = [Predicate(sense, clause.start + moved.start(), clause.start + moved.end(), moved[0])]
    for predicate in compared:
        behind = re.match(r"\s+behind\b", clause.text[predicate.end - clause.start :])
        read = replace(predicate, sense="worse") if behind else predicate
        scope = scope_of(read, clause, study, clause.start, clause.end)
        if "train" in scope.metrics[0]:
            continue
        agrees = _holds(read, clause, scope, values, study, always=anchor.always)
        if agrees is not None:
            yield _judgement(predicate, clause, anchor, values, holds=agrees)


def _holds(
    predicate: Predicate,
    clause: Clause,
    scope: Scope,
    values: Mapping[str, Sequence[float]],
    study: Study,
    *,
    always: bool,
) -> bool | None:
    """Tell whether the curves agree with a comparison; None if it is not of curves."""
    lower = wants_lower(study, predicate.sense, study.primary)
    several = all if always else any
    limit = _limit(predicate, clause, study)
    if limit is not None:
        runs = _runs_with_limit(clause, scope)
        return all(several(y < limit if lower else y > limit for y in values[run]) for run in runs if run in values)
    if predicate.degree == "superlative":
        named = [name for m in clause.named("run") for name in m.names] or list(scope.runs if scope.bound_runs else ())
        pick = min if lower else max
        return bool(named) and values[named[0]][0] == pick(y[0] for y in values.values()) if named else None
    if not scope.bound_runs or scope.against not in values or any(run not in values for run in scope.runs):
        return None
    return all(
        several(
            one < other if lower else one > other for one, other in zip(values[run], values[scope.against], strict=True)
        )
        for run in scope.runs
    )


def _runs_with_limit(clause: Clause, scope: Scope) -> list[str]:
    named = [name for m in clause.named("run") for name in m.names]
    return named or (list(scope.runs) if scope.bound_runs else [BASELINE, *scope.runs])


def _limit(predicate: Predicate, clause: Clause, study: Study) -> float | None:
    """Return the number, or the result that is the same in all runs, that a curve is compared with."""
    at = predicate.start - clause.start
    for numeral in numerals(clause.text):
        side = _THRESHOLD.search(clause.text[: numeral.start])
        if side and numeral.form in ("decimal", "integer") and numeral.start > at:
            return numeral.value
    for mention in clause.named("metric"):
        if mention.start > predicate.start and not study.metric(mention.names[0]).goal:
            means = {
                study.mean(f"{run}/{d}/{mention.names[0]}") for run in (BASELINE, *study.runs) for d in study.datasets
            }
            return means.pop() if len(means) == 1 else None
    return None


def _judgement(
    predicate: Predicate, clause: Clause, anchor: _Anchor, values: Mapping[str, Sequence[float]], *, holds: bool
) -> Judgement:
    start = min(predicate.start, clause.start + anchor.start)
    end = max(predicate.end, clause.start + anchor.end, clause.end - 1)
    if holds:
        return Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_TREND, start, end, "the recorded curves show it")
    told = "; ".join(f"{run}: {', '.join(f'{y:.4g}' for y in found[:8])}" for run, found in values.items())
    reason = f'"{predicate.text}", but the recorded curves have there {told}'
    return Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_TREND, start, end, reason, told)
