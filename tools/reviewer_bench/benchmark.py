"""Compute every number of the report from the files of ratings and reviews."""

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
    """Rated papers without a decision."""
    papers: int
    """Papers with at least one review. The baselines are measured on them."""
    accepted: int
    threshold: float
    human_threshold: float
    seed: int
    resamples: int
    evaluations: tuple[Evaluation, ...]
    """In the order of the files, the control last."""
    coverage: dict[str, Coverage]
    control: str
    """Name of the one-prompt control; empty if there is none."""
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
    """Measure each file of reviews against the ratings, compute the baselines, and compare every pair of files.

    Args:
        control: file of reviews of the same papers by one plain prompt to the same model, the baseline of a panel.
        threshold: on the reviewers' score. Other thresholds are measured too.
        human_threshold: on the human scores, for the random human reviewer.

    Raises:
        UserError: a file cannot be read or does not fit the others.
    """
    for name, value in (("threshold", threshold), ("human threshold", human_threshold)):
        if not math.isfinite(value):
            raise UserError(f"{name} {value}: must be a finite number")
    ratings = read_ratings(ratings_path)
    paths = [*review_paths, *([control] if control else [])]
    if not paths:
        raise UserError("no reviews to measure; give a file with --reviews")
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
    """Read the files, each under a unique name."""
    resolved = [path.resolve() for path in paths]
    if twice := [path for path, where in zip(paths, resolved, strict=True) if resolved.count(where) > 1]:
        raise UserError(f"{twice[0]}: given twice; give each file of reviews once, as --reviews or --control")
    sets = [read_reviews(path) for path in paths]
    count = Counter(reviews.name for reviews in sets)
    sets = [replace(s, name=f"{s.path.parent.name}/{s.name}") if count[s.name] > 1 else s for s in sets]
    count = Counter(reviews.name for reviews in sets)
    return [replace(s, name=str(s.path)) if count[s.name] > 1 else s for s in sets]
