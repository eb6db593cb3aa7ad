"""Write-up: the writer drafts section by section, the PhD student checks."""

from __future__ import annotations

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from tools.experiments.execution import load_ledger
from tools.figures import load_figures
from tools.paper import SECTIONS


def paper_variables(idea_run: IdeaRun) -> dict[str, object]:
    """What a writer has to know, for the first draft and for a revision."""
    ledger = load_ledger(idea_run.context)
    findings = idea_run.workspace.root / "findings.md"
    return {
        "idea": idea_run.idea,
        "template": idea_run.context.template,
        "profile": idea_run.context.profile,
        "runs": ledger.runs,
        "completed": ledger.completed,
        "addresses": ledger.addresses(),
        "figures": load_figures(idea_run.workspace.paper),
        "sections": SECTIONS,
        "findings": findings.read_text(encoding="utf-8") if findings.exists() else "",
        "settings": sorted(ledger.baseline.settings) if ledger.baseline else [],
        "environment": sorted(ledger.baseline.environment) if ledger.baseline else [],
    }


WRITING_TOOLS = (
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
    tools=WRITING_TOOLS,
    turns=16,
    needs=frozenset({"template", "idea", "results", "sandbox", "tex", "literature"}),
    gives=frozenset({"paper"}),
    variables=paper_variables,
    usable=lambda idea_run: (idea_run.workspace.paper / "paper.pdf").exists(),
)
