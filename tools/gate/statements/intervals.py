"""Judge where the interval of a difference lies: below zero, above it, or around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.evidence.judgement import Judgement
from tools.evidence.names import split_address
from tools.evidence.records import BASELINE
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import compare
from tools.gate.statements.predicate import Predicate, refuted, supported
from tools.gate.statements.scope import runs_spoken_of
from tools.gate.statements.study import Study

_INTERVAL = re.compile(r"\bintervals?\b", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:\b(?:lies?|is|are|was|were|stays?|falls?)\s+(?:\w+ly\s+)?)?\b(?P<side>below|above)\s+(?:zero|0)(?![\w.])"
    r"|\b(?P<around>contains?|holds?|includes?|covers?|spans?)\s+(?:zero|0)(?![\w.])"
    r"|\b(?P<off>excludes?)\s+(?:zero|0)(?![\w.])",
    re.IGNORECASE,
)
_WHICH = re.compile(r"\W*which\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|no|never|cannot|nor|neither)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


@dataclass(frozen=True)
class IntervalStatement:
    """Words that place an interval against zero, and the differences that they are said of."""

    start: int
    end: int
    text: str
    place: str
    """below, above, around or off."""
    cells: tuple[tuple[str, str, str, str], ...]
    """Run, dataset, metric and the run it is compared with."""


def interval_statements(clause: Clause, study: Study) -> Iterator[IntervalStatement]:
    """Yield where a clause says that intervals lie, with the differences that stand behind the words, else before them.

    What is denied, or said of no difference, is left to the other judges.
    """
    first = _INTERVAL.search(clause.text) or _WHICH.match(clause.text)
    found = [match for match in _PLACE.finditer(clause.text) if first and match.start() > first.start()]
    for number, match in enumerate(found):
        until = found[number + 1].start() if number + 1 < len(found) else len(clause.text)
        cells = _cells(clause, study, match.end(), until)
        if not cells:
            since = found[number - 1].end() if number else 0
            cells = _cells(clause, study, since, match.start())
        if cells and not _NOT.search(clause.text[: match.start()]):
            place = (match["side"] or "").lower() or ("around" if match["around"] else "off")
            start, end = clause.start + match.start(), clause.start + match.end()
            yield IntervalStatement(start, end, match[0], place, cells)


def judge_intervals(statements: Sequence[IntervalStatement], study: Study) -> Iterator[Judgement]:
    """Yield a judgement for each place of an interval."""
    for statement in statements:
        predicate = Predicate("interval", statement.start, statement.end, statement.text)
        judgement = supported(predicate, "the intervals agree")
        for run, dataset, metric, against in statement.cells:
            comparison = compare(study, run, dataset, metric, against)
            interval = comparison.interval if comparison else None
            if interval is None:
                continue
            low, high = interval
            actual = "below" if high < 0 else "above" if low > 0 else "around"
            if actual != statement.place and not (statement.place == "off" and actual != "around"):
                judgement = refuted(predicate, f"the interval of {run}/{dataset}/{metric} is {low:.3g} to {high:.3g}")
                break
        yield judgement


def _cells(clause: Clause, study: Study, low: int, high: int) -> tuple[tuple[str, str, str, str], ...]:
    """Return the differences that a part of a clause refers to, else those of the datasets that it names."""
    start, end = clause.start + low, clause.start + high
    references = [r for r in clause.references if start <= r.start < end and r.macro in ("change", "compare")]
    if references:
        return tuple((*split_address(r.address), r.against or BASELINE) for r in references)  # type: ignore[misc]
    runs = [run for run in dict.fromkeys(runs_spoken_of(clause)) if run != BASELINE]
    named = [m for m in clause.named("dataset") if start <= m.start < end]
    if len(runs) != 1 or not named:
        return ()
    metrics = [m.names[0] for m in clause.named("metric")] or [study.primary]
    return tuple((runs[0], name, metrics[0], BASELINE) for m in named for name in m.names)
