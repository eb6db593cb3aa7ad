"""The page about an idea's experiments: runs, their order, and results with their per-seed values."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from scenarios.viewer.study import IdeaStudy
from tools.errors import MachineError, ToolError, UserError
from tools.evidence import BASELINE, MetricResult, ResultComparison, RunRecord
from tools.experiments.workspace import Workspace
from tools.figures import load_figures
from tools.gate import load_gate_report

SUBMIT_PAPER = "submit_paper"
"""The tool that hands the paper in."""


@dataclass(frozen=True)
class RunView:
    """An experiment run or an attempt at it."""

    record: RunRecord
    changed: list[tuple[str, str, str]]
    """Settings that differ from the baseline's: name, value, the baseline's value."""
    log: str
    """The log's path relative to the run folder, empty if there is none."""


@dataclass(frozen=True)
class ResultView:
    """A result, and its comparison with the baseline."""

    result: MetricResult
    comparison: ResultComparison | None


@dataclass(frozen=True)
class DotPlot:
    """The values of one metric on one dataset by run, placed from 0 to 1."""

    rows: list[tuple[str, list[float], tuple[float, float] | None, float]]
    """Run, values by seed, interval, mean."""
    low: float
    high: float


@dataclass(frozen=True)
class MetricView:
    """All results of a metric on a dataset."""

    dataset: str
    title: str
    results: list[ResultView]
    plot: DotPlot


def experiments_values(study: IdeaStudy) -> dict[str, object]:
    """Return the values of the page about experiments."""
    ledger, figures = study.ledger, study.files.paper / "figures"
    return {
        "run": study.run,
        "study": study,
        "rows": [_run_view(study, record) for record in ledger.rows],
        "metrics": metric_views(study),
        "plan": ledger.plan,
        "figures": [found for found in load_figures(study.files.paper) if (figures / found.file).is_file()],
        "findings": _text(study),
    }


def difference_values(study: IdeaStudy, one: str, other: str) -> dict[str, object]:
    """Return the values of the page about the code of two runs: the diff, and what each run changes in its own words.

    Without names, the baseline and the last run are compared.

    Raises:
        UserError: one of them has no commit, or the repository lacks it.
    """
    records = {record.name: record for record in study.ledger.rows if record.commit}
    one, other = one or BASELINE, other or next(reversed(records), "")
    for name in (one, other):
        if name not in records:
            raise UserError(f"{name}: no run of that name has a commit; there are: {', '.join(records) or 'none'}")
    workspace = Workspace(study.files.root)
    try:
        difference = workspace.difference(records[one].commit, records[other].commit, "work")
    except MachineError as error:
        raise UserError(str(error)) from None
    notes = [f"{name}: {records[name].note}" for name in (one, other) if records[name].note]
    return {"run": study.run, "study": study, "a": one, "b": other, "diff": difference, "notes": notes}


def versions_values(study: IdeaStudy) -> dict[str, object]:
    """Return the values of the page about the paper's versions: what each submission changed, and its gate report."""
    index, workspace = study.run.index, Workspace(study.files.root)
    entries = [entry for entry in index.entries if entry.tool == SUBMIT_PAPER and not entry.failed]
    commits = [commit for entry in entries if workspace.has(commit := str(index.read(entry).data.get("commit", "")))]
    changes = [(after, workspace.difference(before, after, "paper")) for before, after in itertools.pairwise(commits)]
    gates = [(number, load_gate_report(path)) for number, path in enumerate(study.files.gate_copies, start=1)]
    return {"run": study.run, "study": study, "changes": changes, "gates": gates}


def _run_view(study: IdeaStudy, record: RunRecord) -> RunView:
    base = study.ledger.baseline
    known = base.settings if base else {}
    changed = [
        (name, str(value), str(known.get(name, "")))
        for name, value in record.settings.items()
        if record.name != BASELINE and known.get(name) != value
    ]
    log = study.files.log_file(record.name, record.attempt)
    here = log.resolve().relative_to(study.run.files.root.resolve()).as_posix() if log.is_file() else ""
    return RunView(record, changed, here)


def metric_views(study: IdeaStudy) -> list[MetricView]:
    """Return all results of a study by metric and dataset."""
    ledger = study.ledger
    keys: dict[tuple[str, str], list[ResultView]] = {}
    for address in [*ledger.addresses(), *ledger.confirmed_addresses()]:
        result = ledger.result(address)
        try:
            comparison = ledger.compare(address)
        except ToolError:  # the baseline itself, or a result that the baseline lacks
            comparison = None
        keys.setdefault((result.metric.name, result.dataset), []).append(ResultView(result, comparison))
    names = list(dict.fromkeys(name for name, _ in keys))
    return [
        MetricView(dataset, found[0].result.metric.printed, found, _plot([view.result for view in found]))
        for (_, dataset), found in sorted(keys.items(), key=lambda item: names.index(item[0][0]))
    ]


def _plot(results: list[MetricResult]) -> DotPlot:
    ends: list[float] = [end for result in results for end in (*result.values, *(result.interval or ()))]
    low, high = min(ends), max(ends)
    width = float(high - low) or 1.0

    def place(value: float) -> float:
        return (value - low) / width

    rows = [
        (
            result.run,
            [place(value) for value in result.values],
            (place(result.interval[0]), place(result.interval[1])) if result.interval else None,
            place(result.mean),
        )
        for result in results
    ]
    return DotPlot(rows, low, high)


def _text(study: IdeaStudy) -> str:
    path = study.files.findings_file
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
