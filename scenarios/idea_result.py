"""The outcome of an idea run, as the archive records it for later ideas."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.idea_run import IdeaRun
from tools.errors import ToolError
from tools.evidence import BASELINE, Ledger
from tools.experiments.execution import load_ledger
from tools.gate import load_gate_report
from tools.ideas import IdeaOutcome, Trial
from tools.review import load_decision


def outcome_of_idea_run(idea_run: IdeaRun) -> IdeaOutcome:
    """Return the outcome of an idea run as it stands."""
    files = idea_run.workspace.files
    gate = load_gate_report(files.gate_file)
    decisions = (load_decision(review_round.root) for review_round in reversed(files.review_rounds()))
    panel = next((decision for decision in decisions if decision), None)
    return IdeaOutcome(
        ended_early=idea_run.outcome,
        runs=list(_runs(load_ledger(idea_run.context), idea_run.context.template.primary_metric)),
        trials=list(_trials(load_ledger(idea_run.context), idea_run.context.template.primary_metric)),
        gate=gate.verdict if gate else "",
        score=panel.overall if panel else None,
        decision=panel.decision if panel else "",
    )


def _trials(ledger: Ledger, primary: str) -> Iterator[Trial]:
    for run in ledger.completed:
        if run.name == BASELINE:
            continue
        found: dict[str, list[str]] = {}
        for dataset, metrics in run.values.items():
            metric = primary if primary in metrics else next(iter(metrics))
            try:
                comparison = ledger.compare(f"{run.name}/{dataset}/{metric}")
            except ToolError:
                continue
            if comparison.significant:
                found.setdefault(comparison.direction, []).append(f"{dataset}/{metric}")
        yield Trial(
            run=run.name,
            note=run.note,
            better=tuple(found.get("better", ())),
            worse=tuple(found.get("worse", ())),
            changed=tuple(found.get("changed", ())),
        )


def _runs(ledger: Ledger, primary: str) -> Iterator[str]:
    """Yield one line for each run and confirmation except the baseline's: what it changed, and the change of the primary
    metric per dataset."""
    for run in ledger.rows:
        if run.confirms == BASELINE:
            continue
        if run.status != "completed":
            yield f"{run.name}, attempt {run.attempt} ({run.note}): {run.status}: {run.reason.splitlines()[0][:160]}"
            continue
        changes = []
        for dataset, metrics in run.values.items():
            metric = primary if primary in metrics else next(iter(metrics))
            try:
                changes.append(f"{dataset}/{metric} {ledger.compare(f'{run.name}/{dataset}/{metric}').change}")
            except ToolError:
                changes.append(f"{dataset}/{metric} has nothing to compare with")
        yield f"{run.name} ({run.note}): {'; '.join(changes)}"
