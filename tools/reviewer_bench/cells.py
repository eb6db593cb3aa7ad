"""Read tables of reviews or ratings, and parse their cells.

The tables have many sources: a missing value is empty, `nan` or `None`, a list is stored as text, an identifier is part of a
file name or URL.
"""

from __future__ import annotations

import ast
import csv
import io
import math
import re
import statistics
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tools.errors import UserError, nearest

TableRow = dict[str, object]

_MISSING = {"", "nan", "none", "null", "n/a", "na", "-", "<na>"}
_UNDECIDED = {"unknown", "withdrawn", "withdraw", "pending"}
_FILE_SUFFIX = re.compile(r"\.(pdf|txt|tex|md|json)$", re.IGNORECASE)
_LEADING_SCORE = re.compile(r"^([+-]?\d+(?:\.\d+)?)\s*:")
_LONGEST_CELL = 50_000_000


def is_missing(cell: object) -> bool:
    """Return True if a cell has no value."""
    if isinstance(cell, float) and math.isnan(cell):
        return True
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _MISSING)


def numbers_of(cell: object) -> list[float]:
    """Return the scores in a cell: a number, a number with a label (`6: weak accept`), or a list, possibly stored as text.
    Missing values are left out.

    Raises:
        ValueError: the cell contains something else than finite numbers.
    """
    if is_missing(cell):
        return []
    if isinstance(cell, str) and cell.strip()[0] in "[(":
        cell = _list_of(cell.strip())
    if isinstance(cell, list | tuple):
        return [number for item in cell for number in numbers_of(item)]
    if isinstance(cell, str) and (begins := _LEADING_SCORE.match(cell.strip())):
        cell = begins[1]
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError(f"{cell!r} is not a number")
    try:
        number = float(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{cell!r} is not a finite number")
    return [number]


def score_of(cell: object) -> float | None:
    """Return the score in a cell, the mean of a list, or None if it is missing. Raises ValueError like `numbers_of`."""
    numbers = numbers_of(cell)
    return statistics.fmean(numbers) if numbers else None


def accepted_of(cell: object) -> bool | None:
    """Return True if a decision such as `Accept (Poster)` accepts; None if it is missing or was never made.

    Raises:
        ValueError: the cell is no decision.
    """
    if is_missing(cell):
        return None
    words = set(re.findall(r"[a-z]+", str(cell).lower()))
    accepts, rejects = bool(words & {"accept", "accepted"}), bool(words & {"reject", "rejected"})
    if accepts != rejects:
        return accepts
    if words & _UNDECIDED:
        return None
    raise ValueError(f"{str(cell)[:60]!r} is neither Accept nor Reject")


def paper_id_of(cell: object) -> str:
    """Return an identifier without blanks, URL, folder or file suffix around it. Case matters, as on OpenReview."""
    name = "" if cell is None else str(cell).strip()
    if "://" in name:
        parts = urlsplit(name)
        name = parse_qs(parts.query).get("id", [parts.path])[0]
    return _FILE_SUFFIX.sub("", name.replace("\\", "/").rstrip("/").rpartition("/")[2])


def read_table(path: Path) -> list[TableRow]:
    """Return the rows of a CSV or TSV file (by its suffix) as mappings from column name to cell.

    Raises:
        UserError: the file is missing, empty, not text, or has no rows; or a row does not fit the columns, as in a file
            whose writer was killed.
    """
    text = read_file(path)
    delimiter = "\t" if path.suffix.lower() in {".tsv", ".tab"} else ","
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[TableRow] = []
    try:
        names = [name.strip() for name in next(reader)]
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise UserError(f"{path}: two columns have the name {twice[0]!r}")
        for cells in reader:
            if cells and len(cells) != len(names):
                raise UserError(f"{path}: line {reader.line_num} has {len(cells)} cells for {len(names)} columns")
            if any(cell.strip() for cell in cells):
                rows.append(dict(zip(names, cells, strict=True)))
    except csv.Error as error:
        raise UserError(
            f"{path}: line {reader.line_num} cannot be parsed as {delimiter!r}-separated text: {error}"
        ) from None
    if not rows:
        raise UserError(f"{path}: no rows below the header")
    return rows


def read_file(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UserError: the file is missing, empty, or not UTF-8 text.
    """
    if not path.is_file():
        beside = [p.name for p in path.parent.iterdir() if p.is_file()] if path.parent.is_dir() else []
        raise UserError(f"{path}: no such file; {nearest(path.name, beside)}")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text at byte {error.start}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot read it: {error.strerror}") from None
    if not text.strip():
        raise UserError(f"{path}: the file is empty")
    return text


def column(path: Path, rows: list[TableRow], *names: str) -> str:
    """Return the column with one of the names, in any case.

    Raises:
        UserError: there is no such column.
    """
    known = list(dict.fromkeys(name for row in rows for name in row))
    folded = {name.lower(): name for name in reversed(known)}
    for name in names:
        if name.lower() in folded:
            return folded[name.lower()]
    raise UserError(f"{path}: no column {names[0]!r}; {nearest(names[0], known)}")


def _list_of(text: str) -> object:
    try:
        return ast.literal_eval(re.sub(r"\b(nan|NaN|null)\b", "None", text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ValueError(f"{text[:60]!r} is not a list of numbers") from None
