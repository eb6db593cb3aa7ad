"""Judge cautious claims whose data say the opposite, as in 'a smaller step may be slightly better' where it is far worse."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import Truth, judge_cell
from tools.gate.statements.predicate import ORDERED, Predicate, refuted
from tools.gate.statements.predicates import predicates
from tools.gate.statements.scope import scope_of
from tools.gate.statements.study import Study

_CAUTIOUS = re.compile(r"\b(?:may|might|seems?|appears?|tend(?:s|ed)?|perhaps|possibly|if anything)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:if(?! anything)|would|could|should|future|longer|larger (?:models?|networks?)|other|more (?:seeds|steps|data)"
    r"|expect\w*|hypothes\w+|whether|suspect|conjecture|speculat\w*|hope|aim|question|ask|elsewhere|generali[sz]e)\b|\?",
    re.IGNORECASE,
)


def judge_tendency(clause: Clause, study: Study) -> Iterator[Judgement]:
    """Yield that the results contradict a cautious comparison: they show the opposite, beyond its interval."""
    named = clause.named("metric") or clause.named("dataset")
    if not named or not _CAUTIOUS.search(clause.text) or _ELSEWHERE.search(clause.text):
        return
    for predicate in predicates(clause, study):
        if (
            predicate.sense not in ORDERED
            or predicate.degree == "superlative"
            or predicate.negated
            or predicate.unknown
        ):
            continue
        if opposed := _opposed(predicate, clause, study):
            yield refuted(predicate, f"the results say the opposite; {opposed}")


def _opposed(predicate: Predicate, clause: Clause, study: Study) -> str:
    """Return a result that says the opposite of a comparison, if all cells of its scope do."""
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    if not scope.bound_runs or not scope.metrics or not scope.metrics[0]:
        return ""
    cells = [
        judge_cell(study, predicate.sense, run, dataset, metric, scope.against)
        for run in scope.runs
        for dataset in scope.datasets
        for metric in scope.metrics
        if run != scope.against
    ]
    for cell in cells:
        interval = cell.comparison.interval if cell.comparison else None
        apart = interval is not None and interval[0] * interval[1] > 0
        if cell.truth is not Truth.FALSE or not (cell.shown or apart):
            return ""
    return cells[0].measured if cells else ""
