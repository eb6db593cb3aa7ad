"""Figures: the plotter draws what the ledger holds."""

from __future__ import annotations

from scenarios.phases.phase_type import Need, PhaseContext, PhaseType, ShownDeliverable
from tools.experiments.execution import load_ledger
from tools.figures import load_figures


def _variables(context: PhaseContext) -> dict[str, object]:
    return {
        "idea": context.proposal,
        "template": context.idea.template,
        "runs": load_ledger(context.idea).completed,
        "confirmations": load_ledger(context.idea).confirmations,
        "has_plot": (context.idea.workspace.work / "plot.py").is_file(),
    }


def _shown(context: PhaseContext) -> ShownDeliverable:
    paper = context.idea.workspace.paper
    figures = load_figures(paper)
    return ShownDeliverable(
        "\n".join(f"{figure.file}: {figure.caption}" for figure in figures),
        tuple(paper / "figures" / figure.file for figure in figures),
    )


FIGURES = PhaseType(
    name="figures",
    deliverable="figures",
    submits="submit_figures",
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
    needs=frozenset({Need.TEMPLATE, Need.IDEA, Need.RESULTS, Need.SANDBOX}),
    variables=_variables,
    shown=_shown,
    is_usable=lambda context: bool(load_figures(context.idea.workspace.paper)),
)
