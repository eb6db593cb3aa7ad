"""Summarize a run from the files of its ideas."""

from __future__ import annotations

from agents.run_context import RunContext
from scenarios.idea_run import IdeaRun
from scenarios.resolved_scenario import ResolvedScenario
from tools.evidence import BASELINE
from tools.experiments.execution import load_ledger
from tools.gate import load_gate_report
from tools.review import load_decision
from tools.run_dir import IdeaDir, IdeaSummary, RunEnd, RunSummary


def summarize_run(
    resolved: ResolvedScenario, run_context: RunContext, idea_runs: list[IdeaRun], end: RunEnd
) -> RunSummary:
    """Return the summary of a run that has stopped."""
    return RunSummary(
        scenario=resolved.scenario.name,
        template=resolved.template.name if resolved.template else "",
        models=resolved.scenario.models,
        status=end.status,
        reason=end.reason,
        seconds=round(run_context.run.seconds, 1),
        dollars=round(run_context.run.dollars, 6),
        tokens=run_context.run.tokens,
        ideas=[_summarize_idea(idea_run) for idea_run in idea_runs],
    )


def _summarize_idea(idea_run: IdeaRun) -> IdeaSummary:
    folder, idea = IdeaDir(idea_run.workspace.root), idea_run.idea
    gate = load_gate_report(folder.gate_file)
    decisions = [found for each in folder.review_rounds() if (found := load_decision(each.root))]
    ledger = load_ledger(idea_run.context)
    return IdeaSummary(
        slot=idea_run.slot,
        folder=str(folder.root),
        name=idea.name if idea else "",
        novel=idea.novel if idea else None,
        runs_completed=sum(run.name != BASELINE for run in ledger.completed),
        runs_failed=sum(run.status == "failed" for run in ledger.runs),
        runs_tampered=sum(run.status == "tampered" for run in ledger.runs),
        papers=[str(path) for path in folder.paper_versions],
        gate=gate.verdict if gate else "",
        passed=str(folder.passed_pdf) if folder.passed_pdf.exists() else "",
        scores=[decision.means or decision.scores for decision in decisions],
        decisions=[decision.decision for decision in decisions],
        ended_early=idea_run.outcome,
    )
