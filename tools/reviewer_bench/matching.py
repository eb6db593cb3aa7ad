"""Match the verdicts of a reviewer with those of the conference."""

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
    """The n papers that both a reviewer and the conference judged, in the order of the ratings."""

    name: str
    papers: tuple[str, ...]
    accepted: Truth
    """(n,) the conference's decision."""
    human: Floats
    """(n,) the mean human score; NaN if there are no scores."""
    overall: Floats
    """(n,) the reviewer's overall score; NaN if missing."""
    decision: Floats
    """(n,) the reviewer's decision, 1 for accept and 0 for reject; NaN if missing."""

    def where(self, kept: Truth) -> Verdicts:
        """Return the verdicts on some of the papers; `kept` is (n,)."""
        papers = tuple(paper for paper, keep in zip(self.papers, kept, strict=True) if keep)
        parts = (self.accepted[kept], self.human[kept], self.overall[kept], self.decision[kept])
        return Verdicts(self.name, papers, *parts)

    def of(self, papers: set[str]) -> Verdicts:
        """Return the verdicts on some of the papers, by identifier."""
        return self.where(np.array([paper in papers for paper in self.papers], bool))


@dataclass(frozen=True)
class Coverage:
    """How many papers were left out when reviews were matched with ratings."""

    unrated: int
    """Reviews of unrated papers."""
    unreviewed: int
    """Rated papers without a review."""
    failed: int
    """Papers among those with an empty row."""


def match(reviews: ReviewSet, ratings: RatingSet) -> tuple[Verdicts, Coverage]:
    """Match reviews and ratings by identifier.

    Raises:
        UserError: they have no paper in common, or the conference accepted or rejected all common papers.
    """
    common = [paper for paper in ratings.papers if paper in reviews.reviews]
    if not common:
        mine, theirs = next(iter(reviews.reviews)), next(iter(ratings.papers))
        raise UserError(
            f"{reviews.path}: none of its {len(reviews.reviews)} papers is among the {len(ratings.papers)} rated ones; "
            f"the first reviewed paper is {mine!r}, the first rated one {theirs!r}"
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
    """Check that papers of both classes are present, since no metric is defined otherwise.

    Raises:
        UserError: all were accepted, or all were rejected.
    """
    if accepted.all() or not accepted.any():
        what = "accepted" if accepted.any() else "rejected"
        raise UserError(
            f"{source}: the conference {what} all {len(accepted)} papers; the benchmark needs accepted and rejected ones"
        )


def _floats(values: list[float | None] | list[bool | None]) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values], float)
