"""The published rows of The AI Scientist's reviewer, from its published reviews."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.reviewer_bench.evaluation import MetricRow, decisions, evaluate
from tools.reviewer_bench.matching import Verdicts, match
from tools.reviewer_bench.ratings import read_ratings
from tools.reviewer_bench.reviews import read_reviews

PANEL = "gpt-4o-2024-05-13_temp_0_1_fewshot_1_reflect_5_ensemble_5_pages_all.csv"
ONE_PROMPT = "gpt-4o-2024-05-13_temp_0_1_pages_all.csv"
NAMES = ("balanced_accuracy", "accuracy", "f1", "auc_decision", "fpr", "fnr")


def verdicts(folder: Path, name: str) -> Verdicts:
    found, coverage = match(read_reviews(folder / name), read_ratings(folder / "iclr2022_ratings.tsv"))
    assert (coverage.unrated, coverage.unreviewed, coverage.failed) == (0, 0, 0)
    return found


def printed(row: MetricRow) -> list[float]:
    return [round(row.metrics[name].value or 0.0, 2) for name in NAMES]


def half_widths(row: MetricRow) -> list[float]:
    estimates = [row.metrics[name] for name in NAMES]
    return [round(((e.high or 0.0) - (e.low or 0.0)) / 2, 2) for e in estimates]


def test_all_500_papers_count_and_184_of_them_were_accepted(published: Path) -> None:
    found = verdicts(published, PANEL)
    assert (len(found.papers), int(found.accepted.sum())) == (500, 184)
    assert np.isfinite(found.overall).all() and np.isfinite(found.decision).all()


def test_the_published_row_overall_at_least_6(published: Path) -> None:
    found = verdicts(published, PANEL)
    row = decisions("Overall ≥ 6", found.accepted, found.overall >= 6, seed=0)
    assert printed(row) == [0.65, 0.66, 0.57, 0.65, 0.31, 0.39]
    assert half_widths(row) == [0.04, 0.04, 0.05, 0.04, 0.05, 0.07]  # as published beside them


def test_the_published_row_by_the_decision_field(published: Path) -> None:
    found = verdicts(published, PANEL)
    row = decisions("Decision", found.accepted, found.decision == 1, seed=0)
    assert printed(row) == [0.60, 0.70, 0.37, 0.60, 0.04, 0.76]


@pytest.mark.parametrize(
    ("name", "threshold", "row"),
    [
        (PANEL, 5, [0.61, 0.53, 0.59, 0.61, 0.68, 0.09]),
        (PANEL, 7, [0.55, 0.66, 0.25, 0.55, 0.05, 0.85]),
        (PANEL, 8, [0.51, 0.64, 0.02, 0.51, 0.00, 0.99]),
        (ONE_PROMPT, 5, [0.55, 0.52, 0.51, 0.55, 0.56, 0.33]),
        (ONE_PROMPT, 6, [0.58, 0.56, 0.52, 0.58, 0.49, 0.35]),
        (ONE_PROMPT, 8, [0.52, 0.64, 0.08, 0.52, 0.01, 0.96]),
    ],
)
def test_the_other_thresholds_that_the_original_lists(
    published: Path, name: str, threshold: int, row: list[float]
) -> None:
    found = evaluate(verdicts(published, name), 6, seed=0, resamples=1)
    assert printed(found.by_threshold[threshold]) == row


def test_the_one_prompt_file_by_the_decision_field(published: Path) -> None:
    by_decision = evaluate(verdicts(published, ONE_PROMPT), 6, seed=0, resamples=1).by_decision
    assert by_decision and printed(by_decision) == [0.58, 0.66, 0.40, 0.58, 0.15, 0.68]


def test_pearsons_r_and_the_r2_that_the_original_plots(published: Path) -> None:
    score = evaluate(verdicts(published, PANEL), 6, seed=0, resamples=1).score
    r = score and score.metrics["pearson"].value
    assert r and (round(r, 2), round(r**2, 2)) == (0.42, 0.18)
