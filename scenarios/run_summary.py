"""summary.json: what a table of many runs needs, and where the things to look at lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from agents.run_context import RunContext
from scenarios.idea_run import IdeaRun
from scenarios.resolved_scenario import ResolvedScenario
from tools.atomic import write_json
from tools.evidence import BASELINE
from tools.evidence.gate import load_gate_report
from tools.review import load_decision


def write_summary(
    folder: Path, resolved: ResolvedScenario, run_context: RunContext, idea_runs: list[IdeaRun], status: str
) -> None:
    """Write summary.json of a run, finished or not."""
    write_json(
        folder / "summary.json",
        {
            "scenario": resolved.scenario.name,
            "template": resolved.template.name if resolved.template else "",
            "models": resolved.scenario.models,
            "status": status,
            "seconds": round(run_context.run.seconds, 1),
            "dollars": round(run_context.run.dollars, 6),
            "tokens": run_context.run.tokens,
            "ideas": [_outcome_of_idea_run(idea_run) for idea_run in idea_runs],
        },
    )


def read_summary(folder: Path) -> dict[str, object]:
    """The summary of a run; empty while its first phase has not ended."""
    path = folder / "summary.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def dollars_of(folder: Path) -> float:
    """What a run has cost so far; nothing while it has no summary."""
    return float(str(read_summary(folder).get("dollars", 0)))


def spent_in(folder: Path) -> float:
    """Dollars that all runs in a folder have cost so far."""
    return sum(dollars_of(path.parent) for path in folder.glob("*/summary.json"))


def overall(scores: Mapping[str, float]) -> float | None:
    """The one score that stands for a review: `Overall`, or the form's first."""
    found = scores.get("Overall", next(iter(scores.values()), None))
    return None if found is None else float(found)


def _outcome_of_idea_run(idea_run: IdeaRun) -> dict[str, object]:
    root = idea_run.workspace.root
    ledger, gate = root / "results.json", load_gate_report(root / "gate.json")
    rounds = sorted((root / "reviews").glob("round_*")) if (root / "reviews").is_dir() else []
    panels = [panel for panel in map(load_decision, rounds) if panel]
    runs = json.loads(ledger.read_text(encoding="utf-8"))["runs"] if ledger.exists() else []
    idea = idea_run.idea
    return {
        "slot": idea_run.slot,
        "folder": str(root),
        "name": idea.name if idea else "",
        "novel": idea.novel if idea else None,
        "runs_completed": sum(run["status"] == "completed" and run["name"] != BASELINE for run in runs),
        "runs_failed": sum(run["status"] == "failed" for run in runs),
        "runs_tampered": sum(run["status"] == "tampered" for run in runs),
        "papers": [str(path) for path in sorted((root / "paper" / "versions").glob("*.pdf"))],
        "gate": gate.verdict if gate else "",
        "scores": [panel.scores for panel in panels],
        "decisions": [panel.decision for panel in panels],
        "ended_early": idea_run.outcome,
    }
