"""Judge the numbers of a table against the values that their labels name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.audit.binding import LabelBinding
from tools.audit.manuscript import Manuscript
from tools.audit.printed_numbers import PrintedNumber, printed_numbers
from tools.audit.report import AuditStatement
from tools.audit.tabular import ManuscriptCell, ManuscriptTable
from tools.audit.values import MeasuredValue
from tools.evidence.judgement import Verdict


@dataclass(frozen=True)
class _Bound:
    cell: ManuscriptCell
    number: PrintedNumber
    dataset: str
    metric: str


def judge_table(paper: Manuscript, table: ManuscriptTable, binding: LabelBinding) -> Iterator[AuditStatement]:
    """Yield a verdict for each number of a table."""
    groups: dict[str, list[_Bound]] = {}
    datasets = binding.results.datasets
    for row in range(table.header_rows, len(table.rows)):
        labels = table.row_labels(row)
        dataset_label = next((label for label in labels if _is_dataset(label, binding)), "")
        run_label = next((label for label in labels if label != dataset_label), "")
        for cell in table.rows[row]:
            numbers = list(printed_numbers(paper.text, cell.start, cell.end))
            if re.search(r"[A-Za-z]{2}", cell.text) or len(numbers) != 1:
                continue
            column = table.column_label(cell.column)
            metric = binding.metric(column) or binding.metric(run_label) or binding.metric(table.caption)
            dataset = binding.dataset(dataset_label or run_label) or binding.dataset(column)
            dataset = dataset or binding.dataset(table.caption) or (datasets[0] if len(datasets) == 1 else "")
            label = run_label if not binding.metric(run_label) else ""
            if not label and binding.runs(column) and not binding.metric(column):
                label = column
            groups.setdefault(label or _table_label(paper, table), []).append(_Bound(cell, numbers[0], dataset, metric))
    for label, cells in groups.items():
        yield from _judge_group(label, cells, binding)


def _is_dataset(label: str, binding: LabelBinding) -> bool:
    dataset = binding.dataset(label)
    return bool(dataset) and len(label.split()) <= len(re.split(r"[_\W]+", dataset)) + 1


def _table_label(paper: Manuscript, table: ManuscriptTable) -> str:
    """Return the caption, or the last heading: a table of one run names it there."""
    return table.caption or next((text for at, _, text in reversed(paper.headings()) if at < table.start), "")


def _judge_group(label: str, cells: list[_Bound], binding: LabelBinding) -> Iterator[AuditStatement]:
    results = binding.results
    runs = binding.runs(label)
    if len(runs) > 1:
        fits = [(sum(_fits(cell, run, binding) for cell in cells), run) for run in runs]
        best = max(fits)[0]
        # Labels that leave several runs are decided by a whole row of values, never by one.
        runs = [run for fit, run in fits if fit == best] if best >= 2 else []
    if not runs and len(results.runs) == 1 and not label:
        runs = results.runs
    run = runs[0] if len(runs) == 1 else ""
    if run:
        binding.used.runs[label] = run
    if run and any(cell.metric for cell in cells):
        owner = max(binding.results.runs, key=lambda name: sum(_fits(cell, name, binding) for cell in cells))
        for cell in cells:
            yield _judge_cell(label, cell, run, owner, binding)
        return
    owners = _owners(cells, binding)
    for cell in cells:
        number = cell.number
        hint = f"; its values are those of {owners[0]}: confirm it in the map" if len(owners) == 1 else ""
        reason = f"no run is bound to the label '{label[:60]}'{hint}"
        yield AuditStatement(
            Verdict.NO_EVIDENCE, "unbound-row", number.start, number.end, number.text, reason, metric=cell.metric
        )


def _owners(cells: list[_Bound], binding: LabelBinding) -> list[str]:
    if len(cells) < 3:
        return []
    return [run for run in binding.results.runs if all(_fits(cell, run, binding) for cell in cells)]


def _fits(cell: _Bound, run: str, binding: LabelBinding) -> bool:
    value = binding.results.find(run, cell.dataset, cell.metric)
    return value is not None and prints(cell.number, value)


def prints(number: PrintedNumber, value: MeasuredValue) -> bool:
    """Tell whether a number prints a value, also as a percentage of it."""
    signed = abs(number.value - value.value) <= number.half_unit
    as_percent = number.percent or (abs(value.value) <= 1 < abs(number.value))
    return signed or (as_percent and abs(number.value - 100 * value.value) <= number.half_unit)


def _judge_cell(label: str, cell: _Bound, run: str, owner: str, binding: LabelBinding) -> AuditStatement:
    number, results = cell.number, binding.results

    def verdict(kind: Verdict, code: str, reason: str, expected: str = "", *evidence: str) -> AuditStatement:
        return AuditStatement(
            kind, code, number.start, number.end, number.text, reason, expected, evidence, metric=cell.metric
        )

    if not cell.metric:
        return verdict(Verdict.NO_EVIDENCE, "unknown-metric", f"{run} measured nothing that the column names")
    value = results.find(run, cell.dataset, cell.metric)
    if value is None and not cell.dataset and len(results.datasets) > 1:
        return verdict(Verdict.NO_EVIDENCE, "no-dataset", f"the table names no dataset for {run}/{cell.metric}")
    if value is None:
        place = "/".join(part for part in (run, cell.dataset, cell.metric) if part)
        return verdict(Verdict.NO_EVIDENCE, "no-value", f"the results hold no {place}")
    right = show(value.value, number)
    if not prints(number, value):
        if abs(number.value) > number.half_unit and abs(number.value + value.value) <= number.half_unit:
            return verdict(
                Verdict.CONTRADICTED, "wrong-sign", f"{value.address} has the other sign", right, value.address
            )
        others = [
            v for v in results.means() if (v.dataset, v.metric) == (cell.dataset, cell.metric) and prints(number, v)
        ]
        if others:
            others.sort(key=lambda v: v.run != owner)
            reason = f"'{label[:60]}' is {run}, but this is the value of {others[0].address}"
            return verdict(Verdict.CONTRADICTED, "wrong-run", reason, right, value.address, others[0].address)
        swapped = [v for v in results.means() if v.run == run and v.metric == cell.metric and prints(number, v)]
        if swapped and number.decimals >= 2:
            reason = f"this is the value of {swapped[0].address}"
            return verdict(Verdict.CONTRADICTED, "wrong-dataset", reason, right, value.address, swapped[0].address)
        return verdict(Verdict.CONTRADICTED, "wrong-value", f"{value.address} is {right}", right, value.address)
    if number.spread:
        return _judge_spread(cell, value, binding)
    return verdict(Verdict.SUPPORTED, "measured", f"{value.address} is {value.value:.6g}", "", value.address)


def _judge_spread(cell: _Bound, value: MeasuredValue, binding: LabelBinding) -> AuditStatement:
    number = cell.number
    verdict, code, reason, expected = judge_spread(number.spread, value, binding)
    evidence = (value.address,)
    return AuditStatement(
        verdict, code, number.start, number.end, number.text, reason, expected, evidence, metric=cell.metric
    )


def judge_spread(spread: str, value: MeasuredValue, binding: LabelBinding) -> tuple[Verdict, str, str, str]:
    """Judge a printed error bar against the standard errors and deviations of the seeds."""
    spreads = binding.results.spreads(value.run, value.dataset, value.metric)
    half = 0.5 * 10 ** -len(spread.partition(".")[2]) + 1e-12
    for known in spreads:
        if any(abs(float(spread) - factor * known.value) <= half for factor in (1, 1.96, 100)):
            return Verdict.SUPPORTED, "measured", f"value and error bar are those of {known.address}", ""
    if not spreads:
        reason = f"{value.address} has no standard error and no seeds, so nothing gives the error bar ±{spread}"
        return Verdict.CONTRADICTED, "invented-error-bar", reason, "no error bar"
    right = " or ".join(f"±{v.value:.{len(spread.partition('.')[2])}f} ({v.statistic})" for v in spreads)
    return Verdict.CONTRADICTED, "wrong-error-bar", f"no statistic of the seeds of {value.address} is ±{spread}", right


def show(value: float, number: PrintedNumber) -> str:
    """Return a value with the precision of a printed number."""
    percent = number.percent and abs(value) <= 1 < abs(number.value)
    return f"{100 * value if percent else value:.{number.decimals}f}" + ("%" if number.percent else "")
