"""Experiments: the PhD student plans and reads, the coder edits and runs. The baseline is the harness's."""

from __future__ import annotations

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.errors import ColloquiumError
from tools.experiments import load_ledger, run_baseline


async def _baseline(study: Study) -> None:
    """Run the template as it is, on this machine, as run_0."""
    ledger = load_ledger(study.desk)
    if any(run.name == "run_0" and run.status == "completed" for run in ledger.runs):
        return
    study.desk.progress("the baseline, the template as it is")
    record = await run_baseline(study.desk, len(ledger.runs) + 1)
    ledger.record(record)
    ledger.save(study.desk.ledger_file)
    await study.workspace.save("run_0: baseline")
    if record.status != "completed":
        raise ColloquiumError(
            f"the baseline of template {study.desk.template.name} {record.status}, so there is nothing to compare with: "
            f"{record.reason}\nMend that experiment.py, then launch again"
        )
    study.workspace.tag("run_0")


def _variables(study: Study) -> dict[str, object]:
    desk = study.desk
    return {"idea": study.idea, "template": desk.template, "profile": desk.profile, "allowance": desk.allowance}


EXPERIMENTS = PhaseKind(
    name="experiments",
    deliverable="study",
    cast=("phd_student", "coder"),
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
    usable=lambda study: any(run.name != "run_0" for run in load_ledger(study.desk).completed),
)
