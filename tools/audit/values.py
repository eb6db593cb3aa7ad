"""The measured values that a paper is checked against, with the names that a paper may give them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_LOWER = re.compile(r"loss|error|divergence|perplex|time|latency|memory|\bfid\b|\bmse\b|\bmae\b|rmse|\bkl\b|bits|cost")
_HIGHER = re.compile(r"acc|\bf1\b|auc|bleu|rouge|reward|score|precision|recall|\br2\b|throughput")


@dataclass(frozen=True)
class MeasuredValue:
    """One number of the results."""

    run: str
    dataset: str
    metric: str
    value: float
    statistic: str = "mean"
    """mean, stderr, std, or seed."""

    @property
    def address(self) -> str:
        place = "/".join(part for part in (self.run, self.dataset, self.metric) if part)
        return place if self.statistic == "mean" else f"{place}/{self.statistic}"


@dataclass
class MeasuredResults:
    """The values of a folder of results."""

    values: list[MeasuredValue] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """Run -> what the notes call it."""
    notes: list[str] = field(default_factory=list)
    """What was left out, one sentence each."""

    def means(self) -> list[MeasuredValue]:
        return [value for value in self.values if value.statistic == "mean"]

    @property
    def runs(self) -> list[str]:
        return _ordered(value.run for value in self.values)

    @property
    def datasets(self) -> list[str]:
        return _ordered(value.dataset for value in self.values if value.dataset)

    @property
    def metrics(self) -> list[str]:
        return _ordered(value.metric for value in self.values)

    @property
    def baseline(self) -> str:
        return next((run for run in self.runs if re.fullmatch(r"run_0|baseline", run, re.IGNORECASE)), "")

    def find(self, run: str, dataset: str, metric: str) -> MeasuredValue | None:
        """Return the mean at an address."""
        return next((v for v in self.means() if (v.run, v.dataset, v.metric) == (run, dataset, metric)), None)

    def spreads(self, run: str, dataset: str, metric: str) -> list[MeasuredValue]:
        """Return the standard errors and deviations at an address."""
        return [
            v
            for v in self.values
            if v.statistic in ("stderr", "std") and (v.run, v.dataset, v.metric) == (run, dataset, metric)
        ]


def lower_is_better(metric: str) -> bool | None:
    """Tell the direction of a metric by its name; None if the name does not say."""
    name = metric.replace("_", " ").lower()
    if _LOWER.search(name):
        return True
    return False if _HIGHER.search(name) else None


def _ordered(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
