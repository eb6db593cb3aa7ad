"""What is true of a study, in the words of a paper, for sentences with known answers.

Independent of the gate: values come from the ledger, names from the template, constants from the code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tools.evidence import BASELINE, CONFIRMATION, Ledger, ResultComparison
from tools.evidence.records import MetricResult
from tools.experiments.template import Template
from tools.literature import Bibliography

_COST_WORDS = frozenset(["time", "seconds", "speed", "memory", "latency", "duration", "runtime"])


@dataclass(frozen=True)
class StudyFacts:
    """A finished study. `paper` is its folder, `code` the workspace of its runs, if it is known."""

    paper: Path
    ledger: Ledger
    bibliography: Bibliography
    template: Template | None = None
    code: Path | None = None

    @cached_property
    def runs(self) -> list[str]:
        """Return the completed runs without the baseline."""
        return [run.name for run in self.ledger.completed if run.name != BASELINE]

    @cached_property
    def datasets(self) -> list[str]:
        return list(self.ledger.baseline.values) if self.ledger.baseline else []

    @cached_property
    def metrics(self) -> list[str]:
        """Return the metrics with a goal that the baseline has on every dataset, in the template's order."""
        if not self.ledger.baseline:
            return []
        values = list(self.ledger.baseline.values.values())
        names = [name for name in values[0] if all(name in metrics for metrics in values)]
        return [name for name in names if self.ledger.metric(name).goal]

    @cached_property
    def quality_metrics(self) -> list[str]:
        """Return the metrics that are no costs."""
        return [name for name in self.metrics if not _COST_WORDS & set(name.lower().split("_"))]

    @property
    def primary(self) -> str:
        return self.quality_metrics[0]

    @cached_property
    def _addresses(self) -> frozenset[str]:
        return frozenset((*self.ledger.addresses(), *self.ledger.confirmed_addresses()))

    def result(self, run: str, dataset: str, metric: str) -> MetricResult | None:
        """Return a result that is a measurement; None if it is missing or a bound."""
        address = f"{run}/{dataset}/{metric}"
        if address not in self._addresses:
            return None
        result = self.ledger.result(address)
        return None if result.censored else result

    def compared(self, run: str, dataset: str, metric: str, against: str = BASELINE) -> ResultComparison | None:
        """Return a comparison of two measurements."""
        base = against.replace("run", "confirm") if run.startswith(CONFIRMATION) else against
        if run in (against, base) or not (self.result(run, dataset, metric) and self.result(base, dataset, metric)):
            return None
        return self.ledger.compare(f"{run}/{dataset}/{metric}", against)

    @cached_property
    def comparisons(self) -> list[ResultComparison]:
        """Return every comparison with the baseline on quality metrics."""
        found = (self.compared(r, d, m) for m in self.quality_metrics for r in self.runs for d in self.datasets)
        return [comparison for comparison in found if comparison]

    @cached_property
    def complete_runs(self) -> list[str]:
        """Return the runs with a measurement of every quality metric on every dataset."""
        return [
            run
            for run in [BASELINE, *self.runs]
            if all(self.result(run, d, m) for d in self.datasets for m in self.quality_metrics)
        ]

    @cached_property
    def source(self) -> str:
        """Return the code of the baseline's experiment, empty if there is none."""
        path = self.template.folder / "experiment.py" if self.template else None
        return path.read_text(encoding="utf-8") if path and path.is_file() else ""

    @cached_property
    def optimiser(self) -> str:
        """Return the optimiser that the code uses, empty if none is found."""
        used = re.search(r"optim\.(\w+)\(", self.source)
        return used[1] if used else ""

    @cached_property
    def sections(self) -> dict[str, str]:
        """Return the sections of the paper by name."""
        return {path.stem: path.read_text(encoding="utf-8") for path in sorted((self.paper / "sections").glob("*.tex"))}

    def section(self, name: str) -> str:
        """Return a section, empty if there is none."""
        return self.sections.get(name, "")

    @cached_property
    def seeds(self) -> int:
        """Return how many seeds stand behind each result, 0 if they differ."""
        counts = {self.ledger.result(address).n for address in self.ledger.addresses()}
        return counts.pop() if len(counts) == 1 else 0

    @cached_property
    def environment(self) -> dict[str, str]:
        return dict(self.ledger.baseline.environment) if self.ledger.baseline else {}

    @cached_property
    def settings(self) -> dict[str, int | float]:
        """Return the numeric settings that no run changed, by name without the file."""
        found: dict[str, int | float] = {}
        for name, value in (self.ledger.baseline.settings if self.ledger.baseline else {}).items():
            same = all(run.settings.get(name) == value for run in self.ledger.completed)
            if same and isinstance(value, int | float) and not isinstance(value, bool):
                found[name.rpartition(".")[2]] = value
        return found

    @cached_property
    def varied(self) -> dict[str, dict[str, float]]:
        """Return each numeric setting that differs between runs -> run -> value."""
        names = self.ledger.baseline.settings if self.ledger.baseline else {}
        found = {}
        for name in names:
            values = {run.name: run.settings.get(name) for run in self.ledger.completed}
            numbers = {run: float(v) for run, v in values.items() if isinstance(v, int | float)}
            if len(numbers) == len(values) and len(set(numbers.values())) > 1:
                found[name] = numbers
        return found

    # ------------------------------------------------------------ words

    def metric_words(self, metric: str) -> str:
        """Return the name of a metric in a sentence: `KL divergence`."""
        return self.ledger.metric(metric).printed

    def unit(self, metric: str) -> str:
        """Return the unit with a space before it, empty if there is none."""
        unit = self.ledger.metric(metric).unit
        return f" {unit}" if unit else ""


def tex(name: str) -> str:
    """Return a name as LaTeX: `run\\_2`."""
    return re.sub(r"([_%#&$])", r"\\\1", name)


def printed(value: float, digits: int = 3) -> str:
    """Return a value in plain decimals with that many significant digits."""
    text = f"{value:.{digits}g}"
    return f"{float(text):f}".rstrip("0").rstrip(".") if "e" in text else text


def listed(names: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
