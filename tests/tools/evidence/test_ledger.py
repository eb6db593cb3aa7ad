"""The ledger: a run is written once, nothing is lost, and what cannot be a measurement does not get in."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import real_data
from tools.errors import ToolError, UserError
from tools.evidence import Ledger, Metric, ResultComparison, RunRecord, generated_tables
from tools.experiments.final_info import FinalInfo, parse_final_info

METRICS = {
    "kl": Metric(name="kl", goal="min", unit="bits"),
    "accuracy": Metric(name="accuracy", goal="max"),
}
PAPERS = real_data.PAPERS


def completed(name: str, censored: tuple[str, ...] = (), **metrics: list[float]) -> RunRecord:
    return RunRecord(name=name, status="completed", values={"dino": metrics}, censored=list(censored))


def failed(name: str, attempt: int) -> RunRecord:
    return RunRecord(name=name, status="failed", reason="exit code 1\nTraceback", attempt=attempt)


def compared(baseline: list[float], values: list[float], metric: str = "kl") -> ResultComparison:
    ledger = Ledger(METRICS, [completed("run_0", (), **{metric: baseline}), completed("run_1", (), **{metric: values})])
    return ledger.compare(f"run_1/dino/{metric}")


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_result_is_found_by_its_address() -> None:
    result = Ledger(METRICS, [completed("run_0", kl=[1.0, 2.0, 3.0])]).result("run_0/dino/kl")
    assert (result.run, result.dataset, result.metric, result.n) == ("run_0", "dino", METRICS["kl"], 3)
    assert result.mean == 2.0
    assert result.stderr == pytest.approx(1 / math.sqrt(3))
    assert result.interval is not None
    assert str(result) == "2.0 ± 0.6"


def test_one_seed_has_no_error() -> None:
    result = Ledger(METRICS, [completed("run_0", kl=[0.5])]).result("run_0/dino/kl")
    assert (result.n, result.stderr, result.interval) == (1, None, None)


def test_an_unknown_address_names_the_nearest_and_how_many_there_are() -> None:
    ledger = Ledger(METRICS, [completed("run_0", kl=[1.0], accuracy=[0.5])])
    with pytest.raises(ToolError, match=r"run_0/dino/kll.*did you mean 'run_0/dino/kl'.*2 results"):
        ledger.result("run_0/dino/kll")


def test_the_address_of_a_failed_run_says_that_it_failed() -> None:
    ledger = Ledger(METRICS, [completed("run_0", kl=[1.0]), failed("run_1", 1)])
    with pytest.raises(ToolError, match=r"run_1 failed \(exit code 1\)$"):
        ledger.result("run_1/dino/kl")


def test_failed_attempts_are_kept_beside_the_completed_one() -> None:
    rows = [completed("run_0", kl=[1.0]), failed("run_1", 1), failed("run_1", 2)]
    ledger = Ledger(METRICS, rows)
    last = completed("run_1", kl=[0.9]).model_copy(update={"attempt": 3})
    ledger.record(last)
    assert ledger.runs == [*rows, last]
    assert [run.name for run in ledger.completed] == ["run_0", "run_1"]
    assert ledger.addresses() == ["run_0/dino/kl", "run_1/dino/kl"]


def test_runs_are_ordered_by_number_not_by_letters() -> None:
    ledger = Ledger(METRICS, [completed(f"run_{number}", kl=[1.0]) for number in (10, 9, 0)])
    assert [run.name for run in ledger.completed] == ["run_0", "run_9", "run_10"]
    assert ledger.baseline == ledger.completed[0]
    assert Ledger(METRICS).baseline is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (completed("run_1", kl=[0.1]), "a row is written once"),
        (failed("run_1", 2), "a row is written once"),
        (failed("run_2", 1), "a row is written once"),
        (RunRecord(name="run_3", status="completed"), "has no values"),
        (completed("run_3", kl=[]), "run_3/dino/kl has no values"),
        (RunRecord(name="run_3", status="failed"), "without a reason"),
        (RunRecord(name="run_3", status="completed", values={"a/b": {"c": [1]}, "a": {"b/c": [2]}}), "two results"),
        (completed("run_3", kl=[1.0]).model_copy(update={"values": {"dino": {"kl": [math.nan]}}}), "finite number"),
    ],
)
def test_rows_that_are_refused_leave_the_ledger_as_it_was(row: RunRecord, message: str) -> None:
    before = [completed("run_0", kl=[1.0]), completed("run_1", kl=[0.9]), failed("run_2", 1)]
    ledger = Ledger(METRICS, before)
    with pytest.raises(ToolError, match=message):
        ledger.record(row)
    assert ledger.runs == before
    assert ledger.addresses() == ["run_0/dino/kl", "run_1/dino/kl"]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_saved_and_loaded_the_ledger_is_the_same(tmp_path: Path) -> None:
    run = RunRecord(
        name="run_0",
        status="completed",
        note="the β baseline",
        settings={"experiment.lr": 0.003, "experiment.layers": 3, "experiment.ema": True, "experiment.act": "relu"},
        usage={"wall_seconds": 31.5},
        values={"dino": {"kl": [1.0, 0.1 + 0.2]}},
        reported_stderrs={"dino": {"kl": 0.4}},
    )
    Ledger(METRICS, [run, failed("run_1", 1)]).save(tmp_path / "results.json")
    loaded = Ledger.load(tmp_path / "results.json", METRICS)
    assert loaded.runs == [run, failed("run_1", 1)]
    assert [type(v) for v in loaded.runs[0].settings.values()] == [float, int, bool, str]
    assert loaded.result("run_0/dino/kl").values == (1.0, 0.1 + 0.2)
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_a_ledger_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    assert Ledger.load(tmp_path / "results.json", METRICS).runs == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "results.json"),
        ('{"runs": [], "rums": []}', "rums: unknown key; did you mean 'runs'"),
        ('{"runs": [{"name": "run_0", "status": "done"}]}', r"runs.0.status"),
        ('{"runs": [{"name": "run_0", "status": "completed", "values": {"dino": {"kl": [NaN]}}}]}', "finite number"),
        ('{"runs": [{"name": "run_0", "status": "completed"}]}', "results.json: run_0 .* no values"),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as error:
        Ledger.load(path, METRICS)
    assert "\n" not in str(error.value)


# --- comparisons ------------------------------------------------------------------------------------------------------


def test_lower_is_better_only_where_the_template_says_so() -> None:
    down = [1.0, 1.01, 1.02], [0.5, 0.51, 0.52]
    assert compared(*down, metric="kl").direction == "better"
    assert compared(*down, metric="accuracy").direction == "worse"
    assert compared(*down, metric="unheard_of").direction == "changed"
    assert compared(*down[::-1], metric="accuracy").direction == "better"


def test_a_comparison_in_words() -> None:
    comparison = compared([1.0, 1.01, 1.02], [0.5, 0.51, 0.52])
    assert comparison.difference == pytest.approx(-0.5)
    assert comparison.relative == pytest.approx(-0.5 / 1.01)
    assert comparison.significant
    assert comparison.change == "49.5% lower (better, p < 0.001, n = 3)"
    assert str(comparison) == ("0.510 ± 0.006, against 1.010 ± 0.006 in run_0: 49.5% lower (better, p < 0.001, n = 3).")
    assert compared([1.0, 1.01, 1.02], [2.0, 2.1], "unheard_of").change.startswith("103% higher (p = 0.0")


def test_a_difference_inside_the_noise_is_never_called_better() -> None:
    comparison = compared([1.034, 0.862, 0.95], [0.93, 0.99, 0.88])
    assert comparison.direction == "better"
    assert not comparison.significant
    assert comparison.change.startswith("1.6% lower, not significant (p = 0.8")
    assert "better" not in str(comparison)


def test_a_change_across_zero_is_no_percentage() -> None:
    comparison = compared([0.20, 0.22, 0.24], [-0.10, -0.11, -0.12])
    assert comparison.relative is None and comparison.change.startswith("0.3300 bits lower")


@pytest.mark.parametrize(
    ("baseline", "values", "words"),
    [
        ([1.0], [0.8], "20.0% lower (not tested, n = 1)"),
        ([1.0, 1.1, 0.9], [0.8], "20.0% lower (not tested, n = 1 and 3)"),
        ([2.0, 2.0], [3.0, 3.0], "50.0% higher (not tested, n = 2)"),
        ([0.0, 0.0], [0.5, 0.5], "0.5000 bits higher (not tested, n = 2)"),
        ([1.0, 2.0], [2.0, 1.0], "no change (n = 2)"),
        ([-2.0], [-1.0], "50.0% higher (not tested, n = 1)"),
    ],
)
def test_what_no_test_can_decide_is_not_decided(baseline: list[float], values: list[float], words: str) -> None:
    comparison = compared(baseline, values)
    assert not comparison.significant
    assert comparison.change == words


def test_a_capped_value_is_a_bound_and_is_not_compared() -> None:
    runs = [completed("run_0", kl=[1.0, 1.1]), completed("run_1", ("dino/kl",), kl=[5.0, 5.0])]
    ledger = Ledger(METRICS, runs)
    assert str(ledger.result("run_1/dino/kl")) == "5.000 (capped)"
    comparison = ledger.compare("run_1/dino/kl")
    assert (comparison.p_value, comparison.significant) == (None, False)
    assert comparison.change == "no comparison, as a value hit its cap (n = 2)"


def test_any_run_can_be_compared_with_any_other_but_not_with_itself() -> None:
    ledger = Ledger(METRICS, [completed(f"run_{i}", kl=[1.0 + i]) for i in range(3)])
    assert ledger.compare("run_2/dino/kl", against="run_1").relative == pytest.approx(0.5)
    with pytest.raises(ToolError, match="its own run"):
        ledger.compare("run_0/dino/kl")
    with pytest.raises(ToolError, match="no result 'run_9/dino/kl'"):
        ledger.compare("run_0/dino/kl", against="run_9")


def test_the_noise_floor_is_the_baselines() -> None:
    ledger = Ledger(METRICS, [completed("run_0", kl=[1.0, 1.1, 1.2], accuracy=[0.5])])
    assert ledger.noise_floor("dino", "kl") == pytest.approx(2.776445 * 0.1 * math.sqrt(2 / 3), rel=1e-6)
    assert ledger.noise_floor("dino", "accuracy") is None
    with pytest.raises(ToolError, match="did you mean 'run_0/dino/kl'"):
        ledger.noise_floor("dino", "klm")


# --- final_info.json --------------------------------------------------------------------------------------------------


def test_seeds_are_kept_and_the_reported_error_is_only_for_the_record() -> None:
    info = parse_final_info(
        {"dino": {"means": {"kl": 2.0}, "stderrs": {"kl": 99}, "final_info_dict": {"kl": [1, 2, 3]}}}, METRICS
    )
    assert info == FinalInfo({"dino": {"kl": [1.0, 2.0, 3.0]}}, {"dino": {"kl": 99.0}}, [])
    run = RunRecord(name="run_0", status="completed", values=info.values, reported_stderrs=info.stderrs)
    assert Ledger(METRICS, [run]).result("run_0/dino/kl").stderr == pytest.approx(1 / math.sqrt(3))


def test_the_originals_suffixes_are_understood() -> None:
    entry = {
        "means": {"val_loss_mean": 2.0, "kl_mean": 0.5, "lonely_mean": 7},
        "stderrs": {"val_loss_stderr": 0.1, "kl_stderr": 0.2},
        "final_info_dict": {"val_loss": [1.5, 2.5]},
    }
    info = parse_final_info({"text8": entry}, METRICS)
    assert info.values == {"text8": {"val_loss": [1.5, 2.5], "kl": [0.5], "lonely_mean": [7.0]}}
    assert info.stderrs == {"text8": {"val_loss": 0.1, "kl": 0.2}}


def test_capped_metrics_are_named_with_their_dataset() -> None:
    entry = {"means": {"steps": 7500}, "censored": ["steps"]}
    assert parse_final_info({"x_div_y": entry}, METRICS).censored == ["x_div_y/steps"]


def changed(change: Callable[[dict[str, object]], object]) -> dict[str, object]:
    entry: dict[str, object] = {"means": {"kl": 2.0}, "stderrs": {"kl": 1}, "final_info_dict": {"kl": [1.0, 3.0]}}
    change(entry)
    return {"dino": entry}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "the whole file: must be an object"),
        ({}, "holds no metric"),
        ({"dino": {"means": {}}}, "holds no metric"),
        ({"dino": {"mean": {"kl": 1}}}, "dino: 'means' is missing; .*mean"),
        ({"dino": {"means": {"kl": math.nan}}}, "dino.means.kl: nan is not a finite number"),
        ({"dino": {"means": {"kl": 10**400}}}, "dino.means.kl: 1000.* is not a finite number"),
        ({"di{no": {"means": {"kl": 1}}}, "cannot be a name"),
        ({"dino": {"means": {"": 1}}}, "cannot be a name"),
        (changed(lambda e: e.update(means={"kl": 2.1})), r"dino.means.kl: 2.1 is not the mean of the seeds .* 2;"),
        (changed(lambda e: e.update(final_info_dict={"kl": [1.0, math.inf]})), r"final_info_dict.kl\[1\]: inf"),
        ({"dino": {"means": {"kl": "0.5"}}}, "holds no metric"),
        (changed(lambda e: e.update(stderrs={"kl": math.nan})), "dino.stderrs.kl: nan"),
        (changed(lambda e: e.update(censored=["kls"])), "dino.censored: no metric 'kls'; did you mean 'kl'"),
        (changed(lambda e: e.update(censored="kl")), "must be a list of metric names"),
    ],
)
def test_what_is_no_measurement_is_refused_with_its_place(data: object, message: str) -> None:
    with pytest.raises(ToolError, match=message) as error:
        parse_final_info(data, METRICS)
    assert str(error.value).startswith("final_info.json")


@pytest.mark.parametrize("seeds", [[[1.0], 3.0], 2.0, []])
def test_what_is_no_list_of_numbers_is_left_out_by_name(seeds: object) -> None:
    info = parse_final_info(changed(lambda e: e.update(final_info_dict={"kl": seeds})), METRICS)
    assert info.values == {"dino": {"kl": [2.0]}}
    assert list(info.left_out) == ["dino.final_info_dict.kl"]


@pytest.mark.parametrize("value", ["0.5", True, None])
def test_a_mean_that_is_no_number_is_left_out_by_name(value: object) -> None:
    info = parse_final_info({"dino": {"means": {"kl": value, "loss": 1}}}, METRICS)
    assert info.values == {"dino": {"loss": [1.0]}} and list(info.left_out) == ["dino.means.kl"]


def test_a_mean_rounded_by_the_experiment_is_accepted() -> None:
    entry = {"means": {"kl": 0.3333}, "final_info_dict": {"kl": [0.2, 0.3, 0.5]}}
    assert parse_final_info({"dino": entry}, METRICS).values == {"dino": {"kl": [0.2, 0.3, 0.5]}}


@pytest.mark.skipif(not PAPERS.is_dir(), reason="the published example papers are not on this machine")
@pytest.mark.parametrize("paper", ["adaptive_dual_scale_denoising", "gan_diffusion"])
def test_the_runs_of_published_papers(paper: str) -> None:
    metrics = {"kl_divergence": Metric(name="kl_divergence", goal="min")}
    ledger = Ledger(metrics)
    for number in range(6):
        data = json.loads((PAPERS / paper / f"run_{number}" / "final_info.json").read_text(encoding="utf-8"))
        info = parse_final_info(data, metrics)
        ledger.record(RunRecord(name=f"run_{number}", status="completed", values=info.values))
        reported = data["dino"]["means"]["kl_divergence"]
        assert ledger.result(f"run_{number}/dino/kl_divergence").mean == reported
    assert len(ledger.addresses()) == 6 * 4 * 4
    assert not any(ledger.compare(f"run_5/{d}/kl_divergence").significant for d in ("circle", "dino", "line", "moons"))


@pytest.mark.skipif(not PAPERS.is_dir(), reason="the published example papers are not on this machine")
def test_the_sign_that_a_published_paper_got_wrong() -> None:
    """The paper says «3.3% improvement (from 0.090 to 0.093)» of a divergence, from one seed."""
    metrics = {"kl_divergence": Metric(name="kl_divergence", goal="min")}
    ledger = Ledger(metrics)
    for run in ("run_0", "run_4"):
        file = PAPERS / "adaptive_dual_scale_denoising" / run / "final_info.json"
        data = json.loads(file.read_text(encoding="utf-8"))
        ledger.record(RunRecord(name=run, status="completed", values=parse_final_info(data, metrics).values))
    comparison = ledger.compare("run_4/moons/kl_divergence")
    assert comparison.direction == "worse"
    assert str(comparison) == "0.09325, against 0.08958 in run_0: 4.1% higher (not tested, n = 1)."


def test_a_note_is_not_cut_inside_a_parenthesis() -> None:
    note = "limit the residuals at 1.345 times their scale (1.4826 times the median of their absolute values) before the fit"
    runs = [completed("run_0", kl=[1.0]), completed("run_1", kl=[1.0]).model_copy(update={"note": note})]
    [table] = generated_tables(Ledger(METRICS, runs))["resulttable"]["kl"]
    assert table.rows[1][1] == "limit the residuals at 1.345 times their scale …"
