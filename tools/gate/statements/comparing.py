"""Evaluate a comparison over runs, datasets and metrics of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tools.errors import ToolError
from tools.evidence.analysis_plan import ComparisonKind
from tools.evidence.comparison import ResultComparison
from tools.evidence.formatting import format_value
from tools.evidence.records import BASELINE
from tools.gate.statements.study import Study

MARGINAL = 0.1
"""A significant relative change above this is not marginal."""
LARGE = 0.2
"""A relative change below this is not large."""


class Truth(StrEnum):
    """What the ledger says of one comparison."""

    TRUE = "true"
    NOT_SIGNIFICANT = "not significant"
    EXPLORATORY = "exploratory"
    UNTESTED = "untested"
    FALSE = "false"
    EQUAL = "equal"
    MISSING = "missing"
    CAPPED = "capped"
    NO_GOAL = "no goal"


@dataclass(frozen=True)
class Cell:
    """One comparison and what the ledger says of it."""

    address: str
    against: str
    truth: Truth
    comparison: ResultComparison | None = None
    by_direction: bool = False
    """No test is asked for, as of results that are no more than means."""

    @property
    def shown(self) -> bool:
        """Return whether the difference counts as more than noise."""
        return self.comparison is not None and (self.by_direction or self.comparison.significant)

    @property
    def measured(self) -> str:
        """Return the measured comparison in a few words."""
        if self.comparison is None:
            return f"{self.address} was not measured"
        return f"{self.address}: {self.comparison.change}, against {self.against}"


def compare(study: Study, run: str, dataset: str, metric: str, against: str = BASELINE) -> ResultComparison | None:
    """Return a comparison, None if one side was not measured."""
    try:
        return study.ledger.compare(f"{run}/{dataset}/{metric}", against)
    except ToolError:
        return None


def judge_cell(study: Study, sense: str, run: str, dataset: str, metric: str, against: str) -> Cell:
    """Return whether a run compares with another in the stated sense on one dataset and metric."""
    address = f"{run}/{dataset}/{metric}"
    found = compare(study, run, dataset, metric, against)
    if found is None:
        return Cell(address, against, Truth.MISSING)
    if found.result.censored or found.baseline.censored:
        return Cell(address, against, Truth.CAPPED, found)
    if sense == "same":
        equal = found.equivalent or found.direction == "equal"
        return Cell(address, against, Truth.TRUE if equal else Truth.FALSE, found)
    if sense == "noise":
        return Cell(address, against, Truth.FALSE if found.significant else Truth.TRUE, found)
    if found.direction == "equal":
        return Cell(address, against, Truth.EQUAL, found)
    if sense != "different":
        lower = found.difference < 0
        if sense in ("better", "worse"):
            if found.direction not in ("better", "worse"):
                return Cell(address, against, Truth.NO_GOAL, found)
            agrees = found.direction == sense
        else:
            agrees = lower == wants_lower(study, sense, metric)
        if not agrees:
            return Cell(address, against, Truth.FALSE, found)
    return Cell(address, against, Truth.TRUE if study.by_direction else _shown(found), found, study.by_direction)


def _shown(comparison: ResultComparison) -> Truth:
    """Return whether a difference in the stated direction is shown."""
    if comparison.significant:
        return Truth.TRUE
    if comparison.kind is ComparisonKind.EXPLORATORY and not comparison.untested:
        return Truth.EXPLORATORY
    return Truth.UNTESTED if comparison.p_value is None else Truth.NOT_SIGNIFICANT


def wants_lower(study: Study, sense: str, metric: str) -> bool:
    """Tell whether a lower value of a metric is what a sense such as 'better' or 'faster' says."""
    if sense in ("better", "worse"):
        return (study.metric(metric).goal == "min") == (sense == "better")
    if sense in ("faster", "slower"):
        return (sense == "faster") != study.is_speed(metric)
    return sense == "lower"


def size_contradicts(size: str, cell: Cell) -> str:
    """Return why a word such as 'marginal' or 'substantial' does not fit a change, or an empty string."""
    relative = abs(cell.comparison.relative) if cell.comparison and cell.comparison.relative is not None else None
    if size == "small" and relative is not None and relative > MARGINAL:
        if cell.shown:
            return "the change is significant and not small"
        interval = cell.comparison.interval if cell.comparison else None
        if interval and interval[0] * interval[1] > 0:
            return "the change is not small"
    if size == "large" and not (cell.shown and relative is not None and relative >= LARGE):
        return "the change is not large" if cell.shown else "the change is not significant"
    if size == "certain" and not cell.shown:
        return "the change is not significant"
    return ""


def extreme_run(study: Study, sense: str, runs: Sequence[str], dataset: str, metric: str) -> list[str]:
    """Return the runs whose mean is the lowest, highest, best or worst; several if they print alike."""
    values = {}
    for run in runs:
        try:
            values[run] = study.ledger.result(f"{run}/{dataset}/{metric}").mean
        except ToolError:
            continue
    if not values:
        return []
    if sense in ("better", "worse") and not study.metric(metric).goal:
        return []
    extreme = min(values.values()) if wants_lower(study, sense, metric) else max(values.values())
    return [run for run, value in values.items() if format_value(value) == format_value(extreme)]
