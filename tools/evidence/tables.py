"""Tables generated from the ledger, as plain text: results, settings and runs."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

from tools.evidence.formatting import format_power, format_setting, format_value, shared_exponent
from tools.evidence.ledger import Ledger
from tools.evidence.records import BASELINE, MetricResult, RunRecord

_MAX_DATASETS = 4
"""Datasets side by side in a table; more are split into further blocks."""
_MISSING = "–"


@dataclass(frozen=True)
class GeneratedTable:
    """A block of a table. `layout` is its LaTeX column specification."""

    layout: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def generated_tables(ledger: Ledger) -> dict[str, dict[str, list[GeneratedTable]]]:
    """Return macro -> address -> the table's blocks. Tables without an argument have the address ''."""
    metrics = dict.fromkeys(ledger.result(address).metric.name for address in ledger.addresses())
    return {
        "resulttable": {metric: _result_table(ledger, metric) for metric in metrics},
        "settingstable": {"": [_settings_table(ledger.completed)]},
        "runstable": {"": [_runs_table(ledger.runs)]},
    }


def _result_table(ledger: Ledger, metric: str) -> list[GeneratedTable]:
    results = {(r.run, r.dataset): r for r in map(ledger.result, ledger.addresses()) if r.metric.name == metric}
    datasets = list(dict.fromkeys(dataset for _, dataset in results))
    exponent = shared_exponent([result.mean for result in results.values()])
    width = math.ceil(len(datasets) / math.ceil(len(datasets) / _MAX_DATASETS))
    blocks = [datasets[i : i + width] for i in range(0, len(datasets), width)]

    def cell(run: str, dataset: str) -> str:
        result = results.get((run, dataset))
        if result is None:
            return _MISSING
        comparable = run != BASELINE and (BASELINE, dataset) in results
        star = "*" if comparable and ledger.compare(result.address).significant else ""
        error = None if result.censored else result.stderr
        return format_value(result.mean, error, exponent=exponent) + (" (capped)" if result.censored else star)

    return [
        GeneratedTable(
            layout=r"lp{0.24\linewidth}" + "r" * len(block),
            head=("Run", "What it changes", *block),
            rows=tuple(
                (run.name, _shorten(run.note, 60), *(cell(run.name, d) for d in block)) for run in ledger.completed
            ),
            note=_result_note(list(results.values()), exponent) if block is blocks[-1] else "",
        )
        for block in blocks
    ]


def _result_note(results: list[MetricResult], exponent: int) -> str:
    """Return the metric, unit, seeds, better direction and the meaning of the star."""
    counts = sorted({result.n for result in results})
    metric = results[0].metric
    unit = " ".join(filter(None, [format_power(exponent) if exponent else "", metric.unit]))
    name = metric.printed[:1].upper() + metric.printed[1:] + (f" in {unit}" if unit else "")
    goal = {"min": "; lower is better", "max": "; higher is better", None: ""}[metric.goal]
    capped = " Capped: the value hit its limit and is a bound." if any(r.censored for r in results) else ""
    if counts == [1]:
        return f"{name}{goal}. One value per run, so there is no standard error and no test.{capped}"
    seeds = f"{counts[0]} seeds" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} seeds"
    return (
        f"{name}, mean ± standard error over {seeds}{goal}. * differs from {BASELINE} by Welch's test at 5%, "
        f"not corrected for the number of comparisons.{capped}"
    )


def _settings_table(runs: list[RunRecord]) -> GeneratedTable:
    """List the settings (`module.name`) that differ between the completed runs."""
    names = dict.fromkeys(name for run in runs for name in run.settings if "." in name)
    written = {name: [format_setting(run.settings.get(name, _MISSING)) for run in runs] for name in names}
    rows = tuple((name, *(_shorten(v, 30) for v in values)) for name, values in written.items() if len(set(values)) > 1)
    none = "No setting differs between the completed runs; their changes are in the code."
    return GeneratedTable("l" + "r" * len(runs), ("Setting", *(run.name for run in runs)), rows, "" if rows else none)


def _runs_table(runs: list[RunRecord]) -> GeneratedTable:
    def row(run: RunRecord) -> tuple[str, ...]:
        text = _shorten(f"{run.note} ({run.kept})" if run.kept else run.note, 120)
        if run.status != "completed":
            text = f"{text} ({run.status}: {_shorten(run.reason.splitlines()[0], 160)})".strip()
        seed = _MISSING if run.seed is None else str(run.seed)
        wall = f"{run.usage['wall_seconds']:.1f} s" if "wall_seconds" in run.usage else _MISSING
        return run.name, str(run.attempt), run.status, seed, wall, text

    head = ("Run", "Attempt", "Outcome", "Seed", "Time", "What it changes")
    return GeneratedTable(r"lrlrrp{0.42\linewidth}", head, tuple(map(row, runs)))


def _shorten(text: str, width: int) -> str:
    return textwrap.shorten(text, width, placeholder=" …")
