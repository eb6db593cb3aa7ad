"""Results that are hard to believe are told, and impossible ones withhold a paper that prints them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.evidence import Ledger, Metric, RunRecord
from tools.evidence.code_facts import CodeFacts, read_code
from tools.evidence.implausible import implausible_results
from tools.evidence.tables import generated_tables
from tools.gate.checks import CHECKS, PaperEvidence
from tools.gate.section_source import read_source
from tools.literature import Bibliography

METRICS = {
    "loss": Metric(name="loss", goal="min"),
    "accuracy": Metric(name="accuracy", goal="max"),
    "training_time": Metric(name="training_time", goal="min", unit="s"),
    "entropy": Metric(name="entropy"),
    "score": Metric(name="score", goal="max", range=(0, 10)),
}
SOUND = [0.31237612, 0.33917264, 0.29871233]


def record(name: str = "run_1", seeds: int = 3, **values: list[float]) -> RunRecord:
    return RunRecord(
        name=name,
        status="completed",
        settings={"experiment.seeds": seeds},
        usage={"wall_seconds": 30.0},
        values={"d": values},
    )


def kinds(run: RunRecord, *earlier: RunRecord, code: CodeFacts | None = None) -> dict[str, list[str]]:
    return {doubt.kind: doubt.results for doubt in implausible_results(run, METRICS, earlier, code)}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"loss": SOUND[:2]}, "seeds"),
        ({"loss": [0.31237612]}, "seeds"),
        ({"loss": [0.31237612] * 3}, "constant"),
        ({"loss": [0.31237612, 0.31237612, 0.29871233]}, "repeated"),
        ({"training_time": [1.0, -2.0, 1.5]}, "negative_time"),
        ({"training_time": [1.0, 300.0, 1.5]}, "beyond_wall_time"),
        ({"accuracy": [0.9, 140.0, 0.8]}, "range"),
        ({"accuracy": [0.9, -0.1, 0.8]}, "range"),
        ({"score": [3.5, 11.0, 4.5]}, "range"),
    ],
)
def test_an_implausible_result_is_found(values: dict[str, list[float]], kind: str) -> None:
    found = kinds(record(**values))
    assert list(found) == [kind] and found[kind] == [f"d/{next(iter(values))}"]


@pytest.mark.parametrize(
    "values",
    [
        {"loss": SOUND},
        {"accuracy": [0.9, 0.9, 0.8]},
        {"accuracy": [1.0, 1.0, 1.0]},
        {"training_time": [1.0, 1.0, 1.5]},
        {"entropy": [3.21987123] * 3},
    ],
)
def test_a_sound_result_is_not(values: dict[str, list[float]]) -> None:
    assert kinds(record(**values)) == {}


def test_exactly_the_values_of_another_run_are_told() -> None:
    assert kinds(record(loss=SOUND), record("run_0", loss=SOUND)) == {"same_as_run": ["d/loss"]}
    assert kinds(record(loss=SOUND), record("run_0", loss=[*SOUND[:2], 0.3])) == {}


def test_a_value_that_is_written_in_the_code_or_that_no_code_names_is_told(tmp_path: Path) -> None:
    (tmp_path / "experiment.py").write_text(
        "results = {'loss': [0.31237612, 0.33917264, 0.29871233]}\nprint(results)\n"
    )
    assert kinds(record(loss=SOUND), code=read_code(tmp_path)) == {"typed": ["d/loss"]}
    (tmp_path / "experiment.py").write_text("import numpy\nprint(numpy.mean([1, 2]))\n")
    assert kinds(record(loss=SOUND), code=read_code(tmp_path)) == {"uncomputed": ["d/loss"]}
    (tmp_path / "experiment.py").write_text("def evaluate(name): return {f'{name}_loss': 1}\nprint(evaluate('val'))\n")
    assert kinds(record(val_loss=SOUND), code=read_code(tmp_path)) == {}


def test_the_ledger_the_table_of_runs_and_the_gate_tell_it(tmp_path: Path) -> None:
    run = record(accuracy=[0.9, 140.0, 0.8])
    run = run.model_copy(update={"implausible": implausible_results(run, METRICS)})
    ledger = Ledger(METRICS, [record("run_0", accuracy=[0.7, 0.8, 0.9]), run])
    ledger.save(tmp_path / "results.json")
    assert Ledger.load(tmp_path / "results.json", METRICS).completed[1].implausible == run.implausible
    [table] = generated_tables(ledger)["runstable"][""]
    assert "implausible" in table.rows[1][-1] and "implausible" not in table.rows[0][-1]
    check = next(check for check in CHECKS if check.name == "plausibility")
    for tex, kind in (("\\result{run_1/d/accuracy}", "error"), ("\\runstable", "note")):
        source = read_source("results", tex)
        bibliography = Bibliography(tmp_path / "references.bib")
        [found] = check.find(PaperEvidence(tmp_path, {"results": tex}, (source,), ledger, bibliography))
        assert (found.kind, found.code) == (kind, "implausible_result")
