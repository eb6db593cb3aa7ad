"""What has become of each idea of a run: its title, the gate's and the panels' verdicts, and its best result."""

from __future__ import annotations

import json
from dataclasses import dataclass

from scenarios.viewer.experiments import metric_views
from scenarios.viewer.library import OpenRun
from scenarios.viewer.panel import read_report
from scenarios.viewer.study import IdeaStudy
from tools.errors import UserError
from tools.evidence import BASELINE, ResultComparison, best_run
from tools.gate import GateReport, load_gate_report
from tools.run_dir import IdeaDir, read_summary


@dataclass(frozen=True)
class BestResult:
    """The primary metric of the best run on a dataset, beside the baseline's. Both are as printed."""

    dataset: str
    best: str
    baseline: str
    comparison: ResultComparison | None


@dataclass(frozen=True)
class IdeaProgress:
    """An idea and how far it has come."""

    name: str
    title: str
    gate: GateReport | None
    panels: list[tuple[str, float | None]]
    """Decision and overall score of each round."""
    best: str
    """The run that gained most on the primary metric, empty if there is none."""
    metric: str
    """The primary metric as printed."""
    results: list[BestResult]


def idea_outcomes(run: OpenRun, most: int) -> list[IdeaProgress]:
    """Return the outcomes so far of at most `most` ideas."""
    return [_outcome(IdeaStudy(run, files)) for files in run.files.ideas()[:most]]


def gate_summary(run: OpenRun, slot: str, number: int) -> str:
    """Return the summary of the gate's report on a version of an idea's paper, empty if there is none to read."""
    summary = read_summary(run.files.root)
    names = {idea.slot: idea.name for idea in (summary.ideas if summary else []) if idea.name}
    ideas = [run.files.idea(names[slot])] if slot in names else run.files.ideas()
    try:
        report = load_gate_report(ideas[0].gate_copy(number)) if len(ideas) == 1 else None
    except UserError:
        return ""
    return report.summary if report else ""


def _outcome(study: IdeaStudy) -> IdeaProgress:
    files = study.files
    reports = filter(None, (read_report(found) for found in files.review_rounds()))
    panels = [(report.decision, report.overall) for report in reports]
    try:
        gate, (best, metric, results) = load_gate_report(files.gate_file), _best(study)
    except UserError:  # the pages of the idea say what is wrong with it
        gate, best, metric, results = None, "", "", []
    return IdeaProgress(study.name, _title(files), gate, panels, best, metric, results)


def _title(files: IdeaDir) -> str:
    """Return the idea's title, empty for a paper under review. A damaged file gives none."""
    try:
        return str(json.loads(files.idea_file.read_bytes()).get("Title", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _best(study: IdeaStudy) -> tuple[str, str, list[BestResult]]:
    plan = study.ledger.plan
    best = best_run(study.ledger, plan.primary_metric) if plan else None
    if plan is None or best is None:
        return "", "", []
    views = [view for view in metric_views(study) if view.results[0].result.metric.name == plan.primary_metric]
    results = []
    for view in views:
        by_run = {found.result.run: found for found in view.results}
        if best.name in by_run and BASELINE in by_run:
            found = by_run[best.name]
            results.append(BestResult(view.dataset, str(found.result), str(by_run[BASELINE].result), found.comparison))
    return best.name, views[0].title if views else "", results
