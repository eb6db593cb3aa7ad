"""What the numbers of a result mean, and how they are printed."""

from __future__ import annotations

import math
import random

import pytest
from scipy import stats

from tools.evidence.formatting import format_exact, format_p_value, format_percent, format_value
from tools.evidence.statistics import (
    Values,
    detectable_effect,
    has_spread,
    hedges_g,
    holm,
    mean,
    paired_difference,
    smallest_difference,
    standard_error,
    t_interval,
    welch_difference,
)

ONE_SEED = [0.82]
SEEDS = [2.0, 4.0, 9.0]


def welch_p(values: Values, baseline: Values) -> float | None:
    found = welch_difference(values, baseline)
    return found.p_value if found else None


def test_the_standard_error_divides_the_sample_deviation_by_the_root_of_n() -> None:
    assert mean(SEEDS) == 5.0
    assert standard_error(SEEDS) == pytest.approx(math.sqrt(13) / math.sqrt(3))  # s^2 = (9 + 1 + 16) / 2


def test_the_interval_is_students() -> None:
    low, high = t_interval(SEEDS) or pytest.fail("three seeds have an interval")
    assert (low + high) / 2 == pytest.approx(5.0)
    assert high - 5.0 == pytest.approx(4.302653 * math.sqrt(13 / 3), rel=1e-6)  # t(0.975, 2) from a printed table


def test_one_seed_has_no_error_no_interval_no_test_and_no_noise_floor() -> None:
    assert standard_error(ONE_SEED) is None
    assert t_interval(ONE_SEED) is None
    assert welch_p(ONE_SEED, SEEDS) is None
    assert welch_p(SEEDS, ONE_SEED) is None
    assert smallest_difference(ONE_SEED) is None


def test_seeds_without_any_spread_tell_nothing_about_chance() -> None:
    same = [0.1, 0.1, 0.1]
    assert not has_spread(same)
    assert standard_error([5.0, 5.0]) == 0.0
    assert welch_p(same, [0.2, 0.2, 0.2]) is None
    assert smallest_difference(same) is None
    assert welch_p(same, [0.2, 0.3, 0.25]) is not None


def test_welchs_test_by_hand() -> None:
    a, b = [10.0, 12.0, 14.0], [20.0, 21.0, 25.0, 30.0]
    first, second = 4.0 / 3, (16 + 9 + 1 + 36) / 3 / 4
    t = (12 - 24) / math.sqrt(first + second)
    freedom = (first + second) ** 2 / (first**2 / 2 + second**2 / 3)
    assert welch_p(a, b) == pytest.approx(2 * stats.t.sf(abs(t), freedom))


def test_two_runs_that_differ_by_the_noise_floor_are_just_significant() -> None:
    floor = smallest_difference(SEEDS)
    assert floor is not None
    assert welch_p([v + floor for v in SEEDS], SEEDS) == pytest.approx(0.05)


@pytest.mark.parametrize("n", [2, 3, 10])
def test_differences_agree_with_scipy(n: int) -> None:
    source = random.Random(n)
    a, b = ([source.gauss(mean, 1) for _ in range(n)] for mean in (0.0, 0.5))
    for found, expected in (
        (welch_difference(a, b), stats.ttest_ind(a, b, equal_var=False)),
        (paired_difference(a, b), stats.ttest_rel(a, b)),
    ):
        assert found is not None
        assert found.p_value == pytest.approx(expected.pvalue)
        assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_an_equivalence_test_by_hand() -> None:
    a, b = [1.0, 1.1, 0.9, 1.0, 1.05], [1.02, 1.08, 0.93, 1.01, 1.0]
    found = paired_difference(a, b) or pytest.fail("five pairs have a test")
    sides = [
        stats.ttest_1samp([x - y for x, y in zip(a, b, strict=True)], bound, alternative=side).pvalue
        for bound, side in ((-0.1, "greater"), (0.1, "less"))
    ]
    assert found.equivalence_p(0.1) == pytest.approx(max(sides))
    assert found.equivalence_p(1e-6) > 0.4


