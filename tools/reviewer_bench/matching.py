"""A reviewer's verdicts beside the conference's, paper by paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.errors import UserError
from tools.reviewer_bench.ratings import RatingSet
from tools.reviewer_bench.reviews import ReviewSet

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Verdicts:
    """The n papers that a reviewer and the conference both judged, in the order of the ratings."""

    name: str
    papers: tuple[str, ...]
    accepted: Truth
    """(n,) the conference's decision."""
    human: Floats
    """(n,) the mean human score; NaN without scores."""
    overall: Floats
    """(n,) the reviewer's overall score; NaN where it gave none."""
    decision: Floats
    """(n,) the reviewer's decision, 1 to accept and 0 to reject; NaN where it gave none."""

    def where(self, kept: Truth) -> Verdicts:
        """The same for some of the papers; `kept` is (n,)."""
        papers = tuple(paper for paper, keep in zip(self.papers, kept, strict=True) if keep)
        parts = (self.accepted[kept], self.human[kept], self.overall[kept], self.decision[kept])
        return Verdicts(self.name, papers, *parts)

    def of(self, papers: set[str]) -> Verdicts:
        """The same for some of the papers, by identifier."""
        return self.where(np.array([paper in papers for paper in self.papers], bool))


@dataclass(frozen=True)
class Coverage:
    """What was left out when a file of reviews met the ratings."""

    unrated: int
    """Reviews of papers that the ratings do not hold."""
    unreviewed: int
    """Rated papers without a review."""
    failed: int
    """Of those, papers with an empty row."""


def match(reviews: ReviewSet, ratings: RatingSet) -> tuple[Verdicts, Coverage]:
    """Bring the reviews and the ratings together by identifier.

    Raises:
        UserError: they have no paper in common, or the conference accepted or rejected all of those.
    """
    common = [paper for paper in ratings.papers if paper in reviews.reviews]
    if not common:
        mine, theirs = next(iter(reviews.reviews)), next(iter(ratings.papers))
        raise UserError(
            f"{reviews.path}: none of its {len(reviews.reviews)} papers is among the {len(ratings.papers)} rated ones; "
            f"the reviews begin with {mine!r}, the ratings with {theirs!r}"
        )
    rated = [ratings.papers[paper] for paper in common]
    given = [reviews.reviews[paper] for paper in common]
    verdicts = Verdicts(
        name=reviews.name,
        papers=tuple(common),
        accepted=np.array([rating.accepted for rating in rated], bool),
        human=_floats([rating.mean for rating in rated]),
        overall=_floats([review.overall for review in given]),
        decision=_floats([review.accepted for review in given]),
    )
    need_both_classes(verdicts.accepted, str(reviews.path))
    unreviewed = len(ratings.papers) - len(common)
    return verdicts, Coverage(len(reviews.reviews) - len(common), unreviewed, reviews.empty)


def need_both_classes(accepted: Truth, source: str) -> None:
    """Refuse papers of one class only: neither rate nor curve is defined on them.

    Raises:
        UserError: all were accepted, or all were rejected.
    """
    if accepted.all() or not accepted.any():
        what = "accepted" if accepted.any() else "rejected"
        raise UserError(f"{source}: the conference {what} all {len(accepted)} papers; the benchmark needs both kinds")


def _floats(values: list[float | None] | list[bool | None]) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values], float)
