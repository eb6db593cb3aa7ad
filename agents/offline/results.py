"""Reading the ledger's text as the tools print it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"^\s+(?P<run>run_\d+)/(?P<dataset>[^/\n]+)/(?P<metric>[^/\n]+?) = (?P<mean>[-+.\deE]+)(?: ± (?P<error>[-+.\deE]+))?"
    r".*?\(n=(?P<n>\d+)(?:, (?P<goal>min|max) is better)?(?P<censored>, censored)?\)$",
    re.MULTILINE,
)
_TIME = re.compile(r"time|seconds|duration|memory|param", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One result as printed by read_results."""

    run: str
    dataset: str
    metric: str
    mean: float
    n: int
    goal: str
    censored: bool
    """The value hit its cap: a bound, not a measurement."""


def read_lines(text: str) -> list[Line]:
    return [
        Line(m["run"], m["dataset"], m["metric"], float(m["mean"]), int(m["n"]), m["goal"] or "", bool(m["censored"]))
        for m in _LINE.finditer(text)
    ]


def main_metric(lines: list[Line]) -> str:
    """The first metric that has a goal and is no cost; else the first that is no cost; else the first."""
    ordered = list(dict.fromkeys(line.metric for line in lines))
    goals = {line.metric for line in lines if line.goal}
    useful = [m for m in ordered if not _TIME.search(m)]
    return next((m for m in useful if m in goals), next(iter(useful), next(iter(ordered), "")))


def metrics_to_report(lines: list[Line]) -> list[str]:
    """All metrics, the main one first, costs last."""
    ordered = list(dict.fromkeys(line.metric for line in lines))
    main = main_metric(lines)
    return sorted(ordered, key=lambda m: (m != main, bool(_TIME.search(m)), ordered.index(m)))


def gain(lines: list[Line], run: str, metric: str) -> float:
    """Mean relative change of a metric over the datasets, positive where it goes the metric's way; without a goal,
    the plain relative change. A capped value counts as its bound."""
    base = {line.dataset: line for line in lines if line.run == "run_0" and line.metric == metric}
    changes = []
    for line in lines:
        if line.run == run and line.metric == metric and line.dataset in base and base[line.dataset].mean:
            reference = base[line.dataset]
            change = (line.mean - reference.mean) / abs(reference.mean)
            changes.append(-change if line.goal == "min" else change)
    return sum(changes) / len(changes) if changes else 0.0
