"""Figures: the plotter draws what the ledger holds."""

from __future__ import annotations

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.experiments import load_ledger
from tools.figures import load_figures


def _variables(study: Study) -> dict[str, object]:
    ledger = load_ledger(study.desk)
    return {
        "idea": study.idea,
        "template": study.desk.template,
        "runs": [(run.name, run.note) for run in ledger.completed],
        "has_plot": (study.workspace.work / "plot.py").is_file(),
    }


FIGURES = PhaseKind(
    name="figures",
    deliverable="figures",
    cast=("plotter", "phd_student"),
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
    usable=lambda study: bool(load_figures(study.workspace.paper)),
)
