"""A folder of MLflow runs, in the layout of MLflow's file store: `mlflow ui --backend-store-uri FOLDER`."""

from __future__ import annotations

import getpass
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import yaml

from scenarios.exports.steps import span_id, step_spans, summary_of
from scenarios.exports.studies import TrackedRun, tracked_runs
from scenarios.viewer.library import OpenRun
from tools.atomic import write_text
from tools.errors import UserError
from tools.run_dir import RunStatus

_FINISHED, _FAILED, _LOCAL = 3, 4, 4
"""MLflow's numbers of run statuses and of the source type."""


def write_mlflow_store(run: OpenRun, target: Path) -> None:
    """Write an experiment with one MLflow run for the launch and one for each experiment run inside it.

    Raises:
        UserError: the folder exists.
    """
    if target.exists():
        raise UserError(f"{target}: exists already; name another folder with --to")
    spans = list(step_spans(run))
    start = min((span.start for span in spans), default=datetime.fromtimestamp(0).astimezone())
    end = max((span.end for span in spans), default=start)
    experiment = str(int(span_id(f"experiment {run.id}", 15), 16))
    folder = (target / experiment).resolve()
    times = {"creation_time": _milliseconds(start), "last_update_time": _milliseconds(end)}
    _write_yaml(
        folder / "meta.yaml",
        {
            "artifact_location": folder.as_uri(),
            "experiment_id": experiment,
            "lifecycle_stage": "active",
            "name": run.id,
            **times,
        },
    )
    summary, parent = summary_of(run), span_id(f"mlflow {run.id}", 32)
    scores: dict[str, float] = {}
    for idea in summary.ideas if summary else []:
        scores |= {f"{idea.slot}/{name}": value for name, value in (idea.scores[-1] if idea.scores else {}).items()}
    params = {"scenario": summary.scenario, "template": summary.template, "models": summary.models} if summary else {}
    finished = bool(summary and summary.status is RunStatus.FINISHED)
    metrics = {"dollars": summary.dollars if summary else run.index.dollars, **scores}
    made = _Store(folder, experiment, start, end)
    made.add(parent, run.id, params, metrics, {}, failed=not finished)
    for files in run.files.ideas():
        for path in (files.paper_pdf, files.gate_file, files.ledger_file, *sorted(files.paper.glob("figures/*.png"))):
            if path.is_file():
                made.keep(parent, path, files.name)
    for tracked in tracked_runs(run):
        _add(made, tracked, parent)


def _add(made: _Store, tracked: TrackedRun, parent: str) -> None:
    record = tracked.record
    id = span_id(f"{parent} {tracked.idea} {record.name} {record.attempt}", 32)
    params = {name: str(value) for name, value in record.settings.items()} | {"seed": str(record.seed)}
    tags = {"mlflow.parentRunId": parent, "mlflow.source.git.commit": record.commit, "mlflow.note.content": record.note}
    metrics = {**tracked.means, **{f"usage/{name}": value for name, value in record.usage.items()}}
    made.add(id, f"{tracked.idea} {record.name}", params, metrics, tags, failed=record.status != "completed")
    for name, values in tracked.by_seed.items():
        made.series(id, f"by_seed/{name}", values)
    for path in tracked.files:
        made.keep(id, path)


class _Store:
    """The folder of one MLflow experiment."""

    def __init__(self, folder: Path, experiment: str, start: datetime, end: datetime) -> None:
        self._folder, self._experiment, self._start, self._end = folder, experiment, start, end

    def add(
        self,
        id: str,
        name: str,
        params: Mapping[str, str],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        *,
        failed: bool,
    ) -> None:
        """Add a run."""
        home = self._folder / id
        (home / "artifacts").mkdir(parents=True)
        for kind in ("metrics", "params", "tags"):
            (home / kind).mkdir()
        meta = {
            "artifact_uri": (home / "artifacts").as_uri(),
            "end_time": _milliseconds(self._end),
            "entry_point_name": "",
            "experiment_id": self._experiment,
            "lifecycle_stage": "active",
            "run_id": id,
            "run_name": name,
            "run_uuid": id,
            "source_name": "colloquium",
            "source_type": _LOCAL,
            "source_version": "",
            "start_time": _milliseconds(self._start),
            "status": _FAILED if failed else _FINISHED,
            "tags": [],
            "user_id": getpass.getuser(),
        }
        _write_yaml(home / "meta.yaml", meta)
        for key, value in params.items():
            write_text(_inside(home / "params", key), str(value)[:6000])
        for key, value in {"mlflow.runName": name, **tags}.items():
            write_text(_inside(home / "tags", key), value)
        for key, number in metrics.items():
            self.series(id, key, (number,))

    def series(self, id: str, key: str, values: tuple[float, ...]) -> None:
        """Add the values of a metric, by step."""
        lines = (f"{_milliseconds(self._end)} {value!r} {step}\n" for step, value in enumerate(values))
        path = _inside(self._folder / id / "metrics", key)
        if path.is_dir() or any(parent.is_file() for parent in path.parents):  # `loss` beside `loss/train`
            path = _inside(self._folder / id / "metrics", key.replace("/", "."))
        write_text(path, "".join(lines))

    def keep(self, id: str, path: Path, folder: str = "") -> None:
        """Copy a file to the artifacts of a run."""
        home = self._folder / id / "artifacts" / folder
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, home / path.name)


def _inside(folder: Path, key: str) -> Path:
    """Return the file of a key, whose characters MLflow allows only in part."""
    allowed = "".join(c if c.isalnum() or c in "_-. /" else "_" for c in key)
    return folder.joinpath(*(part.strip(". ") or "_" for part in allowed.split("/")))


def _write_yaml(path: Path, data: Mapping[str, object]) -> None:
    write_text(path, yaml.safe_dump(dict(data), sort_keys=True))


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)
