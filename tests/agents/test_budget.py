"""What may be spent is asked before it is spent."""

from __future__ import annotations

import asyncio

import pytest

from agents.budget import Account, Budget, worked_seconds
from agents.journal import Journal, Record
from agents.run_context import RunContext, Stopped

PAID = {"dollars": 1.0, "uncached_dollars": 2.0, "tokens": 100}


def run_context(tmp_path, **budget) -> RunContext:
    return RunContext(Journal(tmp_path / "journal.jsonl"), budget=Budget(**budget))


async def call(run_context: RunContext, key: str, dollars: float, *, costs: float = 1.0) -> None:
    async with run_context.reserved(100, dollars):
        await asyncio.sleep(0)
        run_context.put_call(key, "model", {**PAID, "dollars": costs}, 0.0)


async def test_a_call_whose_worst_case_the_budget_would_not_carry_is_not_made(tmp_path):
    run = run_context(tmp_path, dollars=2.5)
    await call(run, "idea_1/a/x/1/model:1", 1.0)
    with pytest.raises(Stopped, match=r"\$1.00 of \$2.50 spent, and the next call may take \$2.00"):
        await call(run, "idea_1/a/x/1/model:2", 2.0)
    assert run.run.dollars == 1.0 and run.stop_scope == "run"


async def test_calls_at_once_never_exceed_the_budget_and_wait_for_each_other(tmp_path):
    run = run_context(tmp_path, dollars=4.0)
    outcomes = await asyncio.gather(
        *(call(run, f"idea_1/a/x/{n}/model:1", 2.0) for n in range(6)), return_exceptions=True
    )
    assert sum(outcome is None for outcome in outcomes) == 3, "the fourth could take 2 of the 1 dollar that is left"
    assert run.run.dollars == 3.0


async def test_the_budget_of_a_phase_stops_the_phase_alone(tmp_path):
    run = run_context(tmp_path)
    with run.account("idea", Budget(), "idea_1"):
        with run.account("phase", Budget(tokens=150), "idea_1/panel"):
            await call(run, "idea_1/panel/x/1/model:1", 0.0)
            with pytest.raises(Stopped, match="budget of the phase: 100 of 150 tokens"):
                await call(run, "idea_1/panel/x/1/model:2", 0.0)
            assert run.stopping and run.stop_scope == "phase"
        assert not run.stopping
        await call(run, "idea_1/gate/x/1/model:1", 0.0)
    assert run.run.tokens == 200


async def test_a_stop_of_the_run_outlives_the_phase(tmp_path):
    run = run_context(tmp_path)
    with run.account("phase", Budget(tokens=0), "idea_1/panel"):
        with pytest.raises(Stopped):
            await call(run, "idea_1/panel/x/1/model:1", 0.0)
        run.stop("interrupted")
    assert run.stopping and run.stop_reason == "interrupted"


async def test_accounts_know_what_earlier_processes_spent(tmp_path):
    first = run_context(tmp_path)
    await call(first, "idea_1/a/x/1/model:1", 1.0)
    first.put_call("idea_1/b/x/1/model:1/fault:1", "fault", PAID, 0.0)
    first.journal.close()
    second = run_context(tmp_path, dollars=1.5)
    assert second.run.dollars == 2.0 and second.exhausted("run")
    with second.account("phase", Budget(), "idea_1/a") as phase:
        assert phase.dollars == 1.0


def test_time_between_two_processes_is_not_worked():
    def record(key: str, clock: str, seconds: float = 0.0) -> Record:
        kind = "start" if key.startswith("run/") else "turn"
        return Record(key, kind, f"2026-01-01T{clock}+00:00", seconds, {})

    records = [
        record("run/start:1", "10:00:00"),
        record("idea_1/a/x/1", "10:01:00", 30),
        record("idea_1/b/x/1", "10:02:00", 10),
        record("run/start:2", "18:00:00"),
        record("idea_1/b/x/2", "18:00:30", 20),
    ]
    assert worked_seconds(records) == 120 + 30
    assert worked_seconds(records, "idea_1/b/") == 10 + 20


def test_minutes_are_refused_once_they_are_used():
    account = Account("phase", Budget(minutes=1), earlier_seconds=61)
    assert account.limit_reason() == "budget of the phase: 1.0 of 1 minutes used"
    of_run = Account("run", Budget(minutes=45), earlier_seconds=46 * 60)
    assert of_run.limit_reason().endswith("; to go on, resume with --set budget.minutes=90 or another limit")