def test_a_difference_that_is_the_same_for_every_seed_has_no_test() -> None:
    assert paired_difference([0.9, 0.7], [0.8, 0.6]) is None  # the differences differ by 1e-16
    assert paired_difference(ONE_SEED, [0.5]) is None
    assert welch_difference([0.3, 0.1 + 0.2], [0.1, 0.1]) is None


def test_the_effect_size_by_hand() -> None:
    assert hedges_g([2.0, 4.0, 6.0], [1.0, 3.0, 5.0]) == pytest.approx(1 / 2 * (1 - 3 / 15))
    assert hedges_g(ONE_SEED, SEEDS) is None
    assert hedges_g([1.0, 1.0], [2.0, 2.0]) is None


def test_holms_method_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.01, 0.04], tests=4) == pytest.approx([0.04, 0.12])
    assert holm([0.4, 0.9]) == pytest.approx([0.8, 0.9])
    assert holm([]) == []


def test_chance_alone_is_called_significant_about_one_time_in_twenty() -> None:
    source = random.Random(7)
    pairs = [([source.gauss(0, 1) for _ in range(3)], [source.gauss(0, 1) for _ in range(3)]) for _ in range(1000)]
    found = sum((welch_p(a, b) or 1) < 0.05 for a, b in pairs)
    assert 15 <= found <= 65  # Welch's test is a little conservative with three seeds


@pytest.mark.parametrize(
    ("value", "error", "printed"),
    [
        (0.82143, 0.0312, "0.82 ± 0.03"),
        (0.82143, 0.0182, "0.821 ± 0.018"),
        (2363.4, 1694.0, "2400 ± 1700"),
        (-0.5, 0.02, "−0.50 ± 0.02"),
        (7500.0, 0.0, "7500 ± 0"),
        (0.35409, None, "0.3541"),
        (37.41756, None, "37.42"),
        (0.0, None, "0.000"),
        (1.23e-5, 3e-7, "(1.23 ± 0.03)×10⁻⁵"),
        (1.5e9, None, "1.500×10⁹"),
        (-0.0001, 0.05, "0.00 ± 0.05"),
        (1 / 3, 1e-17, "0.33333333 ± 0.00000000"),
    ],
)
def test_a_value_is_written_to_the_place_of_its_error(value: float, error: float | None, printed: str) -> None:
    assert format_value(value, error) == printed


def test_a_table_can_share_one_power_of_ten() -> None:
    assert format_value(1.23e-5, 3e-7, exponent=-4) == "0.123 ± 0.003"


@pytest.mark.parametrize(
    ("fraction", "printed"),
    [(0.1234, "12.3%"), (-0.417, "41.7%"), (0.0042, "0.42%"), (0.0305, "3.0%"), (1.5, "150%"), (21.504, "2150%")],
)
def test_percentages(fraction: float, printed: str) -> None:
    assert format_percent(fraction) == printed


def test_p_values() -> None:
    assert [format_p_value(p) for p in (0.0004, 0.0041, 0.049, 0.2345, 1.0)] == [
        "p < 0.001", "p = 0.004", "p = 0.049", "p = 0.23", "p = 1.00",
    ]  # fmt: skip


def test_settings_keep_all_their_digits() -> None:
    assert [format_exact(v) for v in (0.003, 1e-08, -2.5e-07, 128, -1, 1e22, 0.1 + 0.2)] == [
        "0.003", "1×10⁻⁸", "−2.5×10⁻⁷", "128", "−1", "1×10²²", "0.30000000000000004",
    ]  # fmt: skip


def test_the_detectable_effect_is_where_a_paired_test_becomes_significant() -> None:
    """Differences with mean m and standard deviation 1 have p = alpha / tests at the effect."""
    effect = detectable_effect(3, 12, 0.025)
    assert effect is not None
    spread = [-1.0, 0.0, 1.0]
    p = paired_difference([effect + each for each in spread], [0.0, 0.0, 0.0])
    assert p is not None and p.p_value == pytest.approx(0.025 / 12, rel=1e-6)
    assert detectable_effect(1, 12, 0.025) is None
