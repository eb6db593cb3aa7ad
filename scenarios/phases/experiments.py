"""Experiments: the PhD student plans and interprets, the coder edits and runs.

The harness runs the baseline before, and measures the best run again on fresh seeds after the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scenarios.phases.phase_type import HarnessStep, Need, PhaseContext, PhaseType, ShownDeliverable
from tools.errors import ColloquiumError
from tools.evidence import BASELINE, Ledger, describe_plan, describe_power, plan_of
from tools.experiments.confirmation import confirm, confirmation_of
from tools.experiments.execution import load_ledger, run_baseline
from tools.toolsets.experiments import describe_progress, describe_results


async def _run_baseline(context: PhaseContext) -> None:
    """Run the unchanged template on this machine as run_0, unless it has completed already, and fix the analysis plan."""
    idea = context.idea
    ledger = load_ledger(idea)
    if ledger.baseline:
        return
    idea.announce("baseline: the unchanged template")
    record = await run_baseline(idea, len(ledger.runs) + 1)
    ledger.record(record)
    if record.status == "completed":
        measured = [metric for metrics in record.values.values() for metric in metrics]
        ledger.fix_plan(plan_of(idea.template.metrics, measured, idea.run_quota.runs))
    ledger.save(idea.ledger_file)
    await idea.workspace.save(f"{BASELINE}: baseline")
    if record.status != "completed":
        raise ColloquiumError(
            f"template {idea.template.name}: the baseline {record.status}: {record.reason}\n"
            "Fix its experiment.py, then launch again"
        )
    await idea.workspace.tag(BASELINE)


def confirmation_steps(context: PhaseContext) -> Sequence[HarnessStep]:
    """Return the steps that measure the baseline and the best run on fresh seeds; none if no run can be confirmed."""
    best = confirmation_of(context.idea, load_ledger(context.idea)).run
    return [HarnessStep(f"confirm {run}", partial(confirm, context.idea, run)) for run in (BASELINE, best) if best]


def _power(context: PhaseContext, ledger: Ledger) -> str:
    if not ledger.plan or not ledger.baseline:
        return ""
    by_dataset = (metrics.get(ledger.plan.primary_metric) for metrics in ledger.baseline.values.values())
    seeds = [len(values) for values in by_dataset if values]
    return describe_power(ledger.plan, context.idea.run_quota.runs, len(seeds), min(seeds, default=0))


def _variables(context: PhaseContext) -> dict[str, object]:
    ledger = load_ledger(context.idea)
    return {
        "idea": context.proposal,
        "template": context.idea.template,
        "profile": context.idea.profile,
        "run_quota": context.idea.run_quota,
        "analysis": describe_plan(ledger.plan, context.idea.template.metrics),
        "power": _power(context, ledger),
        "baseline": describe_results(ledger, BASELINE),
        "confirm": context.idea.confirm and bool(context.idea.template.seed_argument),
    }


def ledger_status(context: PhaseContext) -> str:
    """Return in a line what has become of each run, for who hears of runs only from others."""
    return f"The ledger now: {describe_progress(load_ledger(context.idea), context.idea.run_quota)}."


EXPERIMENTS = PhaseType(
    name="experiments",
    deliverable="study",
    submits="submit_study",
    participants=("phd_student", "coder"),
    tools=(
        "list_files",
        "read_file",
        "edit_file",
        "write_file",
        "dry_run",
        "run_experiment",
        "compare_code",
        "restore_code",
        "read_log",
        "read_results",
        "compare_runs",
        "submit_study",
    ),
    turns=30,
    needs=frozenset({Need.TEMPLATE, Need.IDEA, Need.SANDBOX}),
    gives=frozenset({Need.RESULTS}),
    variables=_variables,
    status=ledger_status,
    works_with="run_experiment",
    before=_run_baseline,
    steps_after=confirmation_steps,
    shown=lambda context: ShownDeliverable(context.idea.workspace.files.findings_file.read_text(encoding="utf-8")),
    is_usable=lambda context: any(run.name != BASELINE for run in load_ledger(context.idea).completed),
)
