"""Read LaTeX tables as cells with the labels of their rows and columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TABULAR = re.compile(r"\\begin\{(tabular[xy*]?|longtable)\}(?P<body>.*?)\\end\{\1\}", re.DOTALL)
_FLOAT = re.compile(r"\\begin\{(table\*?|wraptable)\}(?P<body>.*?)\\end\{\1\}", re.DOTALL)
_CAPTION = re.compile(r"\\caption(?:of\{\w+\})?(?:\[[^\]]*\])?\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
_RULES = re.compile(
    r"\\(?:toprule|midrule|bottomrule|hline)(?:\[[^\]]*\])?|\\(?:cmidrule|cline)(?:\([^)]*\))?\{[^{}]*\}|\\addlinespace(?:\[[^\]]*\])?"
)
_SPAN = re.compile(r"\\multicolumn\{(\d+)\}\{[^{}]*\}\s*\{")
_ROWS = re.compile(r"\\multirow\{(\d+)\}(?:\[[^\]]*\])?\{[^{}]*\}\s*\{")


@dataclass(frozen=True)
class ManuscriptCell:
    """A cell with its labels. Positions count characters of the paper's text."""

    row: int
    column: int
    start: int
    end: int
    text: str


@dataclass
class ManuscriptTable:
    """A table of the paper."""

    start: int
    end: int
    caption: str
    label: str
    rows: list[list[ManuscriptCell]] = field(default_factory=list)
    header_rows: int = 1

    def column_label(self, column: int) -> str:
        cells = [cell.text for row in self.rows[: self.header_rows] for cell in row if cell.column == column]
        return " ".join(cell for cell in cells if cell)

    def row_labels(self, row: int) -> list[str]:
        """Return the texts of a row that are not numbers."""
        return [c.text for c in self.rows[row] if re.search(r"[A-Za-z]{2}", c.text)]


def read_tabulars(tex: str) -> list[ManuscriptTable]:
    """Return the tables of a LaTeX source."""
    floats = [(m.start(), m.end(), m["body"]) for m in _FLOAT.finditer(tex)]
    tables = []
    for match in _TABULAR.finditer(tex):
        around = next((body for start, end, body in floats if start <= match.start() < end), "")
        caption = _CAPTION.search(around)
        label = re.search(r"\\label\{([^{}]+)\}", around)
        table = ManuscriptTable(
            match.start(), match.end(), plain(caption[1]) if caption else "", label[1] if label else ""
        )
        _read_rows(table, match["body"], match.start("body"))
        tables.append(table)
    return tables


def plain(text: str) -> str:
    """Return the words of some LaTeX."""
    text = re.sub(r"\\(?:pm)\b", "±", text)
    text = re.sub(r"\\([%&#_])", r"\1", text)
    text = re.sub(r"\\[A-Za-z]+\*?(?:\[[^\]]*\])?", " ", text)
    return " ".join(re.sub(r"[{}$~]", " ", text).split())


def _read_rows(table: ManuscriptTable, body: str, offset: int) -> None:
    specification = re.match(r"(?:\{[^{}]*\})?\s*(?:\[[^\]]*\])?\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}", body)
    at = specification.end() if specification else 0
    first_rule, held = 0, dict[int, tuple[int, str]]()
    for row in re.finditer(r".*?(?:\\\\(?:\[[^\]]*\])?|\Z)", body[at:], re.DOTALL):
        raw = re.sub(r"\\\\(?:\[[^\]]*\])?$", "", row[0])
        if "\\midrule" in raw and not first_rule:
            first_rule = len(table.rows)
        clean = _RULES.sub(lambda m: " " * len(m[0]), raw)
        if not clean.strip():
            continue
        cells, column, place = [], 0, offset + at + row.start()
        for piece in re.split(r"((?<!\\)&)", clean):
            if piece == "&":
                place += 1
                continue
            text, width = piece, 1
            if span := _SPAN.search(piece):
                width, text = int(span[1]), piece[span.end() :]
            if rows := _ROWS.search(text):
                text = text[rows.end() :]
                held[column] = (int(rows[1]), plain(text))
            words = plain(text)
            if column in held:
                left, value = held.pop(column)
                words = words or value
                if left > 1:
                    held[column] = (left - 1, value)
            lead = len(piece) - len(piece.lstrip())
            for extra in range(min(width, 50)):
                cells.append(
                    ManuscriptCell(len(table.rows), column + extra, place + lead, place + len(piece.rstrip()), words)
                )
            column += width
            place += len(piece)
        table.rows.append(cells)
    table.header_rows = max(1, first_rule)
