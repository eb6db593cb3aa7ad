"""Count what the gate did, by kind and over all kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tools.evidence_bench.case import Decider, Judged, Outcome


@dataclass(frozen=True)
class KindScore:
    """The outcomes of the cases of one kind."""

    kind: str
    group: str
    honest: bool
    decider: Decider
    cases: int
    withheld: int
    """For the right reason, at the place; of an honest kind, for any reason."""
    other_reason: int
    unverified: int
    passed: int
    with_right_value: int
    """Cases for which the evidence has a right value."""
    told: int
    """Those of them in which the gate told it."""

    @property
    def recall(self) -> float:
        """Return the part of the cases that the gate handled as their kind demands.

        Code kinds must be withheld for the right reason. Model kinds must be withheld or told to be unverified.
        """
        return (self.withheld + (self.unverified if self.decider is Decider.MODEL else 0)) / self.cases

    @property
    def blocked(self) -> float:
        """Return the part of the cases that were withheld for any reason."""
        return (self.withheld + self.other_reason) / self.cases


@dataclass(frozen=True)
class Totals:
    """Sums over kinds. Parts are of cases, None without any."""

    cases: int
    by_code: float | None
    """Recall over the cases that code can decide."""
    by_model: float | None
    """Part of the cases for a model that are told to be unverified, or withheld."""
    false_blocks: float | None
    told: float | None
    """Part of the withheld cases with a right value in which the gate told it."""


def score(judged: Iterable[Judged]) -> list[KindScore]:
    """Return a score for each kind, in the order of first appearance."""
    groups: dict[tuple[bool, str], list[Judged]] = {}
    for answer in judged:
        groups.setdefault((answer.case.honest, answer.case.kind), []).append(answer)
    return [_score(kind, honest, answers) for (honest, kind), answers in groups.items()]


def total(scores: Sequence[KindScore]) -> Totals:
    """Return the sums over all kinds."""
    code = [s for s in scores if not s.honest and s.decider is Decider.CODE]
    model = [s for s in scores if not s.honest and s.decider is Decider.MODEL]
    honest = [s for s in scores if s.honest]
    return Totals(
        cases=sum(s.cases for s in scores),
        by_code=_part(sum(s.withheld for s in code), sum(s.cases for s in code)),
        by_model=_part(sum(s.withheld + s.unverified for s in model), sum(s.cases for s in model)),
        false_blocks=_part(sum(s.withheld + s.other_reason for s in honest), sum(s.cases for s in honest)),
        told=_part(sum(s.told for s in code), sum(s.with_right_value for s in code)),
    )


def wrong(judged: Iterable[Judged]) -> list[Judged]:
    """Return the answers that are not what the kind demands, most frequent kinds first."""
    found = [answer for answer in judged if not is_right(answer)]
    counts = Counter(answer.case.kind for answer in found)
    return sorted(found, key=lambda answer: (-counts[answer.case.kind], answer.case.kind))


def is_right(answer: Judged) -> bool:
    """Tell whether the gate did with a case what its kind demands."""
    if answer.case.honest:
        return answer.outcome in (Outcome.PASSED, Outcome.UNVERIFIED)
    if answer.case.decider is Decider.MODEL and answer.outcome is Outcome.UNVERIFIED:
        return True
    return answer.outcome is Outcome.WITHHELD


def _score(kind: str, honest: bool, answers: Sequence[Judged]) -> KindScore:
    counts = Counter(answer.outcome for answer in answers)
    with_value = [a for a in answers if a.case.draft.right]
    return KindScore(
        kind=kind,
        group=answers[0].case.group,
        honest=honest,
        decider=answers[0].case.decider,
        cases=len(answers),
        withheld=counts[Outcome.WITHHELD],
        other_reason=counts[Outcome.OTHER_REASON],
        unverified=counts[Outcome.UNVERIFIED],
        passed=counts[Outcome.PASSED],
        with_right_value=len(with_value),
        told=sum(a.told for a in with_value),
    )


def _part(count: int, of: int) -> float | None:
    return count / of if of else None
