"""Read the cells of a table as sentences: their numbers, and words such as 'lower' under 'KL divergence on dino'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.gate.section_source import SectionSource
from tools.gate.statements.lexicon import word_sense
from tools.gate.statements.mentions import find_mentions
from tools.gate.statements.plain_text import plain
from tools.gate.statements.study import Study

_NUMBER = re.compile(r"[-−]?[\d., ]*\d\s*%?(?:\s*±\s*[\d.]+)?")
_ROW_END = re.compile(r"\\\\")


def table_statements(source: SectionSource, study: Study) -> Iterator[tuple[int, int, str]]:
    """Yield the span of each such cell, and its row, column and words as a sentence."""
    text = plain(source.prose)
    for low, high in source.tables:
        rows = list(_rows(source.tex, text, low, high))
        header = [text[start:end] for start, end in rows[0]] if rows else []
        for row in rows[1:]:
            cells = [text[start:end] for start, end in row]
            label = next((cell for cell in cells if any(m.kind == "run" for m in find_mentions(cell, study))), "")
            for (start, end), cell, column in zip(row, cells, header, strict=False):
                named = any(m.kind in ("metric", "dataset") for m in find_mentions(column, study))
                compares = any(word_sense(word) for word in re.findall(r"[a-z]+", cell.lower()))
                if label and named and compares and cell != label and not re.search(r"\d", cell):
                    sentence = f"{' '.join(label.split())} has {' '.join(column.split())} {' '.join(cell.split())}."
                    yield start, end, sentence.replace(" _", "_").replace("_", r"\_")


def table_numbers(source: SectionSource, study: Study) -> Iterator[tuple[int, int, str]]:
    """Yield the span of each cell with a number, and its row, column and number as a sentence; none for the name of a row.

    A row is named by its first cell, with the first column's title, as in 'learning rate 0.001'; a metric that the columns
    do not name is that of the caption.
    """
    text = plain(source.prose)
    for low, high in source.tables:
        rows = list(_rows(source.tex, text, low, high))
        header = [" ".join(text[start:end].split()) for start, end in rows[0]] if rows else []
        caption = _caption_metric(source, text, low, high, study)
        for row in rows[1:]:
            label = " ".join(text[slice(*row[0])].split())
            if not any(m.kind == "run" for m in find_mentions(label, study)):
                label = f"{header[0]} {label}"
                if any(m.kind == "run" and m.end == len(label) for m in find_mentions(label, study)):
                    yield *row[0], ""
            for (start, end), column in list(zip(row, header, strict=False))[1:]:
                cell = " ".join(text[start:end].split())
                if _NUMBER.fullmatch(cell):
                    named = any(m.kind == "metric" for m in find_mentions(column, study))
                    sentence = f"In {label}, {column}{'' if named or not caption else f' {caption}'} is {cell}."
                    yield start, end, sentence.replace("%", r"\%").replace(" _", "_").replace("_", r"\_")


def _caption_metric(source: SectionSource, text: str, low: int, high: int, study: Study) -> str:
    """Return the words of the only metric that the caption of a table names; empty if there is none or several."""
    begin, end = source.tex.rfind("\\begin{table", 0, low), source.tex.find("\\end{table", high)
    captions = [span for span in source.captions if begin >= 0 and begin <= span[0] and span[1] <= end]
    named = [
        (m.names, text[span[0] + m.start : span[0] + m.end])
        for span in captions
        for m in find_mentions(text[slice(*span)], study)
        if m.kind == "metric"
    ]
    return named[0][1] if len({names for names, _ in named}) == 1 else ""


def _rows(tex: str, text: str, low: int, high: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the spans of the cells of each row."""
    start = low
    for end in [*(low + found.start() for found in _ROW_END.finditer(tex[low:high])), high]:
        cells, at = [], start
        for cut in [*(start + found.start() for found in re.finditer(r"(?<!\\)&", tex[start:end])), end]:
            cells.append((at, cut))
            at = cut + 1
        if text[start:end].strip():
            yield cells
        start = end + 2
