"""Read tables from the text of a PDF, as far as its rows and columns can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.audit.binding import LabelBinding
from tools.audit.manuscript import Manuscript
from tools.audit.tabular import ManuscriptCell, ManuscriptTable

_CAPTION = re.compile(r"^(Table\s+\d+)\s*[:.]\s*(.+)$", re.MULTILINE)
_VALUE = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?\s?%?(?:\s*±\s*\d+(?:\.\d+)?)?(?![\w.])")


def read_pdf_tables(paper: Manuscript, binding: LabelBinding) -> list[ManuscriptTable]:
    """Return the tables whose header names metrics, one column for each."""
    tables = []
    captions = list(_CAPTION.finditer(paper.text))
    for index, header in enumerate(_headers(paper, binding)):
        at, names = header
        near = [m for m in captions if abs(m.start() - at) < 1500]
        caption = min(near, key=lambda m: abs(m.start() - at), default=None)
        after = [m for m in near if m.start() > at]
        if after and not any(m.start() < at and at - m.end() < 200 for m in near):
            caption = after[0]
        table = _rows(paper, at, names, binding)
        if len(table.rows) > 1:
            table.caption = caption[2] if caption else ""
            table.label = caption[1] if caption else f"table {index + 1}"
            tables.append(table)
    return tables


def _headers(paper: Manuscript, binding: LabelBinding) -> Iterator[tuple[int, list[str]]]:
    for match in re.finditer(r"^.+$", paper.text, re.MULTILINE):
        line = match[0]
        if re.match(r"#|•|\[page", line) or _VALUE.search(re.sub(r"@\d+", "", line)) or len(line) > 160:
            continue
        named = binding.all_metrics(line)
        following = paper.text[match.end() : match.end() + 200].lstrip().split("\n")[0]
        if named and len(_VALUE.findall(following)) >= len({name for _, name in named}) and not line.endswith("."):
            yield match.start(), [name for _, name in named]


def _rows(paper: Manuscript, at: int, names: list[str], binding: LabelBinding) -> ManuscriptTable:
    table = ManuscriptTable(at, at, "", "")
    header = [ManuscriptCell(0, 2 + i, at, at, name) for i, name in enumerate(names)]
    found: list[tuple[int, str, str, list[re.Match[str]]]] = []
    position, labels = paper.text.find("\n", at) + 1, list[str]()
    while 0 < position < len(paper.text):
        end = paper.text.find("\n", position)
        end = len(paper.text) if end < 0 else end
        line = paper.text[position:end]
        values = list(_VALUE.finditer(paper.text, position, end))
        if line.strip():
            label = paper.text[position : values[0].start()].strip() if values else line.strip()
            if len(values) < len(names) and (values or len(line) > 60 or re.match(r"#|\[page|Table|Figure", line)):
                break
            values = values[-len(names) :]
            datasets = binding.all_datasets(label)
            dataset = datasets[-1][1] if datasets else ""
            rest = re.sub(re.escape(dataset), "", label, flags=re.IGNORECASE).strip() if dataset else label
            found.append((position, rest, dataset, values))
            labels.append(rest)
        position = end + 1
        table.end = end
    table.rows = [header, *_grouped(found)]
    return table


def _grouped(found: list[tuple[int, str, str, list[re.Match[str]]]]) -> list[list[ManuscriptCell]]:
    """Give each row the run label of its group; a group begins where a dataset comes again."""
    groups: list[list[tuple[int, str, str, list[re.Match[str]]]]] = []
    for row in found:
        seen = {entry[2] for entry in groups[-1]} if groups else set()
        if not groups or (row[2] and row[2] in seen) or (row[3] and not row[2]):
            groups.append([])
        groups[-1].append(row)
    rows: list[list[ManuscriptCell]] = []
    for group in groups:
        label = " ".join(dict.fromkeys(entry[1] for entry in group if entry[1]))
        for position, _, dataset, values in group:
            if values:
                index = len(rows) + 1
                cells = [ManuscriptCell(index, 0, position, position, label)] if label else []
                cells += [ManuscriptCell(index, 1, position, position, dataset)] if dataset else []
                cells += [ManuscriptCell(index, 2 + i, v.start(), v.end(), v[0]) for i, v in enumerate(values)]
                rows.append(cells)
    return rows
