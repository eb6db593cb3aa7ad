"""Say which results a number may state: the runs beside it, and the metrics that its words or its unit name."""

from __future__ import annotations

import re
from dataclasses import replace

from tools.evidence.records import BASELINE
from tools.gate.statements.clauses import Clause
from tools.gate.statements.compared_runs import VERSUS
from tools.gate.statements.mentions import Mention
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.number_units import metrics_by_unit, unit_end
from tools.gate.statements.numerals import numerals
from tools.gate.statements.predicate import Predicate
from tools.gate.statements.scope import Scope, mention_before, scope_of
from tools.gate.statements.study import Study

_OF_RUN = re.compile(r"\s*(?:for|in|with|of|by|at)\s+(?:the\s+)?", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\(\s*(?:the\s+)?", re.IGNORECASE)
_STATES = re.compile(
    r"(?:'s)?(?:\s+(?!(?:than|from|against|over|above|below|by|versus)\b)[\w-]+){0,6}?"
    r"\s+(?:is|was|has|had|at|of|to|scores?|scored|reach\w*|gets?|got|gives?|gave|takes?|took|needs?|ends?|with|attains?"
    r"|in|under|over)(?:\s+(?:about|only|just|roughly|around|nearly|some))*\s*[≈∼=]?\s*$",
    re.IGNORECASE,
)


def scope_of_number(place: NumberPlace, study: Study) -> tuple[Scope, bool]:
    """Return what a number may be a result of, and whether its words, the text before it or its unit name a metric."""
    clause = place.clause
    scope = scope_of(
        Predicate("lower", place.start, place.end, place.numeral.text), clause, study, clause.start, clause.end
    )
    named = clause.named("metric") or clause.measured or any(m.kind == "metric" for m in clause.before)
    fitting = metrics_by_unit(place, study)
    if not fitting and not named and place.numeral.form == "decimal":
        others = (NumberPlace.of(numeral, clause) for numeral in numerals(clause.text))
        fitting = next((found for other in others if (found := metrics_by_unit(other, study))), ())
    if fitting and not (clause.named("metric") and set(scope.metrics) & set(fitting)):
        known = tuple(name for name in scope.metrics if name in fitting)
        heading = tuple(n for m in clause.heading if m.kind == "metric" for n in m.names if n in fitting)
        spoken = study.spoken_of(clause.text, fitting)
        scope = replace(scope, metrics=spoken or known or heading or fitting[:1], other_metric="")
        named = True
    beside = run_beside(place, clause)
    if beside and place.numeral.form in ("decimal", "integer"):
        scope = replace(scope, runs=beside.names, bound_runs=True, against=BASELINE)
    return scope, bool(named)


def run_beside(place: NumberPlace, clause: Clause) -> Mention | None:
    """Return the run that a number is said of, as in '0.3 for run 2' and 'the baseline has 0.4'; None without one."""
    end = place.end + unit_end(place)
    behind = [m for m in clause.named("run") if m.start >= place.end]
    if behind:
        between = clause.text[end - clause.start : behind[0].start - clause.start]
        if _OF_RUN.fullmatch(between) or _IN_BRACKETS.fullmatch(between):
            return behind[0]
    mentions = clause.named("run")
    if not mentions or any(m.names != (BASELINE,) for m in mentions):
        before = [m for m in mentions if m.end <= place.start][-1:]
        between = clause.text[before[0].end - clause.start : place.start - clause.start] if before else ""
        stated = before and len(before[0].names) == 1 and not before[0].by_setting and _STATES.fullmatch(between)
        return before[0] if stated and not re.search(r"\d", between) else None
    alone = not any(VERSUS.search(clause.text[: m.start - clause.start]) for m in mentions)
    return mentions[0] if alone and not mention_before(clause, "run") else None
