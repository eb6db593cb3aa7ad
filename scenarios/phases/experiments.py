"""Experiments: the PhD student plans and interprets, the coder edits and runs. The harness runs the baseline."""

from __future__ import annotations

from scenarios.phases.phase_type import Need, PhaseContext, PhaseType
from tools.errors import ColloquiumError
from tools.evidence import BASELINE
from tools.experiments.execution import load_ledger, run_baseline


async def _run_baseline(context: PhaseContext) -> None:
    """Run the unchanged template on this machine as run_0, unless it has completed already."""
    idea = context.idea
    ledger = load_ledger(idea)
    if ledger.baseline:
        return
    idea.announce("baseline: the unchanged template")
    record = await run_baseline(idea, len(ledger.runs) + 1)
    ledger.record(record)
    ledger.save(idea.ledger_file)
    await idea.workspace.save(f"{BASELINE}: baseline")
    if record.status != "completed":
        raise ColloquiumError(
            f"template {idea.template.name}: the baseline {record.status}: {record.reason}\n"
            "Fix its experiment.py, then launch again"
        )
    await idea.workspace.tag(BASELINE)


def _variables(context: PhaseContext) -> dict[str, object]:
    return {
        "idea": context.proposal,
        "template": context.idea.template,
        "profile": context.idea.profile,
        "run_quota": context.idea.run_quota,
    }


EXPERIMENTS = PhaseType(
    name="experiments",
    deliverable="study",
    participants=("phd_student", "coder"),
    tools=(
        "list_files",
        "read_file",
        "edit_file",
        "write_file",
        "run_experiment",
        "read_results",
        "compare_runs",
        "submit_study",
    ),
    turns=30,
    needs=frozenset({Need.TEMPLATE, Need.IDEA, Need.SANDBOX}),
    gives=frozenset({Need.RESULTS}),
    variables=_variables,
    before=_run_baseline,
    is_usable=lambda context: any(run.name != BASELINE for run in load_ledger(context.idea).completed),
)
