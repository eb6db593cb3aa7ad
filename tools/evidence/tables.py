"""Tables generated from the ledger, as plain text: results, comparisons, settings and runs."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from tools.evidence.aggregates import aggregate_difference
from tools.evidence.analysis_plan import ComparisonKind
from tools.evidence.comparison import ResultComparison, Untested, format_effect
from tools.evidence.formatting import (
    format_interval,
    format_p_value,
    format_power,
    format_setting,
    format_signed,
    format_value,
    shared_exponent,
)
from tools.evidence.ledger import Ledger
from tools.evidence.records import BASELINE, CONFIRMATION, MetricResult, RunRecord

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
    addresses = table_addresses(ledger)
    return {
        "resulttable": {metric: _result_table(ledger, metric) for metric in addresses["resulttable"]},
        "comparisontable": {metric: [_comparison_table(ledger, metric)] for metric in addresses["comparisontable"]},
        "settingstable": {"": [_settings_table(ledger.completed)]},
        "runstable": {"": [_runs_table(ledger.rows)]},
    }


def table_addresses(ledger: Ledger) -> dict[str, list[str]]:
    """Return macro -> addresses of `generated_tables`."""
    metrics = list(dict.fromkeys(ledger.result(address).metric.name for address in ledger.addresses()))
    return {"resulttable": metrics, "comparisontable": metrics, "settingstable": [""], "runstable": [""]}


def _result_table(ledger: Ledger, metric: str) -> list[GeneratedTable]:
    addresses = ledger.addresses() + ledger.confirmed_addresses()
    results = {(r.run, r.dataset): r for r in map(ledger.result, addresses) if r.metric.name == metric}
    rows = [*ledger.completed, *ledger.confirmations]
    datasets = list(dict.fromkeys(dataset for _, dataset in results))
    exponent = shared_exponent([result.mean for result in results.values()])
    width = math.ceil(len(datasets) / math.ceil(len(datasets) / _MAX_DATASETS))
    blocks = [datasets[i : i + width] for i in range(0, len(datasets), width)]

    def cell(run: str, dataset: str) -> str:
        result = results.get((run, dataset))
        if result is None:
            return _MISSING
        baseline = f"{run.rpartition('_')[0]}_0"
        comparable = run != baseline and (baseline, dataset) in results
        star = "*" if comparable and ledger.compare(result.address).significant else ""
        error = None if result.censored else result.stderr
        return format_value(result.mean, error, exponent=exponent) + (" (capped)" if result.censored else star)

    return [
        GeneratedTable(
            layout=r"lp{0.24\linewidth}" + "r" * len(block),
            head=("Run", "What it changes", *block),
            rows=tuple((row.name, _shorten(row.note, 60), *(cell(row.name, d) for d in block)) for row in rows),
            note=_result_note(ledger, list(results.values()), exponent) if block is blocks[-1] else "",
        )
        for block in blocks
    ]


def _result_note(ledger: Ledger, results: list[MetricResult], exponent: int) -> str:
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
    confirmed = any(result.run.startswith(CONFIRMATION) for result in results)
    stars = _meaning_of_stars(ledger, metric.name, confirmed=confirmed)
    return f"{name}, mean ± standard error over {seeds}{goal}. {stars}{capped}"


def _meaning_of_stars(ledger: Ledger, metric: str, *, confirmed: bool) -> str:
    baseline = f"{BASELINE}, a confirmation from {CONFIRMATION}0," if confirmed else BASELINE
    if ledger.plan is None:
        return f"* differs from {baseline} by Welch's test at 5%, not corrected for the number of comparisons."
    kind = ledger.plan.kind(metric, with_baseline=True)
    if kind is ComparisonKind.COST:
        return "A cost varies with the machine and is not tested."
    if kind is ComparisonKind.EXPLORATORY:
        primary = ledger.metric(ledger.plan.primary_metric).printed
        return f"Exploratory: only the {primary} is tested."
    return (
        f"* differs from {baseline} at the {ledger.plan.printed_alpha} level of the whole study, by a t-test with "
        f"p-values adjusted for {_family(ledger, confirmed=confirmed)}."
    )


def _family(ledger: Ledger, *, confirmed: bool) -> str:
    """Return the number of confirmatory comparisons: `12 comparisons and 4 confirmations`."""
    size = f"{ledger.family_size()} comparisons"
    return f"{size} and {ledger.family_size(f'{CONFIRMATION}0')} confirmations" if confirmed else size


def _comparison_table(ledger: Ledger, metric: str) -> GeneratedTable:
    """List every comparison of a metric with the baseline: difference, interval, effect size and test."""
    rows = []
    for run in [*ledger.completed, *ledger.confirmations]:
        baseline = f"{run.name.rpartition('_')[0]}_0"
        addresses = [f"{run.name}/{dataset}/{metric}" for dataset, found in run.values.items() if metric in found]
        known = {*ledger.addresses(), *ledger.confirmed_addresses()}
        if run.name != baseline:
            rows += [
                _comparison_row(ledger.compare(address))
                for address in addresses
                if f"{baseline}/{address.partition('/')[2]}" in known
            ]
            if aggregate := aggregate_difference(ledger, run.name, baseline, metric):
                low, high = aggregate.interval
                amount = f"{format_signed(aggregate.difference)} IQM"
                rows.append((run.name, "all", amount, format_interval(low, high), _MISSING, _MISSING, _MISSING))
    head = ("Run", "Dataset", "Difference", "95% interval", "g", "p", "n")
    unit = ledger.metric(metric).unit
    return GeneratedTable("llrrrrl", head, tuple(rows), _comparison_note(ledger, metric, unit, rows))


def _comparison_row(comparison: ResultComparison) -> tuple[str, ...]:
    p_value = comparison.adjusted_p if comparison.confirmatory else comparison.p_value
    printed = _MISSING if p_value is None else format_p_value(p_value).removeprefix("p ").removeprefix("= ")
    capped = comparison.untested is Untested.CAPPED
    return (
        comparison.result.run,
        comparison.result.dataset,
        "capped" if capped else format_signed(comparison.difference),
        format_interval(*comparison.interval) if comparison.interval else _MISSING,
        _MISSING if comparison.effect is None else format_effect(comparison.effect),
        printed + ("*" if comparison.significant else ""),
        comparison.seeds.removeprefix("n = "),
    )


def _comparison_note(ledger: Ledger, metric: str, unit: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Return what the columns of the table of comparisons mean."""
    name, plan = ledger.metric(metric).printed, ledger.plan
    confirmed = any(row[0].startswith(CONFIRMATION) for row in rows)
    test = "p by Welch's test, unadjusted; *: p < 0.05."
    if plan:
        test = f"p by Holm's method for {_family(ledger, confirmed=confirmed)}; *: below {plan.printed_alpha}."
        if plan.kind(metric, with_baseline=True) is not ComparisonKind.CONFIRMATORY:
            test = "no test, as the comparisons are not confirmatory."
    text = (
        f"Difference of the {name}{f' in {unit}' if unit else ''} from the baseline with its unadjusted 95% interval; "
        f"g: Hedges' effect size, in standard deviations of the seeds; {test}"
    )
    if any(row[1] == "all" for row in rows):
        text += (
            " All: difference of the interquartile means (IQM) of the scores, which are values scaled to the range of "
            "each dataset, 1 being best; exploratory; the stratified bootstrap interval is too narrow with few seeds."
        )
    return text


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
        if run.implausible:
            text = f"{text} (implausible: {_shorten('; '.join(map(str, run.implausible)), 240)})"
        seed = _MISSING if run.seed is None else str(run.seed)
        wall = f"{run.usage['wall_seconds']:.1f} s" if "wall_seconds" in run.usage else _MISSING
        return run.name, str(run.attempt), run.status, seed, wall, text

    head = ("Run", "Attempt", "Outcome", "Seed", "Time", "What it changes")
    return GeneratedTable(r"lrlrrp{0.42\linewidth}", head, tuple(map(row, runs)))


def _shorten(text: str, width: int) -> str:
    """Return a text of at most that width. A parenthesis that it would cut is left out."""
    short = textwrap.shorten(text, width, placeholder=" …")
    if short.count("(") > short.count(")") and (before := short[: short.rindex("(")].rstrip()):
        return f"{before} …"
    return short
