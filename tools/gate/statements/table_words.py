"""Read the cells of a table that compare by words, such as 'lower' under 'KL divergence on dino' in the row of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.gate.section_source import SectionSource
from tools.gate.statements.lexicon import word_sense
from tools.gate.statements.mentions import find_mentions
from tools.gate.statements.plain_text import plain
from tools.gate.statements.study import Study

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
