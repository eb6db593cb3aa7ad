"""Read results: final_info.json folders, JSON, JSONL and CSV, or else the tables of the paper itself."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

from tools.audit.manuscript import Manuscript
from tools.audit.printed_numbers import printed_numbers
from tools.audit.values import MeasuredResults, MeasuredValue
from tools.errors import UserError

_MAX_BYTES = 50_000_000
_TITLE = re.compile(r"^#+\s*Run\s+(\d+)\s*[:.-]\s*(.+)$", re.MULTILINE | re.IGNORECASE)
_RUN = re.compile(r"run[_ -]?\d+|baseline", re.IGNORECASE)


def read_results(folder: Path) -> MeasuredResults:
    """Read every result below a folder, or one file.

    Raises:
        UserError: there is no such folder, a file is broken, or no value was found.
    """
    if not folder.exists():
        raise UserError(f"{folder}: no such folder; --results names the folder that holds run_0, run_1, … or a file")
    results = MeasuredResults()
    if folder.is_file():
        _read_file(folder, folder.stem, results)
    elif infos := sorted(folder.glob("*/final_info.json")):
        for path in infos:
            _read_final_info(path, results)
        if (notes := folder / "notes.txt").is_file():
            found = _TITLE.findall(notes.read_text(encoding="utf-8", errors="replace"))
            results.titles.update({f"run_{number}": title.strip() for number, title in found})
    else:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".json", ".jsonl", ".csv")):
            _read_file(path, path.relative_to(folder).with_suffix("").as_posix(), results)
    if not results.values:
        raise UserError(f"{folder}: no results; expected run_*/final_info.json, .json, .jsonl or .csv with numbers")
    return results


def _read_final_info(path: Path, results: MeasuredResults) -> None:
    run, data = path.parent.name, _json(path)
    if not isinstance(data, dict):
        raise UserError(f"{path}: must be an object, one key a dataset")
    for dataset, entry in data.items():
        fields = entry if isinstance(entry, dict) else {}
        means = fields.get("means", fields)
        for statistic, given in (
            ("mean", means),
            ("stderr", fields.get("stderrs", {})),
            ("std", fields.get("stds", {})),
        ):
            for name, value in given.items() if isinstance(given, dict) else ():
                metric = re.sub(r"_(?:mean|stderr|std)$", "", name)
                if (number := _number(value)) is not None:
                    results.values.append(MeasuredValue(run, dataset, metric, number, statistic))
                elif isinstance(value, list) and value and all(_number(item) is not None for item in value):
                    numbers = [float(item) for item in value]
                    _add_seeds(results, run, dataset, metric, numbers)
                else:
                    results.notes.append(f"{run}/{dataset}/{name} is left out: it is not a number")
        seeds = fields.get("final_info_dict", {})
        for metric, value in seeds.items() if isinstance(seeds, dict) else ():
            if isinstance(value, list) and value and all(_number(item) is not None for item in value):
                _add_seeds(results, run, dataset, metric, [float(item) for item in value])


def _add_seeds(results: MeasuredResults, run: str, dataset: str, metric: str, numbers: list[float]) -> None:
    mean = math.fsum(numbers) / len(numbers)
    if results.find(run, dataset, metric) is None:
        results.values.append(MeasuredValue(run, dataset, metric, mean))
    results.values += [MeasuredValue(run, dataset, metric, number, "seed") for number in numbers]
    if len(numbers) > 1 and not results.spreads(run, dataset, metric):
        std = math.sqrt(math.fsum((n - mean) ** 2 for n in numbers) / (len(numbers) - 1))
        results.values.append(MeasuredValue(run, dataset, metric, std, "std"))
        results.values.append(MeasuredValue(run, dataset, metric, std / math.sqrt(len(numbers)), "stderr"))


def _read_file(path: Path, name: str, results: MeasuredResults) -> None:
    if path.suffix == ".csv":
        for row in csv.DictReader(io.StringIO(_text(path))):
            _add_row({key: _parsed(value) for key, value in row.items() if key}, name, results)
    elif path.suffix == ".jsonl":
        for index, line in enumerate(_text(path).splitlines(), 1):
            if line.strip():
                try:
                    _add_row(json.loads(line), name, results)
                except json.JSONDecodeError as error:
                    raise UserError(f"{path}, line {index}: not JSON: {error.msg}") from None
    else:
        data = _json(path)
        for entry in data if isinstance(data, list) else [data]:
            _add_row(entry, name, results)


def _add_row(entry: object, name: str, results: MeasuredResults) -> None:
    """Add the numbers of an object: text fields are labels, nested keys are labels too."""
    if not isinstance(entry, dict):
        return
    labels = {str(key).lower(): str(value) for key, value in entry.items() if isinstance(value, str)}
    run = next((labels[key] for key in ("run", "method", "model", "name", "variant", "config") if key in labels), "")
    dataset = next((labels[key] for key in ("dataset", "task", "data", "benchmark") if key in labels), "")
    metric = labels.get("metric", "")
    for path, value in _leaves(entry):
        parts = list(path)
        last = metric if metric and parts[-1] == "value" else parts[-1]
        inner = parts[:-1]
        own = run or (inner.pop(0) if len(inner) > 1 or (inner and _RUN.fullmatch(inner[0])) else "")
        place = dataset or "/".join(inner)
        results.values.append(MeasuredValue(own or name, place, last, value))


def _leaves(data: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, str(key)))
    elif path and (number := _number(data)) is not None:
        yield path, number


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _parsed(value: str | None) -> float | str:
    try:
        return float(value or "")
    except ValueError:
        return value or ""


def _text(path: Path) -> str:
    if path.stat().st_size > _MAX_BYTES:
        raise UserError(f"{path}: larger than {_MAX_BYTES // 1_000_000} MB; name a smaller folder of results")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _json(path: Path) -> object:
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise UserError(f"{path}, line {error.lineno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise UserError(f"{path}: nested too deeply") from None


def results_of_tables(paper: Manuscript) -> MeasuredResults:
    """Return the values of the tables of a paper: row labels are runs, column labels metrics.

    An address that two tables print with different values is left out: they measure different things.
    """
    found: dict[tuple[str, str, str], set[float]] = {}
    for table in paper.tables:
        for row in range(table.header_rows, len(table.rows)):
            labels = table.row_labels(row)
            for cell in table.rows[row]:
                numbers = list(printed_numbers(paper.text, cell.start, cell.end))
                column = re.sub(r"\([^)]*\)|[↑↓%]", " ", table.column_label(cell.column)).strip()
                if len(numbers) == 1 and labels and column and not re.search(r"[A-Za-z]{3}", cell.text):
                    place = (labels[0], labels[1] if len(labels) > 1 else "", " ".join(column.split()))
                    found.setdefault(place, set()).add(numbers[0].value)
    values = [MeasuredValue(*place, next(iter(given))) for place, given in found.items() if len(given) == 1]
    return MeasuredResults(values)
