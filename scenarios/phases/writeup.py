"""Write-up and revision: the writer drafts the paper, and later revises it in response to the reviews."""

from __future__ import annotations

from dataclasses import replace

from scenarios.phases.experiments import ledger_status
from scenarios.phases.phase_type import Need, PhaseContext, PhaseType, ShownDeliverable
from tools.evidence import Ledger, describe_plan
from tools.experiments.confirmation import confirmation_of
from tools.experiments.execution import load_ledger
from tools.figures import load_figures
from tools.gate import gate_errors
from tools.paper import SECTIONS, written_sections
from tools.review import load_decision, load_reviews
from tools.toolsets.experiments import runs_left


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
        "plan": ledger.plan,
        "analysis": describe_plan(ledger.plan, context.idea.template.metrics),
        "confirmation": confirmation_of(context.idea, ledger),
        "confirmed_addresses": ledger.confirmed_addresses(),
        "figures": load_figures(context.idea.workspace.paper),
        "has_plot": (context.idea.workspace.work / "plot.py").is_file(),
        "on_call": context.participants.on_call,
        "runs_left": runs_left(ledger, context.idea.run_quota),
        "sections": SECTIONS,
        "run_quota": context.idea.run_quota,
        "findings": findings.read_text(encoding="utf-8") if findings.exists() else "",
        "settings": _settings(ledger),
        "environment": sorted(ledger.baseline.environment) if ledger.baseline else [],
    }


def _settings(ledger: Ledger) -> list[str]:
    """Return the addresses of the baseline's settings, and of those that only a later run has."""
    own = dict(ledger.baseline.settings) if ledger.baseline else {}
    added = [f"{run.name}/{name}" for run in ledger.completed for name in run.settings if name not in own]
    return [*sorted(own), *added]


def _revision_variables(context: PhaseContext) -> dict[str, object]:
    return {
        **_writeup_variables(context),
        "paper_title": written_sections(context.idea.workspace.paper).get("title", "").strip(),
        "reviews": load_reviews(context.review_folder),
        "meta_review": load_decision(context.review_folder),
        "gate_findings": gate_errors(context.idea.workspace.files.gate_file),
    }


def _shown(context: PhaseContext) -> ShownDeliverable:
    texts = written_sections(context.idea.workspace.paper)
    return ShownDeliverable("\n\n".join(f"[{name}]\n{text.strip()}" for name, text in texts.items()))


_WRITING_TOOLS = (
    "list_files",
    "edit_file",
    "write_file",
    "run_plot",
    "submit_figures",
    "drop_figure",
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
    "edit_section",
    "read_section",
    "compile_paper",
    "check_paper",
    "submit_paper",
)

WRITEUP = PhaseType(
    name="writeup",
    deliverable="paper",
    submits="submit_paper",
    participants=("writer", "phd_student", "plotter"),
    on_call=("plotter",),
    tools=_WRITING_TOOLS,
    turns=16,
    needs=frozenset({Need.TEMPLATE, Need.IDEA, Need.RESULTS, Need.SANDBOX, Need.TEX}),
    gives=frozenset({Need.PAPER}),
    variables=_writeup_variables,
    shown=_shown,
    is_usable=lambda context: context.idea.workspace.files.paper_pdf.exists(),
)

REVISION = replace(
    WRITEUP,
    name="revision",
    participants=("writer", "plotter", "coder"),
    on_call=("plotter", "coder"),
    status=ledger_status,
    works_with="run_experiment",
    tools=(
        *_WRITING_TOOLS,
        "read_reviews",
        "submit_rebuttal",
        "dry_run",
        "run_experiment",
        "compare_code",
        "restore_code",
        "read_log",
    ),
    turns=16,
    needs=WRITEUP.needs | {Need.PAPER, Need.REVIEWS},
    variables=_revision_variables,
)
