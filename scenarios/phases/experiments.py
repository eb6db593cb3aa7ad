"""Experiments: the PhD student plans and reads, the coder edits and runs. The baseline is the harness's."""

from __future__ import annotations

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from tools.errors import ColloquiumError
from tools.evidence import BASELINE
from tools.experiments.execution import load_ledger, run_baseline


async def _baseline(idea_run: IdeaRun) -> None:
    """Run the template as it is, on this machine, as run_0."""
    ledger = load_ledger(idea_run.context)
    if any(run.name == BASELINE and run.status == "completed" for run in ledger.runs):
        return
    idea_run.context.progress("the baseline, the template as it is")
    record = await run_baseline(idea_run.context, len(ledger.runs) + 1)
    ledger.record(record)
    ledger.save(idea_run.context.ledger_file)
    await idea_run.workspace.save(f"{BASELINE}: baseline")
    if record.status != "completed":
        raise ColloquiumError(
            f"template {idea_run.context.template.name}: the baseline {record.status}: {record.reason}\n"
            "Fix its experiment.py, then launch again"
        )
    await idea_run.workspace.tag(BASELINE)


def _variables(idea_run: IdeaRun) -> dict[str, object]:
    context = idea_run.context
    return {
        "idea": idea_run.idea,
        "template": context.template,
        "profile": context.profile,
        "run_quota": context.run_quota,
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
    needs=frozenset({"template", "idea", "sandbox"}),
    gives=frozenset({"results"}),
    variables=_variables,
    before=_baseline,
    usable=lambda idea_run: any(run.name != BASELINE for run in load_ledger(idea_run.context).completed),
)
