"""Check a paper against itself: arithmetic of changes, means and totals of tables, duplicated tables, references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.audit.directions import names_a_change
from tools.audit.manuscript import Manuscript
from tools.audit.printed_numbers import PrintedNumber, printed_numbers
from tools.audit.report import AuditStatement
from tools.audit.tabular import ManuscriptTable
from tools.evidence.judgement import Verdict

_FROM_TO = re.compile(r"from\s+\$?(-?\d+(?:\.\d+)?)\s*(?:\\?%)?\$?(?:\s+\w+)?\s+to\s+\$?(-?\d+(?:\.\d+)?)\s*(\\?%)?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?\\?%")
_DROP = re.compile(r"\b(?:reduc\w+|decreas\w+|drop\w*|lower\w*|declin\w+|fell)\b", re.IGNORECASE)
_RISE = re.compile(r"\b(?:increas\w+|higher|rise|rises|rose|grew|gains?)\b", re.IGNORECASE)


def _bad(code: str, start: int, end: int, said: str, reason: str, expected: str = "") -> AuditStatement:
    return AuditStatement(Verdict.CONTRADICTED, code, start, end, " ".join(said.split())[:120], reason, expected)


def check_changes(paper: Manuscript) -> Iterator[AuditStatement]:
    """Yield changes 'from A to B, a C% drop' whose arithmetic or direction is wrong."""
    for start, end in paper.sentences:
        text = paper.prose[start:end]
        spans = list(_FROM_TO.finditer(text))
        if len(spans) != 1 or spans[0][3]:
            continue
        span, percents = (
            spans[0],
            [m for m in _PERCENT.finditer(text) if not spans[0].start() <= m.start() < spans[0].end()],
        )
        first, last = float(span[1]), float(span[2])
        if first == 0:
            continue
        at = (start + span.start(), start + span.end())
        nearby = text[max(0, span.start() - 60) : span.end() + 60]
        drop, rise = bool(_DROP.search(nearby)), bool(_RISE.search(nearby))
        if (drop and not rise and last > first) or (rise and not drop and last < first):
            word = "rises" if last > first else "falls"
            yield _bad("direction", *at, span[0], f"the text says otherwise, but {span[1]} to {span[2]} {word}", word)
        if len(percents) == 1 and names_a_change(text):
            stated = percents[0]
            half = [0.5 * 10 ** -len(n.partition(".")[2]) for n in (span[1], span[2], stated[1])]
            exact = 100 * abs(last - first) / abs(first)
            slack = 100 * (half[1] / abs(first) + half[0] * abs(last) / first**2) + half[2]
            points = abs(last - first)
            if abs(exact - float(stated[1])) > slack + 1e-9 and abs(points - float(stated[1])) > half[2] + 2 * half[0]:
                places = len(stated[1].partition(".")[2])
                yield _bad(
                    "change-arithmetic", start + stated.start(), start + stated.end(), stated[0],
                    f"{span[1]} to {span[2]} is a change of {exact:.{places}f}%", f"{exact:.{places}f}%",
                )  # fmt: skip


def check_tables(paper: Manuscript) -> Iterator[AuditStatement]:
    """Yield means and totals that do not follow from their rows or columns, and tables printed twice."""
    seen: dict[tuple[str, ...], ManuscriptTable] = {}
    for table in paper.tables:
        grid = _grid(paper, table)
        flat = tuple(n.text for _, n in sorted(grid.items()))
        if len(flat) >= 6 and flat in seen:
            first = seen[flat]
            reason = f"all {len(flat)} numbers are those of '{first.caption[:60] or 'an earlier table'}'"
            yield _bad("duplicated-table", table.start, table.start + 1, table.caption, reason)
        seen.setdefault(flat, table)
        for row in range(table.header_rows, len(table.rows)):
            if kind := _aggregate(" ".join(table.row_labels(row)[:1])):
                for (_, column), number in [item for item in grid.items() if item[0][0] == row]:
                    above = [n for (r, c), n in grid.items() if c == column and table.header_rows <= r < row]
                    yield from _check_aggregate(kind, number, above)
        columns = {column for _, column in grid}
        for column in columns:
            if kind := _aggregate(table.column_label(column)):
                for (row, _), number in [item for item in grid.items() if item[0][1] == column]:
                    yield from _check_aggregate(
                        kind, number, [n for (r, c), n in grid.items() if r == row and c < column]
                    )


def _grid(paper: Manuscript, table: ManuscriptTable) -> dict[tuple[int, int], PrintedNumber]:
    grid = {}
    for row in table.rows[table.header_rows :]:
        for cell in row:
            numbers = list(printed_numbers(paper.text, cell.start, cell.end))
            if len(numbers) == 1 and not re.search(r"[A-Za-z]{3}", cell.text):
                grid[cell.row, cell.column] = numbers[0]
    return grid


def _aggregate(label: str) -> str:
    if re.fullmatch(r"(?:average|avg\.?|mean)(?:\s*\([^)]*\))?", label.strip(), re.IGNORECASE):
        return "mean"
    return "total" if re.fullmatch(r"(?:total|sum)(?:\s*\([^)]*\))?", label.strip(), re.IGNORECASE) else ""


def _check_aggregate(kind: str, number: PrintedNumber, parts: list[PrintedNumber]) -> Iterator[AuditStatement]:
    if len(parts) < 2:
        return
    total = sum(part.value for part in parts)
    slack = sum(part.half_unit for part in parts)
    right, slack = (total, slack) if kind == "total" else (total / len(parts), slack / len(parts))
    if abs(right - number.value) > slack + number.half_unit:
        expected = f"{right:.{number.decimals}f}"
        yield _bad(
            f"{kind}-of-table",
            number.start,
            number.end,
            number.text,
            f"the {kind} of {len(parts)} cells is {expected}",
            expected,
        )


def check_references(paper: Manuscript) -> Iterator[AuditStatement]:
    """Yield references to figures, tables and sections that the paper does not have."""
    if paper.kind == "tex":
        known = set(paper.labels)
        for label, at in paper.pointers.items():
            if label and label not in known:
                yield _bad("missing-reference", at, at + 1, f"\\ref{{{label}}}", f"no \\label{{{label}}} in the paper")
        return
    for kind in ("Table", "Figure"):
        shown = set(re.findall(rf"^{kind}\s+(\d+)\s*[:.]", paper.text, re.MULTILINE | re.IGNORECASE))
        for match in re.finditer(rf"\b{kind}\s+(\d+)\b", paper.prose):
            if shown and match[1] not in shown:
                yield _bad(
                    "missing-reference", *match.span(), match[0], f"the paper has no caption '{kind} {match[1]}'"
                )
