"""Judge what a text says of single seeds against their values, as in 'seed 2 is the worst of the three'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.evidence.formatting import format_value
from tools.evidence.judgement import Judgement
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import wants_lower
from tools.gate.statements.predicate import EXTREMES, ORDERED, Predicate, refuted, supported
from tools.gate.statements.quantifiers import whole_number
from tools.gate.statements.scope import runs_spoken_of, scope_of
from tools.gate.statements.study import Study

_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "final": -1}
_ORDINAL = "|".join(_ORDINALS)
_SEEDS = r"(?:\w+\s+){0,2}?seeds?\b"
_GROUP = re.compile(
    r"\bseeds?\s+(?P<number>\d+(?:\s*(?:,\s*and|,|and|or)\s*\d+)*)(?![\d.]*\s*(?:%|seeds|runs))"
    rf"|\b(?P<ordinal>(?:{_ORDINAL})(?:\s+(?:and|or)\s+(?:the\s+)?(?:{_ORDINAL}))?)\s+seeds?\b"
    rf"|\b(?P<all>(?:each|every|all|any|both)\s+(?:of\s+)?(?:the\s+|its\s+)?{_SEEDS})"
    rf"|\b(?P<rest>(?:the\s+)?(?:other|remaining)\s+{_SEEDS}|the\s+others?(?:\s+(?:two|three|four))?\b(?!\s+[a-z]))"
    rf"|\b(?P<count>\w+)\s+(?:out\s+)?of\s+(?:the\s+|its\s+|all\s+)?{_SEEDS}"
    r"|\b(?P<same>the same seeds?\b)",
    re.IGNORECASE,
)
_OF_RUN = re.compile(r"\s*(?:of|in|from|for|with|under)\s+(?:the\s+)?", re.IGNORECASE)
_THAN = re.compile(r"\b(?:than|above|below|over)\s+(?:(?:that|those|the|all|values?|of|in|for)\s+)*$", re.IGNORECASE)
_GOVERNS = re.compile(r"(?:\s+\w+){0,6}\s+(?:for|in|with|at)\s+(?:the\s+)?", re.IGNORECASE)
"""Between a comparison and the seeds that it speaks of, as in 'lower than the baseline for seeds 0 and 2'."""
_OF_ALL = re.compile(r"\s+(?:of all\b(?!\s+(?:its|the|\w+)?\s*seeds)|overall\b)", re.IGNORECASE)
_RANGE = re.compile(
    r"\bseeds?\b[^.;]*\b(?:between|from|rang(?:e|es|ing)|span(?:s|ning)?)\b|\b(?:range|spread)\b[^.;]*\bseeds?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Seeds:
    """Words that name some seeds. Positions count characters of the section."""

    kind: str
    text: str
    start: int
    end: int
    run: str
    """The run that they are said to belong to; empty if the words behind them name none."""

    def among(self, n: int, first: int) -> set[int]:
        """Return the places of the seeds among n values; empty if there is no such seed. `first` is the first number."""
        if self.kind == "ordinal":
            found = {_ORDINALS[word] % n for word in re.findall(rf"\b(?:{_ORDINAL})\b", self.text.lower())}
        elif self.kind == "number":
            found = {int(number) - first for number in re.findall(r"\d+", self.text)}
        else:
            found = set(range(n))
        return found if all(0 <= place < n for place in found) else set()


def as_ranking(predicate: Predicate) -> Predicate:
    """Return the superlative in words such as 'worst of the three seeds'; other predicates as they are."""
    word = predicate.text.split()[0].lower()
    if predicate.sense != "seed" or word not in EXTREMES or not re.search(r"\bof\b", predicate.text):
        return predicate
    return Predicate(EXTREMES[word], predicate.start, predicate.end, predicate.text, "superlative", predicate.negated)


def names_a_seed(predicate: Predicate) -> bool:
    """Tell whether words name a seed by its place, as in 'the first seed', and not for its result."""
    return predicate.sense == "seed" and re.fullmatch(rf"(?:{_ORDINAL})\s+seeds?", predicate.text, re.I) is not None


def judge_seeds(predicate: Predicate, clause: Clause, study: Study, before: int, following: int) -> Judgement | None:
    """Judge a comparison of single seeds; None if the clause makes none that can be read.

    Args:
        before: where the previous predicate of the clause ends.
        following: where the next one begins.
    """
    if predicate.sense not in ORDERED or predicate.negated or clause.measured:
        return None
    groups = list(_groups(clause))
    behind = [g for g in groups if predicate.end <= g.start < following]
    objects = [g for g in behind if _THAN.search(clause.text[: g.start - clause.start])]
    governed = [
        g for g in behind if _GOVERNS.fullmatch(clause.text, predicate.end - clause.start, g.start - clause.start)
    ]
    leading = [g for g in groups if before <= g.start < predicate.start]
    subjects = governed[:1] or leading or [g for g in behind if g not in objects]
    ranking = predicate.degree == "superlative"
    if not subjects or (subjects[-1].kind == "all" and not objects) or (ranking and subjects[-1].kind == "all"):
        return None
    subject, other = subjects[-1], objects[0] if objects else None
    scope = scope_of(predicate, clause, study, before, following)
    named = runs_spoken_of(clause)
    within = ranking or (other is not None and other.kind == "rest" and not other.run)
    runs = [subject.run] if subject.run else named[:1] if within else list(scope.runs if scope.bound_runs else ())
    against = other.run if other and other.run else scope.against
    everywhere = ranking and _OF_ALL.match(clause.text, predicate.end - clause.start) is not None
    if not runs or (not within and against in runs):
        return None
    cells = [(run, dataset, metric) for run in runs for metric in scope.metrics for dataset in scope.datasets]
    failing = ""
    for first in (0, 1):
        failing = ""
        for run, dataset, metric in cells:
            sign = -1 if wants_lower(study, predicate.sense, metric) else 1
            own = [sign * value for value in study.seed_values(f"{run}/{dataset}/{metric}")]
            if within:
                rest = [
                    [sign * v for v in study.seed_values(f"{name}/{dataset}/{metric}")] for name in study.known_runs
                ]
                pool = [v for values in rest for v in values] if everywhere else own
                holds = _leads(subject.among(len(own), first), own, pool)
            else:
                base = [sign * value for value in study.seed_values(f"{against}/{dataset}/{metric}")]
                apart = other is not None and other.kind != "same"
                if not apart and not _share_seeds(study, run, against):
                    return None
                holds = _above(subject, own, base, first, apart=apart)
            if not holds:
                shown = ", ".join(map(format_value, study.seed_values(f"{run}/{dataset}/{metric}")))
                failing = failing or f"the seeds of {run}/{dataset}/{metric} have {shown or 'no values'}"
        if not failing and (first == 0 or not re.search(r"\bseeds?\s+0\b", clause.text, re.IGNORECASE)):
            return supported(predicate, "the values of the seeds agree")
    return refuted(predicate, failing)


def values_of_seeds(clause: Clause, values: Sequence[float]) -> list[float]:
    """Return the values of the seeds that a clause names by number or place, however it counts them, and for words such as
    'the seeds lie between' the least and the greatest."""
    groups = [group for group in _groups(clause) if group.kind in ("number", "ordinal")]
    named = [values[place] for group in groups for first in (0, 1) for place in group.among(len(values), first)]
    return named + ([min(values), max(values)] if values and _RANGE.search(clause.text) else [])


def _groups(clause: Clause) -> Iterator[_Seeds]:
    for match in _GROUP.finditer(clause.text):
        kind = match.lastgroup or ""
        if kind == "count" and whole_number(match["count"]) is None:
            continue
        start, end = clause.start + match.start(), clause.start + match.end()
        run = next((m for m in clause.named("run") if m.start >= end and len(m.names) == 1), None)
        owned = run and _OF_RUN.fullmatch(clause.text[match.end() : run.start - clause.start])
        yield _Seeds(kind, match[0], start, end, run.names[0] if run and owned else "")


def _share_seeds(study: Study, run: str, other: str) -> bool:
    seeds = {row.seed for row in study.ledger.rows if row.name in (run, other) and row.status == "completed"}
    return len(seeds) == 1 and None not in seeds


def _leads(places: set[int], own: Sequence[float], pool: Sequence[float]) -> bool:
    """Tell whether the values at some places are above all others of a run, and of a pool."""
    rest = [value for place, value in enumerate(own) if place not in places]
    return bool(places) and bool(rest) and min(own[p] for p in places) > max(rest) and max(own) >= max(pool)


def _above(subject: _Seeds, own: Sequence[float], base: Sequence[float], first: int, *, apart: bool) -> bool:
    """Tell whether the values of some seeds are above those of the same seeds of another run, or above all of its values."""
    if not own or not base or (not apart and len(own) != len(base)):
        return False
    higher = {p for p, value in enumerate(own) if value > (max(base) if apart else base[p])}
    if subject.kind == "count":
        return len(higher) == whole_number(subject.text.split()[0])
    if subject.kind == "rest":
        return len(higher) >= len(own) - 1
    return bool(places := subject.among(len(own), first)) and places <= higher
