"""A paper as text with positions, tables with labels, and the place of every position."""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from tools.audit.tabular import ManuscriptTable, read_tabulars
from tools.documents import flatten_source, read_paper
from tools.gate.section_source import read_source

_HEADING = re.compile(r"\\(?:sub)*section\*?\{([^{}]*)\}|^#+ (.+)$", re.MULTILINE)


@dataclass
class Manuscript:
    """A paper that was not written here. Positions count characters of `text`."""

    path: Path
    kind: str
    text: str
    prose: str
    """What is printed, at the positions of `text`."""
    sentences: list[tuple[int, int]]
    tables: list[ManuscriptTable]
    notes: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    pointers: dict[str, int] = field(default_factory=dict)
    """Label -> position of the first reference."""
    lines: list[int] = field(default_factory=list)
    """Line of the file for each line of `text`."""
    _pages: list[tuple[int, int]] = field(default_factory=list)

    def line(self, position: int) -> int:
        index = self.text.count("\n", 0, position)
        return self.lines[index] if index < len(self.lines) else index + 1

    def page(self, position: int) -> int | None:
        """Return the page of a PDF."""
        index = bisect_right([start for start, _ in self._pages], position) - 1
        return self._pages[index][1] if index >= 0 else (1 if self.kind == "pdf" else None)

    def headings(self) -> list[tuple[int, int, str]]:
        """Return start, end and title of each."""
        return [(m.start(), m.end(), m[1] or m[2]) for m in _HEADING.finditer(self.text)]


def read_manuscript(path: Path) -> Manuscript:
    """Read a .tex file with its inputs, or another paper through the reader of documents.

    Raises:
        UserError: the file cannot be read.
    """
    if path.suffix.lower() == ".tex" and path.is_file():
        return _read_tex(path)
    document = asyncio.run(read_paper(path))
    text = document.text
    pages = [(m.start(), int(m[1])) for m in re.finditer(r"^\[page (\d+)\]$", text, re.MULTILINE)]
    references = re.search(r"^#+ *references\s*$", text, re.IGNORECASE | re.MULTILINE)
    body = text[: references.start()] if references else text
    prose = re.sub(r"\[page \d+\]", lambda m: " " * len(m[0]), body).ljust(len(text))
    sentences = [m.span() for m in re.finditer(r"\S.*?(?:[.!?](?=\s)|(?=\n\n)|\Z)", prose, re.DOTALL) if m[0].strip()]
    paper = Manuscript(path, document.kind, text, prose, sentences, [], list(document.notes))
    paper._pages = pages
    return paper


def _read_tex(path: Path) -> Manuscript:
    notes: list[str] = []
    text = flatten_source(path, notes)
    begin = text.find("\\begin{document}")
    text = "\n" * text.count("\n", 0, max(begin, 0)) + text[max(begin, 0) :]
    text = re.sub(r"(?<=\d)%", lambda m: m[0], text)
    source = read_source("paper", text)
    tables = read_tabulars(text)
    sentences = [span for span in source.sentences if not any(t.start <= span[0] < t.end for t in tables)]
    pointers: dict[str, int] = {}
    for label in source.pointers:
        found = re.search(r"\\\w*ref\*?\{[^{}]*" + re.escape(label), text)
        pointers[label] = found.start() if found else 0
    labels = [label for label, _ in source.labels] + re.findall(r"\\label\{([^{}]+)\}", text)
    return Manuscript(
        path, "tex", text, source.prose, sentences, tables, notes, labels, pointers, _line_map(path, text)
    )


def _line_map(path: Path, text: str) -> list[int]:
    """Match lines of the flattened source with lines of the file, which also holds comments."""
    original = path.read_text(encoding="utf-8").splitlines()
    found, at = [], 0
    for line in text.splitlines():
        bare = line.strip()
        if bare:
            place = next((i for i in range(at, len(original)) if original[i].strip().startswith(bare)), None)
            if place is not None:
                at = place
                found.append(place + 1)
                at += 1
                continue
        found.append(min(at + 1, len(original)))
    return found
