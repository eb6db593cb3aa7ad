"""The experiment runs of a run's ideas, as trackers of experiments describe them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scenarios.viewer.library import OpenRun
from scenarios.viewer.study import IdeaStudy
from tools.evidence import RunRecord


@dataclass(frozen=True)
class TrackedRun:
    """One completed or failed experiment run."""

    idea: str
    record: RunRecord
    means: dict[str, float]
    """`dataset/metric` -> mean over seeds."""
    by_seed: dict[str, tuple[float, ...]]
    files: tuple[Path, ...]
    """Its log and results."""


def tracked_runs(run: OpenRun) -> Iterator[TrackedRun]:
    """Yield every row of every ledger of a run."""
    for files in run.files.ideas():
        study = IdeaStudy(run, files)
        for record in study.ledger.rows:
            results = {
                f"{dataset}/{metric}": study.ledger.result(f"{record.name}/{dataset}/{metric}")
                for dataset, found in record.values.items()
                for metric in found
                if record.status == "completed"
            }
            known = (files.log_file(record.name, record.attempt), *sorted((files.work / record.name).glob("*.json")))
            yield TrackedRun(
                idea=files.name,
                record=record,
                means={name: result.mean for name, result in results.items()},
                by_seed={name: result.values for name, result in results.items()},
                files=tuple(path for path in known if path.is_file() and not path.is_symlink()),
            )
