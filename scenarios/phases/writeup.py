"""Write-up: the writer drafts section by section, the PhD student checks."""

from __future__ import annotations

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.experiments import load_ledger
from tools.figures import load_figures
from tools.paper import SECTIONS


def paper_variables(study: Study) -> dict[str, object]:
    """What a writer has to know, for the first draft and for a revision."""
    ledger = load_ledger(study.desk)
    findings = study.workspace.root / "findings.md"
    return {
        "idea": study.idea,
        "template": study.desk.template,
        "profile": study.desk.profile,
        "runs": ledger.runs,
        "completed": ledger.completed,
        "addresses": ledger.addresses(),
        "figures": load_figures(study.workspace.paper),
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

WRITEUP = PhaseKind(
    name="writeup",
    deliverable="paper",
    cast=("writer", "phd_student"),
    tools=WRITING_TOOLS,
    turns=16,
    needs=frozenset({"template", "idea", "results", "sandbox", "tex", "literature"}),
    gives=frozenset({"paper"}),
    variables=paper_variables,
    usable=lambda study: (study.workspace.paper / "paper.pdf").exists(),
)
