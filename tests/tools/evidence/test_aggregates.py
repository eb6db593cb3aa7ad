"""Aggregates over datasets, and the table that prints every comparison."""

from __future__ import annotations

import pytest

from tools.evidence import Ledger, Metric, RunRecord, generated_tables, plan_of
from tools.evidence.aggregates import aggregate_difference

METRICS = {"loss": Metric(name="loss", goal="min", unit="bits"), "time": Metric(name="time", goal="min", unit="s")}


def run(name: str, **values: list[float]) -> RunRecord:
    kind = "confirmation" if name.startswith("confirm") else "run"
    metrics = {dataset: {"loss": given, "time": given} for dataset, given in values.items()}
    return RunRecord(name=name, kind=kind, status="completed", seed=0, values=metrics)


BASELINE = run("run_0", a=[10.0, 8.0], b=[1.0, 0.8])
BETTER = run("run_1", a=[2.0, 0.0], b=[0.2, 0.0])


def study(*runs: RunRecord) -> Ledger:
    return Ledger(METRICS, runs, plan_of(METRICS, METRICS, 1))


def test_the_interquartile_mean_of_scaled_scores_by_hand() -> None:
    found = aggregate_difference(study(BASELINE, BETTER), "run_1", "run_0", "loss")
    assert found is not None and found.datasets == ("a", "b")
    assert found.difference == pytest.approx(0.8)  # the middle of 0, 0, 0.2, 0.2 and of 0.8, 0.8, 1, 1
    low, high = found.interval
    assert 0.6 <= low < 0.8 < high <= 1.0
    assert aggregate_difference(study(BASELINE, BETTER), "run_1", "run_0", "loss") == found


@pytest.mark.parametrize(
    "other",
    [
        run("run_1", a=[2.0], b=[0.2]),
        run("run_1", a=[2.0, 0.0]),
        BETTER.model_copy(update={"censored": ["a/loss"]}),
    ],
)
def test_one_seed_one_dataset_and_bounds_have_no_aggregate(other: RunRecord) -> None:
    assert aggregate_difference(study(BASELINE, other), "run_1", "run_0", "loss") is None


def test_the_table_of_comparisons_has_interval_effect_size_and_test_of_each() -> None:
    confirmed = (run("confirm_0", a=[10.0, 8.1], b=[1.0, 0.8]), run("confirm_1", a=[2.0, 0.0], b=[0.2, 0.1]))
    [table] = generated_tables(study(BASELINE, BETTER, *confirmed))["comparisontable"]["loss"]
    assert [row[:2] for row in table.rows] == [
        (name, dataset) for name in ("run_1", "confirm_1") for dataset in ("a", "b", "all")
    ]
    assert table.rows[0] == ("run_1", "a", "−8.00", "–", "−3.2", "–", "2 pairs")  # the same difference for both seeds
    assert table.rows[3][3:6] == ("−8.7 to −7.4", "−3.3", "0.040*")
    assert "2 comparisons and 2 confirmations" in table.note


def test_a_cost_has_intervals_but_no_test() -> None:
    [table] = generated_tables(study(BASELINE, run("run_1", a=[2.0, 1.0], b=[0.2, 0.1])))["comparisontable"]["time"]
    assert table.rows[0][5] == "–" and table.rows[0][3] != "–"
    assert "Holm" not in table.note
