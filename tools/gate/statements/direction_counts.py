"""Judge how many comparisons go one way, as in 'four of the twelve comparisons go in the wrong direction'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement
from tools.evidence.records import BASELINE
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import compare, wants_lower
from tools.gate.statements.lexicon import pattern
from tools.gate.statements.predicate import Predicate, refuted, supported
from tools.gate.statements.quantifiers import whole_number
from tools.gate.statements.scope import scope_of
from tools.gate.statements.study import Study

_COUNT = re.compile(
    r"\b(?:(?P<most>at most|no more than|not more than|up to)|(?P<least>at least|no fewer than)|only|exactly)?\s*"
    r"\b(?P<n>\w+)\s+"
    r"(?:out\s+)?of\s+(?:the\s+|our\s+|all\s+)?(?P<m>\w+)\s+(?:comparisons|differences|changes|cells)\b[^.;]{0,60}?"
    r"\b(?:go(?:es)?|went|points?|are|is|lies?|turns?)\s+(?:out\s+)?(?:in\s+)?(?:the\s+)?"
    r"(?:(?P<worse>wrong direction|worse|against us|unfavou?rable)"
    r"|(?P<better>right direction|better|favou?rable|in our favou?r)"
    r"|(?P<higher>higher|positive|up)|(?P<lower>lower|negative|down))\b",
    re.IGNORECASE,
)


def judge_direction_counts(clause: Clause, study: Study) -> Iterator[Judgement]:
    """Yield a judgement for a count of comparisons by their direction, whatever their significance."""
    match = _COUNT.search(clause.text)
    count, total = (whole_number(match[name]) for name in ("n", "m")) if match else (None, None)
    if match is None or count is None or total is None or pattern("significant").search(clause.text):
        return
    predicate = Predicate("different", clause.start + match.start(), clause.start + match.end(), match[0])
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    runs = [run for run in study.runs if run != BASELINE]
    metric = scope.metrics[0]
    found = [c for run in runs for d in study.datasets if (c := compare(study, run, d, metric))]
    if len(found) != total:
        return
    sense = next(name for name in ("worse", "better", "higher", "lower") if match[name])
    lower = wants_lower(study, sense, metric)
    right = sum(c.difference != 0 and (c.difference < 0) == lower for c in found)
    agrees = right <= count if match["most"] else right >= count if match["least"] else right == count
    if agrees:
        yield supported(predicate, f"{right} of {total} differences of {metric} are so")
    else:
        yield refuted(predicate, f"{right} of {total} differences of {metric} are so", str(right))
