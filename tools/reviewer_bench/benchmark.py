"""The benchmark as a whole: files in, every number of the report out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from tools.errors import UserError
from tools.reviewer_bench.bootstrap import RESAMPLES
from tools.reviewer_bench.comparison import ReviewerComparison, compare
from tools.reviewer_bench.evaluation import Evaluation, MetricRow, all_reject, evaluate, random_human
from tools.reviewer_bench.matching import Coverage, match
from tools.reviewer_bench.ratings import read_ratings
from tools.reviewer_bench.reviews import ReviewSet, read_reviews

THRESHOLD = 6.0


@dataclass(frozen=True)
class Benchmark:
    """Every number of a report."""

    ratings: Path
    rated: int
    undecided: int
    """Papers of the ratings without a decision."""
    papers: int
    """Papers that at least one reviewer judged; the baselines are measured on them."""
    accepted: int
    threshold: float
    human_threshold: float
    seed: int
    resamples: int
    evaluations: tuple[Evaluation, ...]
    """In the order given, the control last."""
    coverage: dict[str, Coverage]
    control: str
    """The name of the one-prompt control; empty without."""
    all_reject: MetricRow
    random_human: MetricRow | None
    comparisons: tuple[ReviewerComparison, ...]


def run_benchmark(
    ratings_path: Path,
    review_paths: Sequence[Path],
    control: Path | None = None,
    threshold: float = THRESHOLD,
    human_threshold: float = THRESHOLD,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Benchmark:
    """Measure each file of reviews against the ratings, the baselines beside them, and every pair of files.

    Args:
        control: reviews of the same papers by one plain prompt to the same model, what a panel has to beat.
        threshold: of the reviewers' score; each other threshold is measured too.
        human_threshold: of the human scores, for the random human reviewer.

    Raises:
        UserError: a file cannot be read or does not fit the others.
    """
    for name, value in (("threshold", threshold), ("human threshold", human_threshold)):
        if not math.isfinite(value):
            raise UserError(f"{name} {value}: has to be a number")
    ratings = read_ratings(ratings_path)
    paths = [*review_paths, *([control] if control else [])]
    if not paths:
        raise UserError("no reviews to measure; name a file with --reviews")
    sets = _named(paths)
    matched = [match(reviews, ratings) for reviews in sets]
    evaluations = [evaluate(verdicts, threshold, seed, resamples) for verdicts, _ in matched]
    seen = {paper for verdicts, _ in matched for paper in verdicts.papers}
    judged = [rating for paper, rating in ratings.papers.items() if paper in seen]
    pairs = combinations([verdicts for verdicts, _ in matched], 2)
    return Benchmark(
        ratings=ratings_path,
        rated=len(ratings.papers),
        undecided=ratings.undecided,
        papers=len(judged),
        accepted=sum(rating.accepted for rating in judged),
        threshold=threshold,
        human_threshold=human_threshold,
        seed=seed,
        resamples=resamples,
        evaluations=tuple(evaluations),
        coverage={verdicts.name: coverage for verdicts, coverage in matched},
        control=sets[-1].name if control else "",
        all_reject=all_reject(judged, seed, resamples),
        random_human=random_human(judged, human_threshold, seed, resamples),
        comparisons=tuple(found for a, b in pairs for found in compare(a, b, threshold, seed, resamples)),
    )


def _named(paths: Sequence[Path]) -> list[ReviewSet]:
    """The files read, each under a name of its own."""
    resolved = [path.resolve() for path in paths]
    if twice := [path for path, where in zip(paths, resolved, strict=True) if resolved.count(where) > 1]:
        raise UserError(f"{twice[0]}: given twice; each file of reviews is measured once, the control too")
    sets = [read_reviews(path) for path in paths]
    count = Counter(reviews.name for reviews in sets)
    sets = [replace(s, name=f"{s.path.parent.name}/{s.name}") if count[s.name] > 1 else s for s in sets]
    count = Counter(reviews.name for reviews in sets)
    return [replace(s, name=str(s.path)) if count[s.name] > 1 else s for s in sets]
