"""Measures the best run and the baseline again on fresh seeds, because the best of several runs owes part of it to luck.

The harness chooses the run, never an agent. A headline claim rests on these values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tools.evidence import BASELINE, CONFIRMATION, Ledger, RunRecord, best_run
from tools.experiments.context import ExperimentContext
from tools.experiments.execution import load_ledger, run_again

SEED_STEP = 1000
"""Distance from the used seeds. An experiment that counts its seeds upwards from the one it was given repeats none."""


class Unconfirmed(StrEnum):
    """Why a study has no confirmation, as the prompts and the paper say it."""

    OFF = "the scenario switches the confirmation off"
    NO_SEED = "the template's experiment takes no seed"
    NO_GOAL = "the template declares no goal for its primary metric, so no run is the best"
    NO_RUN = "no run besides the baseline is completed"
    SUPPLIED = "the results were supplied and cannot be measured again"
    FAILED = "the measurement on fresh seeds failed"
    PENDING = "it is not measured yet"


@dataclass(frozen=True)
class Confirmation:
    """The best run of a study and where its confirmation stands."""

    run: str = ""
    """The chosen run; empty if none could be chosen."""
    missing: Unconfirmed | None = None
    """Why there is none; None if run and baseline are confirmed."""

    @property
    def name(self) -> str:
        """Return the name of the confirmation in the ledger."""
        return f"{CONFIRMATION}{self.run.rpartition('_')[2]}" if self.run else ""


def confirmation_of(context: ExperimentContext, ledger: Ledger) -> Confirmation:
    """Return the run to confirm, and why it is not confirmed yet or cannot be."""
    best = best_run(ledger, _primary(context, ledger))
    if not context.confirm:
        return Confirmation(missing=Unconfirmed.OFF)
    if not context.template.seed_argument:
        return Confirmation(missing=Unconfirmed.NO_SEED)
    if not any(run.name != BASELINE for run in ledger.completed):
        return Confirmation(missing=Unconfirmed.NO_RUN)
    if best is None:
        return Confirmation(missing=Unconfirmed.NO_GOAL)
    if not (best.commit and ledger.baseline and ledger.baseline.commit):
        return Confirmation(best.name, Unconfirmed.SUPPLIED)
    done = {row.confirms: row.status for row in ledger.rows if row.kind == "confirmation"}
    if any(status != "completed" for run, status in done.items() if run in (BASELINE, best.name)):
        return Confirmation(best.name, Unconfirmed.FAILED)
    if done.keys() >= {BASELINE, best.name}:
        return Confirmation(best.name)
    return Confirmation(best.name, Unconfirmed.PENDING)


async def confirm(context: ExperimentContext, run: str) -> None:
    """Measure a run on fresh seeds and record the result, unless that was done or the confirmation has failed already."""
    ledger = load_ledger(context)
    chosen = confirmation_of(context, ledger)
    if chosen.missing is not Unconfirmed.PENDING or any(
        row.confirms == run for row in ledger.rows if row.kind == "confirmation"
    ):
        return
    original = next(row for row in ledger.completed if row.name == run)
    context.announce(f"confirmation: {run} again, on fresh seeds")
    record = await run_again(context, original, _fresh_seed(ledger))
    if record.status == "completed" and _same(record, original, _primary(context, ledger)):
        reason = f"it gave the same values as {run}, digit for digit, so its results do not depend on the seed"
        record = record.model_copy(update={"status": "failed", "reason": reason, "values": {}, "censored": []})
    ledger.record(record)
    ledger.save(context.ledger_file)
    if record.status != "completed":
        context.announce(f"confirmation: {run} {record.status}: {record.reason.splitlines()[0]}")


def _primary(context: ExperimentContext, ledger: Ledger) -> str:
    return ledger.plan.primary_metric if ledger.plan else context.template.primary_metric


def _same(one: RunRecord, other: RunRecord, metric: str) -> bool:
    values = [{dataset: found.get(metric) for dataset, found in run.values.items()} for run in (one, other)]
    return values[0] == values[1]


def _fresh_seed(ledger: Ledger) -> int:
    """Return a seed that no run has used; confirmations share one, so that they can be compared."""
    confirmed = [row.seed for row in ledger.confirmations if row.seed is not None]
    return confirmed[0] if confirmed else max(row.seed or 0 for row in ledger.rows) + SEED_STEP
