"""Arrange the characters of a PDF page into lines in reading order.

Pages may have one column or two, with titles, captions and tables across both. Three columns are read across.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tools.documents.hidden_text import PageCharacters


@dataclass
class TextSegment:
    """Consecutive characters without a wide gap. A line has one, a table row several."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    """Largest font size, in points."""
    sizes: list[float] = field(default_factory=list)
    bold: int = 0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True)
class TextLine:
    """One line of a page. The box is in points from the upper left corner."""

    text: str
    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    cells: int = 1
    """More than one in a table row."""
    turned: bool = False
    """Set at an angle, such as an axis label or a stamp in the margin."""


def extract_lines(characters: PageCharacters, visible: Sequence[bool], page: int, width: float) -> list[TextLine]:
    """Return the visible lines of a page in reading order, turned ones last.

    Args:
        width: of the page in points.
    """
    upright = [shown and bool(characters.upright[i]) for i, shown in enumerate(visible)]
    turned = [shown and not bool(characters.upright[i]) for i, shown in enumerate(visible)]
    ordered = [_line(row, page) for row in _reading_order(_segments(characters, upright), width)]
    return ordered + _turned_lines(characters, turned, page)


def _segments(characters: PageCharacters, wanted: Sequence[bool]) -> list[TextSegment]:
    segments: list[TextSegment] = []
    space = False
    for i, character in enumerate(characters.characters):
        if not character.strip():
            space = True
            continue
        if not wanted[i]:
            continue
        x0, y0, x1, y1 = (float(v) for v in characters.boxes[i])
        em = max(float(characters.sizes[i]), 1.0)
        last = segments[-1] if segments else None
        if last is not None and _continues(last, x0, y0, y1, em):
            last.text += (" " if space or x0 - last.x1 > 0.6 * em else "") + character
            last.x0, last.x1 = min(last.x0, x0), max(last.x1, x1)
            last.y0, last.y1 = min(last.y0, y0), max(last.y1, y1)
            last.size = max(last.size, em)
        else:
            last = TextSegment(character, x0, y0, x1, y1, em)
            segments.append(last)
        last.sizes.append(em)
        last.bold += bool(characters.bold[i])
        space = False
    return segments


def _continues(last: TextSegment, x0: float, y0: float, y1: float, em: float) -> bool:
    """Return whether a character continues a segment: no large step back, no wide gap, and on its line.

    Superscripts and subscripts count as on the line.
    """
    near = -1.0 * em < x0 - last.x1 < 1.4 * max(em, last.size)
    slack = 0.3 * min(em, last.size)
    return near and y0 - slack < last.y1 and y1 + slack > last.y0


def _reading_order(segments: list[TextSegment], width: float) -> list[list[TextSegment]]:
    """Return rows of segments, one column after the other between segments that span both."""
    gutter = _gutter(segments, width)
    if gutter is None:
        return _rows(segments)
    across = [s for s in segments if s.x0 < gutter < s.x1]
    rows_of_both = _rows([s for s in segments if s not in across])
    tabular = [_is_tabular(row, gutter, width) for row in rows_of_both]
    for k, row in enumerate(rows_of_both):
        if tabular[k] and any(tabular[max(0, k - 1) : k] + tabular[k + 1 : k + 2]):
            across += row  # a table across both columns; a single such row is a stretched line beside another line
    rows: list[list[TextSegment]] = []
    rest = [s for s in segments if s not in across]
    for spanning in [*_rows(across), None]:
        above = [s for s in rest if spanning is None or s.middle < min(a.middle for a in spanning)]
        rows += _rows([s for s in above if s.x1 <= gutter]) + _rows([s for s in above if s.x0 >= gutter])
        rest = [s for s in rest if s not in above]
        if spanning is not None:
            rows.append(spanning)
    return rows


def _is_tabular(row: list[TextSegment], gutter: float, width: float) -> bool:
    """Return whether a row has several short cells, some on each side of the gutter."""
    left = sum(s.x1 <= gutter for s in row)
    return len(row) >= 4 and 0 < left < len(row) and all(s.x1 - s.x0 < 0.25 * width for s in row)


def _gutter(segments: list[TextSegment], width: float) -> float | None:
    """Return the x coordinate between two columns, None on a page of one column."""
    best: tuple[int, float] | None = None
    for x in np.arange(0.35, 0.651, 0.005) * width:
        crossing = sum(s.x0 < x < s.x1 for s in segments)
        if best is None or crossing < best[0]:
            best = crossing, float(x)
    if best is None or best[0] > 0.35 * len(segments):
        return None
    left = [s for s in segments if s.x1 <= best[1]]
    right = [s for s in segments if s.x0 >= best[1]]
    for side in (left, right):
        if sum(s.x1 - s.x0 > 0.25 * width for s in side) < 5:
            return None
    return (max(s.x1 for s in left) + min(s.x0 for s in right)) / 2


def _rows(segments: list[TextSegment]) -> list[list[TextSegment]]:
    """Group segments at the same height, left to right, rows from the top down."""
    rows: list[list[TextSegment]] = []
    for segment in sorted(segments, key=lambda s: (s.middle, s.x0)):
        if rows:
            y0, y1 = min(s.y0 for s in rows[-1]), max(s.y1 for s in rows[-1])
            overlap = min(y1, segment.y1) - max(y0, segment.y0)
            if overlap > 0.5 * min(y1 - y0, segment.y1 - segment.y0):
                rows[-1].append(segment)
                continue
        rows.append([segment])
    return [sorted(row, key=lambda s: s.x0) for row in rows]


def _line(row: list[TextSegment], page: int) -> TextLine:
    characters = sum(len(s.sizes) for s in row)
    text, cells = row[0].text, 1
    for last, segment in itertools.pairwise(row):
        apart = segment.x0 - last.x1 > 2 * max(last.size, segment.size)
        text += ("  " if apart else " ") + segment.text
        cells += apart
    return TextLine(
        text=text,
        page=page,
        x0=min(s.x0 for s in row),
        y0=min(s.y0 for s in row),
        x1=max(s.x1 for s in row),
        y1=max(s.y1 for s in row),
        size=float(np.median([size for s in row for size in s.sizes])),
        bold=sum(s.bold for s in row) > 0.7 * characters,
        cells=cells,
    )


def _turned_lines(characters: PageCharacters, wanted: Sequence[bool], page: int) -> list[TextLine]:
    """Return turned text in content stream order."""
    lines: list[TextLine] = []
    run: list[int] = []
    for i in range(len(characters) + 1):
        ends = i == len(characters) or characters.characters[i] in "\r\n"
        if not ends and (wanted[i] or (run and characters.characters[i] == " ")):
            run.append(i)
        elif run and (ends or not wanted[i]):
            boxes = characters.boxes[run]
            text = "".join(characters.characters[k] for k in run).strip()
            (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
            lines.append(
                TextLine(text, page, x0, y0, x1, y1, float(np.median(characters.sizes[run])), False, turned=True)
            )
            run = []
    return lines
