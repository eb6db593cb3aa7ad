"""Figures: the plotter draws what the ledger holds."""

from __future__ import annotations

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from tools.experiments.execution import load_ledger
from tools.figures import load_figures


def _variables(idea_run: IdeaRun) -> dict[str, object]:
    ledger = load_ledger(idea_run.context)
    return {
        "idea": idea_run.idea,
        "template": idea_run.context.template,
        "runs": ledger.completed,
        "has_plot": (idea_run.workspace.work / "plot.py").is_file(),
    }


FIGURES = PhaseType(
    name="figures",
    deliverable="figures",
    participants=("plotter", "phd_student"),
    tools=(
        "list_files",
        "read_file",
        "edit_file",
        "write_file",
        "run_plot",
        "list_figures",
        "view_figure",
        "submit_figures",
        "read_results",
    ),
    turns=8,
    needs=frozenset({"template", "idea", "results", "sandbox"}),
    variables=_variables,
    usable=lambda idea_run: bool(load_figures(idea_run.workspace.paper)),
)
