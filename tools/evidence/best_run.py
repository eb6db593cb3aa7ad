"""Choose the best of several runs."""

from __future__ import annotations

from tools.evidence.ledger import Ledger
from tools.evidence.records import BASELINE, RunRecord


def best_run(ledger: Ledger, metric: str) -> RunRecord | None:
    """Return the completed run that gained most on a metric over the baseline, on average over the baseline's datasets.

    A gain is the difference in the direction of the metric's goal, divided by the larger of the two absolute values, so
    that it lies between -2 and 2 and no dataset with a value near zero decides alone. A capped value counts as its bound.
    A run that was measured on more of the datasets comes first. None without a goal or without such a run.
    """
    goal, baseline = ledger.metric(metric).goal, ledger.baseline
    if goal is None or baseline is None:
        return None
    wanted = [dataset for dataset, metrics in baseline.values.items() if metric in metrics]
    gains: dict[str, tuple[int, float]] = {}
    for run in ledger.completed:
        measured = [dataset for dataset in wanted if metric in run.values.get(dataset, {})]
        if run.name == BASELINE or not measured:
            continue
        pairs = [
            (ledger.result(f"{run.name}/{d}/{metric}").mean, ledger.result(f"{BASELINE}/{d}/{metric}").mean)
            for d in measured
        ]
        changes = [(one - other) / (max(abs(one), abs(other)) or 1.0) for one, other in pairs]
        gain = sum(changes) / len(changes)
        gains[run.name] = (len(measured), -gain if goal == "min" else gain)
    return max((run for run in ledger.completed if run.name in gains), key=lambda run: gains[run.name], default=None)
