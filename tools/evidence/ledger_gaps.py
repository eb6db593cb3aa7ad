"""What a run lacks of what the baseline has: datasets, metrics, seeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.evidence.ledger import Ledger
from tools.evidence.records import BASELINE


@dataclass(frozen=True)
class RunGaps:
    """The results that the baseline has and a run does not have."""

    run: str
    measured: tuple[str, ...]
    """The datasets of the run."""
    datasets: tuple[str, ...] = ()
    """Datasets that are missing as a whole."""
    results: tuple[str, ...] = ()
    """`dataset/metric` that is missing on a dataset that the run has."""
    seeds: tuple[str, ...] = ()
    """`dataset/metric` with fewer values than the baseline's."""

    def __str__(self) -> str:
        parts = [
            ("has no results on", self.datasets),
            ("does not report", self.results),
            ("has fewer seeds than the baseline for", self.seeds),
        ]
        said = [f"{verb} {', '.join(names)}" for verb, names in parts if names]
        return f"{self.run} {'; '.join(said)}, so it cannot carry a claim about all of them"


def gaps_of(ledger: Ledger, run: str = "") -> Iterator[RunGaps]:
    """Yield what each completed run lacks, or one run. Runs without a gap are left out."""
    baseline = ledger.baseline
    if baseline is None:
        return
    for record in ledger.completed:
        if record.name == BASELINE or (run and record.name != run):
            continue
        shared = [(d, m) for d, metrics in baseline.values.items() if d in record.values for m in metrics]
        gaps = RunGaps(
            run=record.name,
            measured=tuple(record.values),
            datasets=tuple(d for d in baseline.values if d not in record.values),
            results=tuple(f"{d}/{m}" for d, m in shared if m not in record.values[d]),
            seeds=tuple(
                f"{d}/{m}"
                for d, m in shared
                if m in record.values[d] and len(record.values[d][m]) < len(baseline.values[d][m])
            ),
        )
        if gaps.datasets or gaps.results or gaps.seeds:
            yield gaps
