"""Paired comparison of two reviewers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tools.reviewer_bench.comparison import compare, mcnemar
from tools.reviewer_bench.matching import Verdicts


def verdicts(name: str, overall: list[float], accepted: list[bool] | None = None) -> Verdicts:
    truth = np.array(accepted if accepted is not None else [True] * 10 + [False] * 10)
    scores = np.array(overall)
    return Verdicts(
        name=name,
        papers=tuple(f"p{n}" for n in range(len(truth))),
        accepted=truth,
        human=np.linspace(8, 3, len(truth)),
        overall=scores,
        decision=np.where(np.isnan(scores), np.nan, scores >= 7),
    )


GOOD = verdicts("good", [8.0] * 9 + [3.0] + [3.0] * 8 + [8.0] * 2)
BAD = verdicts("bad", [8.0] * 4 + [3.0] * 6 + [3.0] * 5 + [8.0] * 5)


def test_mcnemars_exact_test_by_hand() -> None:
    assert mcnemar(8, 2) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert mcnemar(0, 0) == mcnemar(5, 5) == 1.0


def test_the_difference_is_first_minus_second_and_the_pairs_are_counted() -> None:
    by_decision, by_score = compare(GOOD, BAD, 6, seed=0, resamples=400)
    assert (by_decision.rule, by_score.rule) == ("Decision", "Overall ≥ 6")
    assert (by_score.only_first, by_score.only_second) == (8, 0)
    assert by_score.p == pytest.approx(2 / 2**8)
    assert by_score.differences["balanced_accuracy"].value == pytest.approx((0.9 + 0.8) / 2 - (0.4 + 0.5) / 2)
    assert by_score.differences["balanced_accuracy"].excludes_zero
    assert "pearson" in by_score.differences and "pearson" not in by_decision.differences


def test_swapping_the_reviewers_flips_the_sign() -> None:
    one, two = compare(GOOD, BAD, 6, 0, 200)[1], compare(BAD, GOOD, 6, 0, 200)[1]
    a, b = one.differences["accuracy"], two.differences["accuracy"]
    assert (a.value, a.low, a.high) == pytest.approx((-(b.value or 0), -(b.high or 0), -(b.low or 0)))


def test_a_reviewer_does_not_differ_from_its_copy() -> None:
    for comparison in compare(GOOD, replace(GOOD, name="copy"), 6, 0, 100):
        assert comparison.p == 1.0
        assert all((d.value, d.low, d.high) == (0, 0, 0) for d in comparison.differences.values())


def test_only_papers_with_both_reviews_count() -> None:
    some = BAD.of({f"p{n}" for n in range(5, 15)})
    missing = replace(some, overall=np.where(np.arange(10) == 0, np.nan, some.overall))
    by_decision, by_score = compare(GOOD, missing, 6, 0, 100)
    assert (by_decision.papers, by_score.papers) == (10, 9)


def test_common_papers_of_one_kind_are_not_compared() -> None:
    assert compare(GOOD, BAD.of({"p0", "p1"}), 6, 0, 100) == []
    assert compare(GOOD, BAD.of(set()), 6, 0, 100) == []


def test_pairing_finds_differences_that_separate_intervals_miss() -> None:
    # both reviewers err on the same papers, the second on a few more
    rng = np.random.default_rng(1)
    truth = [True] * 100 + [False] * 100
    first = np.where(rng.random(200) < 0.7, truth, ~np.array(truth))
    second = first.copy()
    worse = rng.choice(np.flatnonzero(first == truth), 10, replace=False)
    second[worse] = ~second[worse]
    a, b = (verdicts(name, [8.0 if x else 3.0 for x in v], truth) for name, v in (("a", first), ("b", second)))
    found = compare(a, b, 6, 0, 400)[1]
    assert found.differences["accuracy"].excludes_zero and found.p < 0.01


def test_the_published_panel_against_the_one_prompt_file(published: Path) -> None:
    from tools.reviewer_bench.matching import match
    from tools.reviewer_bench.ratings import read_ratings
    from tools.reviewer_bench.reviews import read_reviews

    rated = read_ratings(published / "iclr2022_ratings.tsv")
    panel, one = (match(read_reviews(path), rated)[0] for path in sorted(published.glob("*.csv")))
    by_decision, by_score = compare(panel, one, 6, seed=0, resamples=1_000)
    assert (by_score.only_first, by_score.only_second) == (117, 66) and by_score.p < 0.001
    assert by_score.differences["balanced_accuracy"].excludes_zero
    assert (by_decision.only_first, by_decision.only_second) == (64, 44) and by_decision.p > 0.05
