"""What a comparison may claim: one family of confirmatory tests, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.tools.evidence.null_studies import DATASETS, RUNS, claims, simulated_study
from tools.errors import ToolError
from tools.evidence import AnalysisPlan, ComparisonKind, Ledger, Metric, RunRecord, Untested, describe_plan, plan_of

METRICS = {
    "loss": Metric(name="loss", goal="min", unit="bits"),
    "accuracy": Metric(name="accuracy", goal="max"),
    "training_time": Metric(name="training_time", goal="min", unit="s"),
}
PLAN = plan_of(METRICS, METRICS, 2)
BASE = [1.00, 1.10, 0.90, 1.05, 0.95]


def run(number: int, values: list[float], seed: int | None = 0, **fields: object) -> RunRecord:
    metrics = {name: [v + i for v in values] for i, name in enumerate(METRICS)}
    return RunRecord.model_validate(
        {"name": f"run_{number}", "status": "completed", "seed": seed, "values": {"dino": metrics}, **fields}
    )


def study(*others: RunRecord, plan: AnalysisPlan | None = PLAN) -> Ledger:
    return Ledger(METRICS, [run(0, BASE), *others], plan)


LOWER = [v - 0.3 + noise for v, noise in zip(BASE, (0.01, -0.01, 0.02, 0.0, -0.02), strict=True)]


def test_only_the_primary_metric_against_the_baseline_is_confirmatory() -> None:
    ledger = study(run(1, LOWER), run(2, BASE))
    kinds = {address: ledger.compare(address).kind for address in ledger.addresses() if "run_1/" in address}
    assert kinds == {
        "run_1/dino/loss": ComparisonKind.CONFIRMATORY,
        "run_1/dino/accuracy": ComparisonKind.EXPLORATORY,
        "run_1/dino/training_time": ComparisonKind.COST,
    }
    assert ledger.compare("run_1/dino/loss", "run_2").kind is ComparisonKind.EXPLORATORY
    assert claims(ledger) == ["run_1/dino/loss"]
    assert study(run(1, LOWER), plan=None).compare("run_1/dino/accuracy").kind is ComparisonKind.UNPLANNED


def test_p_values_are_adjusted_for_planned_runs_that_were_not_made() -> None:
    alone = study(run(1, LOWER)).compare("run_1/dino/loss")
    assert alone.p_value is not None and alone.adjusted_p is not None
    assert alone.adjusted_p == pytest.approx(2 * 2 * alone.p_value)  # two planned runs, half of the study's level
    both = study(run(1, LOWER), run(2, [*LOWER[:4], 1.2])).compare("run_1/dino/loss")
    assert both.adjusted_p == pytest.approx(alone.adjusted_p)


def test_values_are_paired_only_where_both_runs_share_their_seeds() -> None:
    shared, other = (study(run(1, LOWER, seed)).compare("run_1/dino/loss") for seed in (0, 7))
    assert (shared.paired, other.paired) == (True, False)
    assert (shared.p_value or 1) < (other.p_value or 0)
    assert not study(run(1, LOWER, None)).compare("run_1/dino/loss").paired
    assert not study(run(1, LOWER[:4])).compare("run_1/dino/loss").paired
    assert shared.effect == pytest.approx(other.effect)


def test_same_needs_an_equivalence_test_with_a_margin() -> None:
    near = [v + noise for v, noise in zip(BASE, (0.011, -0.008, 0.006, -0.004, 0.007), strict=True)]
    same = study(run(1, near)).compare("run_1/dino/loss")
    assert same.equivalent and not same.significant
    assert "the same within 5%" in same.change
    noisy = study(run(1, [1.3, 0.8, 1.2, 0.7, 1.05])).compare("run_1/dino/loss")
    assert not noisy.equivalent and not noisy.significant
    narrow = METRICS | {"loss": METRICS["loss"].model_copy(update={"margin": 0.0005})}
    assert not study(run(1, near), plan=plan_of(narrow, narrow, 2)).compare("run_1/dino/loss").equivalent


@pytest.mark.parametrize(
    ("values", "reason", "change"),
    [
        ([0.8], Untested.ONE_SEED, "20.0% lower (not tested, n = 1 and 5)"),
        ([v - 0.1 for v in BASE], Untested.NO_SPREAD, "10.0% lower (not tested, n = 5 pairs)"),
        ([v + 1e-17 for v in BASE], Untested.NO_SPREAD, "no change (n = 5 pairs)"),
        ([1.0 + 1e-9], Untested.ONE_SEED, "no change (n = 1 and 5)"),
    ],
)
def test_why_a_comparison_is_not_tested(values: list[float], reason: Untested, change: str) -> None:
    comparison = study(run(1, values)).compare("run_1/dino/loss")
    assert (comparison.untested, comparison.significant, comparison.equivalent) == (reason, False, False)
    assert comparison.change == change


def test_rounding_noise_is_no_difference() -> None:
    baseline = RunRecord(name="run_0", status="completed", values={"cifar": {"acc": [0.4, 0.41, 0.39]}})
    other = RunRecord(name="run_1", status="completed", values={"cifar": {"acc": [0.4]}})
    comparison = Ledger({}, [baseline, other]).compare("run_1/cifar/acc")
    assert (comparison.direction, comparison.change) == ("equal", "no change (n = 1 and 3)")


def test_intervals_and_effect_sizes_are_printed() -> None:
    ledger = study(run(1, LOWER))
    assert ledger.compare("run_1/dino/loss").change == (
        "30.0% lower (better, 95% CI −0.320 to −0.280, g = −3.5, adjusted p < 0.001, n = 5 pairs)"
    )
    assert ledger.compare("run_1/dino/accuracy").change == (
        "15.0% lower (exploratory, 95% CI −0.320 to −0.280, g = −3.5, n = 5 pairs)"
    )
    assert ledger.compare("run_1/dino/training_time").change == "10.0% lower (a cost, not tested, n = 5 pairs)"


def test_the_plan_is_fixed_before_the_first_run_and_kept(tmp_path: Path) -> None:
    ledger = Ledger(METRICS, [run(0, BASE)])
    ledger.fix_plan(PLAN)
    with pytest.raises(ToolError, match="fixed once"):
        ledger.fix_plan(PLAN)
    with pytest.raises(ToolError, match="before the first run"):
        study(run(1, LOWER), plan=None).fix_plan(PLAN)
    ledger.save(tmp_path / "results.json")
    assert Ledger.load(tmp_path / "results.json", METRICS).plan == PLAN


def test_the_primary_metric_is_no_cost() -> None:
    costs = {"time": Metric(name="time", goal="min"), "loss": Metric(name="loss", goal="min")}
    plan = plan_of(costs, ["time", "loss", "extra"], 3)
    assert (plan.primary_metric, plan.costs) == ("loss", ("time",))
    assert plan_of({}, ["wall_seconds", "acc"], 3).primary_metric == "acc"
    quality = {"time": Metric(name="time", goal="min", cost=False)}
    assert plan_of(quality, ["time"], 3).primary_metric == "time"
    assert plan_of({"speed": Metric(unit="tokens/s")}, ["speed"], 1).primary_metric == ""


def test_the_plan_in_words_names_metric_margin_and_costs() -> None:
    text = describe_plan(PLAN, METRICS)
    assert all(part in text for part in ("loss", "5% of the baseline", "training time", "Holm"))
    assert "Welch" in describe_plan(None, METRICS)


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_studies_without_a_difference_seldom_claim_one(n: int, paired: bool) -> None:
    source = random.Random(n)
    found = sum(bool(claims(simulated_study(source, n, paired=paired))) for _ in range(60))
    assert found <= 7  # more than 7 of 60 occur twice in a thousand times at the true rate of at most 3.5%


def test_a_large_difference_is_found() -> None:
    found = [claims(simulated_study(random.Random(seed), 10, paired=True, effect=4.0)) for seed in range(20)]
    assert sum(f"run_1/{DATASETS[0]}/loss" in each for each in found) >= 18
    assert RUNS * len(DATASETS) == simulated_study(random.Random(0), 3, paired=True).family_size()
