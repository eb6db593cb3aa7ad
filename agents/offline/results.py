"""Reading results: the main metric, the order to report metrics in, and what a run gained."""

from __future__ import annotations

from collections.abc import Sequence

from tools.toolsets.data import LedgerRow


def main_metric(rows: Sequence[LedgerRow]) -> str:
    """Return the metric of the confirmatory comparisons. Without an analysis plan, return the first metric that has a goal
    and is not a cost, else the first that is not a cost, else the first."""
    if primary := next((row.metric for row in rows if row.primary), ""):
        return primary
    ordered = list(dict.fromkeys(row.metric for row in rows))
    goals = {row.metric for row in rows if row.goal}
    useful = [metric for metric in ordered if metric not in _costs(rows)]
    return next((m for m in useful if m in goals), next(iter(useful), next(iter(ordered), "")))


def metrics_to_report(rows: Sequence[LedgerRow]) -> list[str]:
    """Return all metrics, the main one first, costs last."""
    ordered = list(dict.fromkeys(row.metric for row in rows))
    main, costs = main_metric(rows), _costs(rows)
    return sorted(ordered, key=lambda m: (m != main, m in costs, ordered.index(m)))


def gain(rows: Sequence[LedgerRow], run: str, metric: str) -> float:
    """Return the mean relative change of a metric over the datasets, positive in the direction of its goal. Without a
    goal it is the plain relative change. A capped value counts as its bound."""
    base = {row.dataset: row for row in rows if row.run == "run_0" and row.metric == metric}
    changes = []
    for row in rows:
        if row.run == run and row.metric == metric and row.dataset in base and base[row.dataset].mean:
            reference = base[row.dataset].mean
            relative = (row.mean - reference) / abs(reference)
            changes.append(-relative if row.goal == "min" else relative)
    return sum(changes) / len(changes) if changes else 0.0


def _costs(rows: Sequence[LedgerRow]) -> set[str]:
    return {row.metric for row in rows if row.cost}
