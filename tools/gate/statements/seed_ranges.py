"""Judge what a text says of the ranges of the seeds of two runs: the worst of one against the best of the other, overlap."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.evidence.formatting import format_value
from tools.evidence.judgement import Judgement
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import wants_lower
from tools.gate.statements.lexicon import word_sense
from tools.gate.statements.mentions import Mention
from tools.gate.statements.predicate import ORDERED, Predicate, refuted, supported
from tools.gate.statements.scope import mention_before, scope_of
from tools.gate.statements.study import Study

_EXTREME = re.compile(
    r"\b(?P<which>best|worst|lowest|highest|smallest|largest)\s+(?:(?:single|individual)\s+)?(?:(?:seed|value|point|one|result)\s*)?(?='s|\s|$)",
    re.IGNORECASE,
)
_OF = re.compile(r"\s*(?:(?:seeds?|values?|points?|ones?)\s+)?(?:of|in|from|for|with)\s+(?:the\s+)?", re.IGNORECASE)
_THAN = re.compile(r"\b(?:than|above|below|under|over)\s+(?:even\s+)?(?:that\s+of\s+)?(?:the\s+)?$", re.IGNORECASE)
_OVERLAP = re.compile(
    r"\b(?P<no>(?:do|does|did)\s+not\s+|never\s+|no\s+)?(?P<overlap>overlap(?:s|ped|ping)?)\b|\b(?P<apart>disjoint|(?:fully|completely|well|clearly)\s+separated)\b",
    re.IGNORECASE,
)
_OF_SEEDS = re.compile(r"\b(?:seeds?|values?|points?|ranges?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Extreme:
    """'The worst seed of run 2': which value of a run is meant. Positions count characters of the section."""

    pick: str
    run: str
    start: int
    end: int


def judge_seed_ranges(clause: Clause, study: Study) -> tuple[tuple[int, int], Judgement] | None:
    """Return the span and the judgement of a comparison of extreme seeds or of ranges of seeds; None if there is none."""
    extremes = _extremes(clause)
    if len(extremes) == 2:
        return _judge_extremes(clause, study, *extremes)
    overlap = _OVERLAP.search(clause.text)
    runs = list(dict.fromkeys(name for m in clause.named("run") for name in m.names))
    if overlap and len(runs) == 2 and _OF_SEEDS.search(clause.text[: overlap.start()]):
        return _judge_overlap(clause, study, overlap, runs)
    return None


def _extremes(clause: Clause) -> list[_Extreme]:
    """Return the extreme values whose run is named directly behind them, or else by the text before."""
    found = []
    for match in _EXTREME.finditer(clause.text):
        owner = _owner(clause, match.end())
        if owner:
            found.append(_Extreme(match["which"].lower(), owner.names[0], clause.start + match.start(), owner.end))
    if len(found) == 1 and (context := mention_before(clause, "run")):
        for match in _EXTREME.finditer(clause.text):
            at = clause.start + match.start()
            if (
                at != found[0].start
                and len(context.names) == 1
                and re.search(r"\bits\s+$", clause.text[: match.start()])
            ):
                found.append(_Extreme(match["which"].lower(), context.names[0], at, clause.start + match.end()))
    return sorted(found, key=lambda extreme: extreme.start)


def _owner(clause: Clause, end: int) -> Mention | None:
    """Return the run of which a value is; a dataset may stand between, as in 'the best seed on dino of run 2'."""
    for mention in clause.named("run"):
        at = mention.start - clause.start
        if at >= end and len(mention.names) == 1:
            between = re.sub(r"^\s*on\s+\w+(?=\s)", "", clause.text[end:at])
            return mention if _OF.fullmatch(between) else None
    return None


def _judge_extremes(
    clause: Clause, study: Study, one: _Extreme, other: _Extreme
) -> tuple[tuple[int, int], Judgement] | None:
    between = clause.text[one.end - clause.start : other.start - clause.start]
    words = [(m, word_sense(m[0].lower())) for m in re.finditer(r"[A-Za-z]+", between)]
    compared = next(((m, sense) for m, sense in words if sense and sense.sense in ORDERED), None)
    relation = compared[1].sense if compared and compared[1] else _side(between)
    if not relation or one.run == other.run or not _THAN.search(clause.text[: other.start - clause.start]):
        return None
    predicate = Predicate(
        relation, one.start, other.end, clause.text[one.start - clause.start : other.end - clause.start]
    )

    def holds(metric: str, first: Sequence[float], second: Sequence[float]) -> bool:
        low = wants_lower(study, relation, metric)
        left, right = _pick(study, one.pick, metric)(first), _pick(study, other.pick, metric)(second)
        return left < right if low else left > right

    return (one.start, other.end), _judged(predicate, clause, study, one.run, other.run, holds)


def _side(between: str) -> str:
    if re.search(r"\b(?:below|under)\s+(?:even\s+)?(?:the\s+)?$", between, re.IGNORECASE):
        return "lower"
    return "higher" if re.search(r"\b(?:above|over)\s+(?:even\s+)?(?:the\s+)?$", between, re.IGNORECASE) else ""


def _judge_overlap(
    clause: Clause, study: Study, overlap: re.Match[str], runs: Sequence[str]
) -> tuple[tuple[int, int], Judgement]:
    stated = bool(overlap["overlap"]) and not overlap["no"]
    start, end = clause.start + overlap.start(), clause.start + overlap.end()

    def holds(metric: str, first: Sequence[float], second: Sequence[float]) -> bool:
        return (min(first) <= max(second) and min(second) <= max(first)) == stated

    predicate = Predicate("same" if stated else "different", start, end, overlap[0])
    return (start, end), _judged(predicate, clause, study, runs[0], runs[1], holds)


def _judged(
    predicate: Predicate,
    clause: Clause,
    study: Study,
    one: str,
    other: str,
    holds: Callable[[str, Sequence[float], Sequence[float]], bool],
) -> Judgement:
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    for metric in scope.metrics:
        for dataset in scope.datasets:
            first, second = (study.seed_values(f"{run}/{dataset}/{metric}") for run in (one, other))
            if not first or not second or not holds(metric, first, second):
                told = "; ".join(
                    f"{run}: {', '.join(map(format_value, values)) or 'no values'}"
                    for run, values in ((one, first), (other, second))
                )
                return refuted(predicate, f"the seeds of {metric} on {dataset} have {told}")
    return supported(predicate, "the values of the seeds agree")


def _pick(study: Study, which: str, metric: str) -> Callable[[Sequence[float]], float]:
    if which in ("best", "worst"):
        return min if wants_lower(study, "better" if which == "best" else "worse", metric) else max
    return min if which in ("lowest", "smallest") else max
