"""Baselines: all reject, and one random human reviewer."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from tools.reviewer_bench.evaluation import all_reject, random_human
from tools.reviewer_bench.ratings import PaperRating, read_ratings

PAPERS = [
    PaperRating("a1", (8.0, 6.0), True),
    PaperRating("a2", (6.0, 5.0, 6.0), True),
    PaperRating("r1", (3.0, 3.0), False),
    PaperRating("r2", (6.0, 5.0, 3.0), False),
]


def test_rejecting_all_papers_is_right_on_rejected_ones() -> None:
    values = {name: e.value for name, e in all_reject(PAPERS, seed=0, resamples=50).metrics.items()}
    assert values == {
        "balanced_accuracy": 0.5, "accuracy": 0.5, "f1": 0.0, "auc_decision": 0.5, "fpr": 0.0, "fnr": 1.0,
    }  # fmt: skip


def test_a_random_human_is_the_mean_over_all_choices_of_reviewers() -> None:
    truth = [paper.accepted for paper in PAPERS]
    choices = list(itertools.product(*(paper.scores for paper in PAPERS)))
    row = random_human(PAPERS, 6, seed=0, resamples=50)
    assert row and row.papers == 4
    rates = [balanced_accuracy_score(truth, np.array(choice) >= 6) for choice in choices]
    assert row.metrics["balanced_accuracy"].value == pytest.approx(np.mean(rates))
    areas = [roc_auc_score(truth, choice) for choice in choices]
    assert row.metrics["auc_score"].value == pytest.approx(np.mean(areas))
    assert row.metrics["fnr"].value == pytest.approx(1 / 6)  # a2's second reviewer, one of three, in one of two papers
    assert row.metrics["fpr"].value == pytest.approx(1 / 6)


def test_a_random_human_is_correlated_with_the_other_reviewers() -> None:
    # two reviewers of each paper who always differ by chance: with themselves in the mean, r would be high
    rng = np.random.default_rng(2)
    papers = [PaperRating(str(n), (float(rng.normal()), float(rng.normal())), n % 2 == 0) for n in range(400)]
    row = random_human(papers, 0, seed=0, resamples=50)
    assert row and abs(row.metrics["pearson"].value or 1) < 0.15


def test_papers_with_one_reviewer_are_left_out(ratings: Path) -> None:
    row = random_human(list(read_ratings(ratings).papers.values()), 6, seed=0, resamples=50)
    assert row and row.papers == 5


def test_the_human_baseline_needs_two_reviewers_for_papers_of_both_kinds() -> None:
    alone = [PaperRating("a", (8.0,), True), PaperRating("r", (3.0,), False)]
    assert random_human(alone, 6, seed=0) is None
    assert random_human([PAPERS[0], PaperRating("r", (3.0,), False)], 6, seed=0) is None


def test_on_iclr_2022_a_random_human_beats_chance(published: Path) -> None:
    row = random_human(list(read_ratings(published / "iclr2022_ratings.tsv").papers.values()), 6, seed=0, resamples=200)
    assert row and row.papers == 500
    assert 0.74 < (row.metrics["balanced_accuracy"].low or 0) < (row.metrics["balanced_accuracy"].high or 0) < 0.8
