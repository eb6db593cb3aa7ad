"""Metrics: by hand, against scikit-learn and SciPy on explicit resamples, against counted pairs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sklearn

from tools.reviewer_bench.matching import Floats, Truth
from tools.reviewer_bench.metrics import OF_DECISIONS, OF_SCORES, area_under_roc, decision_metrics, score_metrics

ACCEPTED = np.array([True, True, True, False, False])


def once(values: Truth | Floats) -> Floats:
    return np.ones((1, len(values)))


@st.composite
def conferences(draw: st.DrawFn) -> tuple[Truth, Floats, Floats, Floats]:
    """Decisions of both kinds, scores with ties, human means, and how often each paper was drawn."""
    n = draw(st.integers(2, 12))
    accepted = np.array([True, False, *draw(st.lists(st.booleans(), min_size=n - 2, max_size=n - 2))])
    score = st.sampled_from([1.0, 3.0, 5.0, 5.5, 6.0, 8.0])
    scores, human = (np.array(draw(st.lists(score, min_size=n, max_size=n))) for _ in range(2))
    weights = np.array([draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))], float)
    weights[0, :2] += 1  # both kinds drawn
    return accepted, scores, human, weights


def test_decisions_by_hand() -> None:
    found = decision_metrics(ACCEPTED, np.array([True, True, False, True, False]), once(ACCEPTED))
    assert {name: value[0] for name, value in found.items()} == pytest.approx(
        {
            "balanced_accuracy": (2 / 3 + 1 / 2) / 2,
            "accuracy": 3 / 5,
            "f1": 2 / 3,  # precision 2/3, recall 2/3
            "auc_decision": 7 / 12,
            "fpr": 1 / 2,
            "fnr": 1 / 3,
        }
    )
    assert list(found) == list(OF_DECISIONS)


def test_rejecting_everything_has_an_f1_of_zero() -> None:
    found = decision_metrics(ACCEPTED, np.zeros(5, bool), once(ACCEPTED))
    assert (found["f1"][0], found["balanced_accuracy"][0], found["fpr"][0], found["fnr"][0]) == (0, 0.5, 0, 1)


def test_area_by_hand_with_a_tie() -> None:
    # pairs: 8>6, 8>3, 6=6, 6>3, 2<6, 2<3 -> (3 + 1/2) of 6
    assert area_under_roc(ACCEPTED, np.array([8.0, 6.0, 2.0, 6.0, 3.0]), once(ACCEPTED))[0] == pytest.approx(3.5 / 6)


def test_spearman_by_hand() -> None:
    # ranks 1 2 3.5 3.5 5 against 2 1 3 4 5: sum of d^2 is 1 + 1 + .25 + .25, one tie of two
    scores, human = np.array([1.0, 2.0, 3.0, 3.0, 9.0]), np.array([4.0, 3.0, 5.0, 6.0, 7.0])
    found = score_metrics(ACCEPTED, scores, human, once(ACCEPTED))
    assert found["spearman"][0] == pytest.approx(8.5 / math.sqrt(9.5 * 10))
    assert list(found) == list(OF_SCORES)


@settings(max_examples=40, deadline=None)
@given(conferences())
def test_a_resample_equals_scikit_learn_and_scipy_on_repeated_papers(
    case: tuple[Truth, Floats, Floats, Floats],
) -> None:
    accepted, scores, human, weights = case
    papers = np.repeat(np.arange(len(accepted)), weights[0].astype(int))
    truth, score, mean = accepted[papers], scores[papers], human[papers]
    predicted = score >= 5.5
    tn, fp, fn, tp = sklearn.confusion_matrix(truth, predicted, labels=[False, True]).ravel()
    found = decision_metrics(accepted, scores >= 5.5, weights)
    expected = {
        "balanced_accuracy": sklearn.balanced_accuracy_score(truth, predicted),
        "accuracy": sklearn.accuracy_score(truth, predicted),
        "f1": sklearn.f1_score(truth, predicted, zero_division=0),
        "auc_decision": sklearn.roc_auc_score(truth, predicted),
        "fpr": fp / (fp + tn),
        "fnr": fn / (fn + tp),
    }
    of_scores = score_metrics(accepted, scores, human, weights)
    expected["auc_score"] = sklearn.roc_auc_score(truth, score)
    if len(set(score)) > 1 and len(set(mean)) > 1:
        expected |= {"pearson": stats.pearsonr(score, mean)[0], "spearman": stats.spearmanr(score, mean)[0]}
    else:
        assert np.isnan([of_scores["pearson"][0], of_scores["spearman"][0]]).all()
    assert {name: (found | of_scores)[name][0] for name in expected} == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(conferences())
def test_the_area_is_the_share_of_correctly_ordered_pairs(case: tuple[Truth, Floats, Floats, Floats]) -> None:
    accepted, scores, _, weights = case
    papers = np.repeat(np.arange(len(accepted)), weights[0].astype(int))
    pairs = list(itertools.product(scores[papers][accepted[papers]], scores[papers][~accepted[papers]]))
    share = sum((a > r) + (a == r) / 2 for a, r in pairs) / len(pairs)
    assert area_under_roc(accepted, scores, weights)[0] == pytest.approx(share)


def test_vectorized_resamples_equal_single_ones() -> None:
    rng = np.random.default_rng(3)
    accepted, scores, human = rng.random(30) < 0.4, rng.integers(1, 9, 30) * 1.0, rng.normal(5, 1, 30)
    weights = rng.integers(0, 3, (7, 30)) * 1.0
    together = score_metrics(accepted, scores, human, weights)
    for row in range(7):
        alone = score_metrics(accepted, scores, human, weights[row : row + 1])
        assert {k: v[row] for k, v in together.items()} == pytest.approx({k: v[0] for k, v in alone.items()})


def test_a_paper_without_human_scores_counts_for_the_area_only() -> None:
    scores, human = np.array([8.0, 6.0, 2.0, 6.0, 3.0]), np.array([7.0, 5.0, np.nan, 5.0, 4.0])
    found = score_metrics(ACCEPTED, scores, human, once(ACCEPTED))
    assert found["auc_score"][0] == pytest.approx(3.5 / 6)
    known = np.isfinite(human)
    assert found["pearson"][0] == pytest.approx(stats.pearsonr(scores[known], human[known])[0])


def test_without_human_scores_or_variance_there_is_no_correlation() -> None:
    scores = np.array([8.0, 6.0, 2.0, 6.0, 3.0])
    for mine, human in ((scores, np.full(5, np.nan)), (np.full(5, 0.1), scores), (scores, np.full(5, 1 / 3))):
        found = score_metrics(ACCEPTED, mine, human, once(ACCEPTED))
        assert np.isnan(found["pearson"][0]) and np.isnan(found["spearman"][0])
