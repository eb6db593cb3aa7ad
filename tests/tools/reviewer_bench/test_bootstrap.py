"""Bootstrap intervals: reproducible, stratified, with the stated coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tools.reviewer_bench.bootstrap import Estimate, estimate, estimate_each, resampled
from tools.reviewer_bench.matching import Floats
from tools.reviewer_bench.metrics import Values, decision_metrics

ACCEPTED = np.arange(20) < 7


def share(weights: Floats) -> Values:
    return {"share": (weights @ (np.arange(20) % 3 == 0)) / weights.sum(axis=1)}


def test_every_resample_has_as_many_accepted_and_rejected_papers_as_the_sample() -> None:
    weights = np.concatenate(list(resampled(ACCEPTED, seed=0, resamples=300)))
    assert weights.shape == (300, 20)
    assert (weights[:, ACCEPTED].sum(axis=1) == 7).all() and (weights[:, ~ACCEPTED].sum(axis=1) == 13).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(20), abs=0.25)  # every paper as likely as the next


def test_blocks_add_up_to_the_number_of_resamples() -> None:
    accepted = np.arange(300_000) < 150_000
    assert [len(block) for block in resampled(accepted, seed=0, resamples=3)] == [1, 1, 1]


def test_the_seed_determines_the_interval() -> None:
    first, again, other = (estimate(ACCEPTED, share, seed, 500)["share"] for seed in (0, 0, 1))
    assert first == again != other
    assert first.value == 7 / 20


def test_several_statistics_share_their_resamples() -> None:
    found = estimate_each(ACCEPTED, {"a": share, "b": share}, 0, 200)
    assert found["a"] == found["b"] == estimate(ACCEPTED, share, 0, 200)


def test_undefined_values_are_none_and_undefined_resamples_are_left_out() -> None:
    def sometimes(weights: Floats) -> Values:
        kept = weights[:, 0] > 0
        return {"never": np.full(len(weights), np.nan), "some": np.where(kept, 2.0, np.nan)}

    found = estimate(ACCEPTED, sometimes, 0, 100)
    assert found["never"] == Estimate(None, None, None)
    assert found["some"] == Estimate(2.0, 2.0, 2.0)


def test_the_interval_equals_that_of_scipys_bootstrap() -> None:
    rng = np.random.default_rng(5)
    accepted = np.arange(200) < 80
    predicted = rng.random(200) < np.where(accepted, 0.7, 0.3)

    def fnr(weights: Floats) -> Values:
        return {"fnr": decision_metrics(accepted, predicted, weights)["fnr"]}

    mine = estimate(accepted, fnr, 0, 4_000)["fnr"]
    theirs = stats.bootstrap(
        (~predicted[:80] * 1.0,), np.mean, n_resamples=4_000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=0.015)


def test_about_95_of_100_intervals_contain_the_true_value() -> None:
    rng = np.random.default_rng(11)
    accepted = np.arange(150) < 60
    chance, truth = np.where(accepted, 0.65, 0.30), (0.65 + 0.70) / 2
    held = 0
    for _ in range(200):
        predicted = rng.random(150) < chance
        found = estimate(accepted, lambda w, p=predicted: decision_metrics(accepted, p, w), 0, 300)["balanced_accuracy"]
        assert found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
    assert 178 <= held <= 198  # 190 expected, standard deviation 3


@pytest.mark.parametrize(
    ("interval", "significant"), [((0.01, 0.2), True), ((-0.2, -0.01), True), ((-0.1, 0.1), False), ((0.0, 0.1), False)]
)
def test_a_difference_is_significant_if_its_interval_excludes_zero(
    interval: tuple[float, float], significant: bool
) -> None:
    assert Estimate(0.1, *interval).excludes_zero is significant
    assert not Estimate(None, None, None).excludes_zero
