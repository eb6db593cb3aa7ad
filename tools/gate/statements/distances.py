"""Judge how far runs are from one another: 'run 1 is closer to the baseline than run 3', 'the gap between a and b'."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.evidence.formatting import format_value
from tools.evidence.judgement import Judgement
from tools.gate.statements.clauses import Clause
from tools.gate.statements.mentions import Mention
from tools.gate.statements.predicate import Predicate, refuted, supported
from tools.gate.statements.scope import mention_before, scope_of
from tools.gate.statements.study import Study

_CLOSER = re.compile(
    r"\b(?:(?P<near>closer|nearer)|further(?: away)?|farther(?: away)?)\s+(?:to|from)\s+(?:the\s+|that of\s+)*",
    re.IGNORECASE,
)
_THAN = re.compile(r"[^,;]{0,40}?\bthan\s+(?:(?:that|those|of|is|the|to|from)\s+)*", re.IGNORECASE)
_GAP = re.compile(r"\b(?:gap|difference|distance)\s+between\s+(?:the\s+)?", re.IGNORECASE)
_ONE_BETWEEN = re.compile(r"\b(?:that|the\s+(?:one|gap|difference|distance))\s+between\s+(?:the\s+)?", re.IGNORECASE)
_LARGER = re.compile(
    r"\b(?:(?P<large>larger|bigger|greater|wider|higher)|smaller|narrower|lower)\s+than\b", re.IGNORECASE
)
Gap = tuple[str, str]


def judge_distances(clause: Clause, study: Study) -> list[tuple[tuple[int, int], Judgement]]:
    """Return the span and the judgement of each comparison of distances between runs."""
    mentions = [m for m in clause.named("run") if len(m.names) == 1]
    found = []
    target = subject = None
    for match in _CLOSER.finditer(clause.text):
        beyond = _first_at(mentions, clause, match.end())
        if beyond and clause.text[match.end() : beyond.start - clause.start].strip() == "":
            target = beyond
            before = [m for m in mentions if m.end <= clause.start + match.start()]
            subject = before[0] if before else mention_before(clause, "run")
            than = _THAN.match(clause.text, target.end - clause.start)
            other = _first_at(mentions, clause, than.end()) if than else None
            start = clause.start + match.start()
            if other and subject and len(subject.names) == 1:
                gaps = (subject.names[0], target.names[0]), (other.names[0], target.names[0])
                if than and re.search(r"\bthan\s+(?:to|from)\b", than[0]):
                    gaps = gaps[0], (subject.names[0], other.names[0])
                predicate = Predicate("lower" if match["near"] else "higher", start, other.end, match[0].strip())
                found.append(((start, other.end), _judged(predicate, clause, study, *gaps)))
    for match in re.finditer(r"\b(?:much |even |far )?(?P<near>closer|nearer)\s+than\b", clause.text, re.IGNORECASE):
        other = _first_at(mentions, clause, match.end())
        if target and subject and other and len(subject.names) == 1:
            start = clause.start + match.start()
            gaps = (subject.names[0], target.names[0]), (other.names[0], target.names[0])
            found.append(
                ((start, other.end), _judged(Predicate("lower", start, other.end, match[0]), clause, study, *gaps))
            )
    return found + _gaps(clause, study, mentions)


def _gaps(clause: Clause, study: Study, mentions: Sequence[Mention]) -> list[tuple[tuple[int, int], Judgement]]:
    one, relation = _GAP.search(clause.text), _LARGER.search(clause.text)
    if not one or not relation or relation.start() < one.end():
        return []
    other = _ONE_BETWEEN.search(clause.text, relation.end())
    first = _pair(mentions, clause, one.end(), relation.start())
    second = _pair(mentions, clause, other.end(), len(clause.text)) if other else None
    if not first or not second:
        return []
    start = clause.start + one.start()
    predicate = Predicate("higher" if relation["large"] else "lower", start, clause.start + relation.end(), relation[0])
    return [((start, clause.end), _judged(predicate, clause, study, first, second))]


def _pair(mentions: Sequence[Mention], clause: Clause, low: int, high: int) -> Gap | None:
    named = [m.names[0] for m in mentions if low <= m.start - clause.start < high]
    return (named[0], named[1]) if len(named) == 2 else None


def _first_at(mentions: Sequence[Mention], clause: Clause, at: int) -> Mention | None:
    return next((m for m in mentions if m.start - clause.start >= at), None)


def _judged(predicate: Predicate, clause: Clause, study: Study, one: Gap, other: Gap) -> Judgement:
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    for metric in scope.metrics[:1]:
        for dataset in scope.datasets:
            sizes = []
            for first, second in (one, other):
                values = [study.mean(f"{run}/{dataset}/{metric}") for run in (first, second)]
                sizes.append(None if None in values else abs((values[0] or 0.0) - (values[1] or 0.0)))
            left, right = sizes
            if left is None or right is None:
                return refuted(predicate, f"{metric} on {dataset} was not measured for all of these runs")
            if not (left < right if predicate.sense == "lower" else left > right):
                told = f"{' and '.join(one)} differ by {format_value(left)}, {' and '.join(other)} by {format_value(right)}"
                return refuted(predicate, f"for {metric} on {dataset} {told}")
    return supported(predicate, "the distances between the means agree")
