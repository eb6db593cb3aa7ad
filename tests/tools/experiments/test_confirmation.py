"""The best run and the baseline are measured again on fresh seeds, by their own code, in a row of their own kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.fakes.seeded_study import SEEDED, TEMPLATE, idea_with_runs, use
from tools.evidence import Ledger, Metric, RunRecord, best_run, check_references, generated_tables
from tools.experiments.confirmation import Unconfirmed, confirm, confirmation_of
from tools.experiments.execution import load_ledger
from tools.idea_context import IdeaContext, RunQuota
from tools.toolsets.context import ToolContext
from tools.toolsets.experiments import ExperimentTools, runs_left


async def confirm_all(idea: IdeaContext) -> Ledger:
    best = confirmation_of(idea, load_ledger(idea)).run
    for run in ("run_0", best):
        await confirm(idea, run)
    return load_ledger(idea)


async def test_the_best_run_is_confirmed_by_its_own_code_on_fresh_seeds(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, (0.2, 0.01))
    present = (idea.workspace.work / "experiment.py").read_text(encoding="utf-8")
    ledger = await confirm_all(idea)
    baseline, best = ledger.confirmations
    assert (baseline.name, best.name, best.confirms) == ("confirm_0", "confirm_1", "run_1")
    assert {row.kind for row in ledger.confirmations} == {"confirmation"}
    assert [run.name for run in ledger.completed] == ["run_0", "run_1", "run_2"]
    original = next(run for run in ledger.completed if run.name == "run_1")
    assert (best.source, best.commit) == (original.source, original.commit)
    assert best.seed == baseline.seed and best.seed not in {run.seed for run in ledger.runs}
    for dataset, metrics in best.values.items():
        assert len(metrics["final_loss"]) == len(original.values[dataset]["final_loss"])
        assert not set(metrics["final_loss"]) & set(original.values[dataset]["final_loss"])
    assert (idea.workspace.work / "experiment.py").read_text(encoding="utf-8") == present
    assert (idea.workspace.work / "confirm_1" / "final_info.json").is_file()
    assert confirmation_of(idea, ledger).missing is None


async def test_confirmed_values_have_addresses_and_are_compared_with_each_other(tmp_path: Path) -> None:
    ledger = await confirm_all(await idea_with_runs(tmp_path, (0.2,)))
    compared = ledger.compare("confirm_1/flat/final_loss")
    assert compared.baseline.address == "confirm_0/flat/final_loss"
    text = r"\result{confirm_1/flat/final_loss} \change{confirm_1/steep/final_loss}"
    assert check_references(text, ledger) == []
    assert [problem.code for problem in check_references(r"\change{confirm_0/flat/final_loss}", ledger)] == [
        "baseline_itself"
    ]
    tables = generated_tables(ledger)
    assert [row[0] for row in tables["resulttable"]["final_loss"][0].rows] == [
        "run_0",
        "run_1",
        "confirm_0",
        "confirm_1",
    ]
    assert [row[0] for row in tables["runstable"][""][0].rows] == ["run_0", "run_1", "confirm_0", "confirm_1"]


async def test_a_confirmation_is_measured_once(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, (0.2,))
    before = (await confirm_all(idea)).rows
    assert (await confirm_all(idea)).rows == before


async def test_a_later_and_better_run_is_confirmed_on_the_same_seeds(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, (0.05,))
    await confirm_all(idea)
    use(idea, 0.2)
    await ExperimentTools(ToolContext(idea, "coder")).run_experiment("a larger step")
    ledger = await confirm_all(idea)
    assert [row.name for row in ledger.confirmations] == ["confirm_0", "confirm_1", "confirm_2"]
    assert len({row.seed for row in ledger.confirmations}) == 1


async def test_code_that_ignores_the_seed_confirms_nothing(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, ())
    fixed = SEEDED.replace("= 0.1\n", "= 0.2\n").replace("range(args.seed, args.seed + NUM_SEEDS)", "range(NUM_SEEDS)")
    (idea.workspace.work / "experiment.py").write_text(fixed, encoding="utf-8")
    await ExperimentTools(ToolContext(idea, "coder")).run_experiment("seeds of its own")
    ledger = await confirm_all(idea)
    assert [row.name for row in ledger.confirmations] == ["confirm_0"]
    assert confirmation_of(idea, ledger).missing is Unconfirmed.FAILED


@pytest.mark.parametrize(
    ("settings", "step_sizes", "missing"),
    [
        ("metrics: {final_loss: {goal: min}}", (0.2,), Unconfirmed.NO_SEED),
        ("metrics: {final_loss: {}}\nseed_argument: seed", (0.2,), Unconfirmed.NO_GOAL),
        (TEMPLATE, (), Unconfirmed.NO_RUN),
    ],
)
async def test_what_cannot_be_confirmed_says_why(
    tmp_path: Path, settings: str, step_sizes: tuple[float, ...], missing: Unconfirmed
) -> None:
    idea = await idea_with_runs(tmp_path, step_sizes, settings)
    assert confirmation_of(idea, load_ledger(idea)).missing is missing
    assert confirmation_of(replace(idea, confirm=False), load_ledger(idea)).missing is Unconfirmed.OFF
    await confirm(idea, "run_0")
    assert load_ledger(idea).confirmations == []


def ledger_of(**runs: dict[str, float]) -> Ledger:
    ledger = Ledger({"loss": Metric(name="loss", goal="min")})
    for name, values in runs.items():
        ledger.record(
            RunRecord(name=name, status="completed", values={d: {"loss": [value]} for d, value in values.items()})
        )
    return ledger


def test_no_dataset_near_zero_decides_alone_which_run_is_best() -> None:
    ledger = ledger_of(run_0={"a": 0.005, "b": 1}, run_1={"a": 0.01, "b": 0.1}, run_2={"a": 0.005, "b": 0.9})
    assert (best := best_run(ledger, "loss")) and best.name == "run_1"


def test_a_run_that_lacks_a_dataset_is_not_the_best_of_those_that_have_all() -> None:
    ledger = ledger_of(run_0={"a": 1, "b": 1}, run_1={"a": 0.5, "b": 0.9}, run_2={"a": 0.1})
    assert (best := best_run(ledger, "loss")) and best.name == "run_1"


def test_a_confirmation_is_told_by_its_kind_and_its_name() -> None:
    with pytest.raises(ValidationError):
        ledger_of(confirm_1={"a": 1})


async def test_a_run_of_the_revision_is_confirmed_at_once_if_it_is_the_best(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, (0.05,))
    await confirm_all(idea)
    use(idea, 0.2)
    tools = ExperimentTools(ToolContext(idea, "coder", deliverable="paper"))
    assert "confirm_2" in (await tools.run_experiment("a larger step")).text
    assert [row.name for row in load_ledger(idea).confirmations] == ["confirm_0", "confirm_1", "confirm_2"]
    use(idea, 0.001)
    await tools.run_experiment("a tiny step")
    assert [row.name for row in load_ledger(idea).confirmations] == ["confirm_0", "confirm_1", "confirm_2"]
    assert runs_left(load_ledger(idea), RunQuota(runs=5)) == 2


async def test_a_confirmation_may_take_twice_as_long_as_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same code can be slower on a machine that became busy, which is no fault of the run."""
    idea, limits = await idea_with_runs(tmp_path, (0.2,)), list[float]()

    async def execute(context: IdeaContext, record: RunRecord) -> RunRecord:
        limits.append(context.profile.time_limit)
        return record.model_copy(update={"reason": "not executed"})

    monkeypatch.setattr("tools.experiments.execution._execute", execute)
    await confirm(idea, "run_1")
    assert limits == [2 * idea.profile.time_limit]
