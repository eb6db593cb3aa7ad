"""Write-up and revision: the writer drafts the paper, and later revises it in response to the reviews."""

from __future__ import annotations

from dataclasses import replace

from scenarios.phases.phase_type import Need, PhaseContext, PhaseType
from tools.experiments.execution import load_ledger
from tools.figures import load_figures
from tools.paper import SECTIONS
from tools.review import load_decision, load_reviews


def _writeup_variables(context: PhaseContext) -> dict[str, object]:
    ledger = load_ledger(context.idea)
    findings = context.idea.workspace.files.findings_file
    return {
        "idea": context.proposal,
        "template": context.idea.template,
        "profile": context.idea.profile,
        "runs": ledger.runs,
        "completed": ledger.completed,
        "addresses": ledger.addresses(),
        "figures": load_figures(context.idea.workspace.paper),
        "sections": SECTIONS,
        "findings": findings.read_text(encoding="utf-8") if findings.exists() else "",
        "settings": sorted(ledger.baseline.settings) if ledger.baseline else [],
        "environment": sorted(ledger.baseline.environment) if ledger.baseline else [],
    }


def _revision_variables(context: PhaseContext) -> dict[str, object]:
    return {
        **_writeup_variables(context),
        "reviews": load_reviews(context.review_folder),
        "meta_review": load_decision(context.review_folder),
    }


_WRITING_TOOLS = (
    "view_figure",
    "view_page",
    "read_file",
    "read_results",
    "compare_runs",
    "list_figures",
    "search_literature",
    "add_citation",
    "list_citations",
    "write_section",
    "read_section",
    "compile_paper",
    "submit_paper",
)

WRITEUP = PhaseType(
    name="writeup",
    deliverable="paper",
    participants=("writer", "phd_student"),
    tools=_WRITING_TOOLS,
    turns=16,
    needs=frozenset({Need.TEMPLATE, Need.IDEA, Need.RESULTS, Need.SANDBOX, Need.TEX}),
    gives=frozenset({Need.PAPER}),
    variables=_writeup_variables,
    is_usable=lambda context: context.idea.workspace.files.paper_pdf.exists(),
)

REVISION = replace(
    WRITEUP,
    name="revision",
    participants=("writer",),
    tools=(*_WRITING_TOOLS, "read_reviews", "submit_rebuttal"),
    turns=8,
    needs=WRITEUP.needs | {Need.PAPER, Need.REVIEWS},
    variables=_revision_variables,
)
