"""Build paragraphs, headings, captions and references from the lines of a paper."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tools.documents.layout import TextLine

KNOWN_HEADINGS = frozenset(
    (
        "abstract", "introduction", "background", "preliminaries", "related work", "prior work", "method", "methods",
        "methodology", "approach", "experiments", "experimental setup", "experimental results", "results",
        "evaluation", "analysis", "discussion", "limitations", "conclusion", "conclusions", "future work",
        "conclusion and future work", "conclusions and future work", "ethics statement", "reproducibility statement",
        "broader impact", "broader impacts", "acknowledgements", "acknowledgments", "acknowledgement",
        "acknowledgment", "references", "bibliography", "appendix", "supplementary material", "author contributions",
    )
)  # fmt: skip
"""Headings that are recognized without a number."""
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z](?:\.\d{1,2}){1,3}\.?|[A-Z]\.?|[IVX]{1,5}\.)\s+(?=\S)")
CAPTION = re.compile(r"^(?:Figure|Fig\.?|Table|Algorithm|Listing)\s+[A-Z]?\d+(?:\.\d+)?\s*[:.|]", re.IGNORECASE)
_ENTRY = re.compile(r"^\[\w{1,12}\]\s")
_ITEM = re.compile(r"^(?:[•∙▪‣]|– |(?:\d{1,2}|[a-z])[.)] |\([a-z0-9]{1,3}\) )")
_ENDS = (".", "!", "?", ":", "”", '"')

BlockKind = Literal["text", "heading", "caption", "row", "reference"]


@dataclass(frozen=True)
class PaperBlock:
    """A paragraph, a heading, a caption, a table row or an entry of the bibliography."""

    kind: BlockKind
    text: str
    page: int
    level: int = 2
    """Number of # marks of a heading."""


def running_text(pages: Sequence[Sequence[TextLine]], heights: Sequence[float]) -> set[str]:
    """Return the keys of lines that repeat at one position of at least three pages and more than a third of them.

    Candidates are headers and footers (text in the outer tenth of a page's height) and watermarks (turned text).
    Numbers count as equal, so page numbers are included.

    Args:
        heights: of the pages, in points.
    """
    counts: dict[str, int] = {}
    for lines, height in zip(pages, heights, strict=True):
        outer = [line for line in lines if line.turned or line.y1 < 0.1 * height or line.y0 > 0.9 * height]
        for key in {running_key(line) for line in outer}:
            counts[key] = counts.get(key, 0) + 1
    return {key for key, count in counts.items() if count >= 3 and count > len(pages) / 3}


def running_key(line: TextLine) -> str:
    """Return a key that equal running lines share: their text without numbers, and their height."""
    return f"{re.sub(r'[0-9]+', '#', line.text)} @ {round(line.y0 / 4)}"


def line_numbers(lines: Sequence[TextLine]) -> set[int]:
    """Return the indices of printed line numbers: ten or more lone whole numbers at one margin of a page."""
    numbers = [i for i, line in enumerate(lines) if re.fullmatch(r"\d{1,4}", line.text)]
    by_margin: dict[int, list[int]] = {}
    for i in numbers:
        by_margin.setdefault(round(lines[i].x1 / 6), []).append(i)
    return {i for at_margin in by_margin.values() if len(at_margin) >= 10 for i in at_margin}


def build_blocks(lines: Sequence[TextLine]) -> list[PaperBlock]:
    """Join lines in reading order into blocks, resolving hyphenation."""
    body = _body_size(lines)
    words = _words(lines)
    blocks: list[PaperBlock] = []
    open_lines: list[TextLine] = []
    kind: BlockKind = "text"
    in_references = False

    def close() -> None:
        nonlocal open_lines
        if open_lines:
            text = _joined(open_lines, words)
            blocks.append(PaperBlock(kind, text, open_lines[0].page, _level(text)))
        open_lines = []

    for line in lines:
        last = open_lines[-1] if open_lines else None
        if _is_heading(line, body) or (in_references and _ends_references(line, body)):
            continues = last is not None and kind == "heading" and _same_heading(last, line)
            if not continues:
                close()
            kind, open_lines = "heading", [*open_lines, line]
            if not continues:
                in_references = heading_name(line.text) in ("references", "bibliography")
        elif CAPTION.match(line.text):
            close()
            kind, open_lines = "caption", [line]
        elif line.cells > 1 or line.turned:
            close()
            kind, open_lines = "row", [line]
        elif last is None or kind in ("heading", "row") or _begins(last, line, in_references):
            close()
            kind, open_lines = ("reference" if in_references else "text"), [line]
        else:
            open_lines.append(line)
    close()
    return blocks


def find_title(lines: Sequence[TextLine]) -> str:
    """Return the largest text above the abstract of a first page, or an empty string if nothing stands out."""
    ends = next((i for i, line in enumerate(lines) if heading_name(line.text) == "abstract"), min(len(lines), 25))
    head = [line for line in lines[:ends] if not line.turned]
    if not head:
        return ""
    body, largest = _body_size(lines), max(line.size for line in head)
    if largest < 1.15 * body:
        return ""
    first = next(i for i, line in enumerate(head) if line.size > 0.95 * largest)
    title = [head[first]]
    for line in head[first + 1 :]:  # small capitals make lines of smaller type
        if line.size < max(0.75 * largest, 1.1 * body) or line.y0 - title[-1].y1 > largest:
            break
        title.append(line)
    return " ".join(_joined(title, _words(lines)).split())


def heading_name(text: str) -> str:
    """Return a heading without its number, in lower case."""
    return _NUMBERED.sub("", text).strip(" .:").lower()


def _is_heading(line: TextLine, body: float) -> bool:
    if line.turned or line.cells > 2 or len(line.text) > 120 or line.text.endswith((",", ";")):
        return False
    text = " ".join(line.text.split())
    name = heading_name(text)
    letters = [c for c in name if c.isalpha()]
    if name in KNOWN_HEADINGS and text[:1].isupper():
        return True
    original = _NUMBERED.sub("", text)
    stands_out = line.bold or line.size > 1.08 * body or (original.isupper() and len(letters) > 3)
    numbered = bool(_NUMBERED.match(text)) and original[:1].isupper() and len(letters) >= 3
    return stands_out and numbered and len(letters) > 0.6 * len(name.replace(" ", ""))


def _ends_references(line: TextLine, body: float) -> bool:
    """Return whether a line of a bibliography is the heading of what follows it, such as a checklist, without a number."""
    letters = sum(c.isalpha() for c in line.text)
    larger = line.bold and line.size > 1.08 * body and not line.turned
    return (
        larger and line.cells == 1 and line.text[:1].isupper() and 3 < letters > 0.6 * len(line.text.replace(" ", ""))
    )


def _level(heading: str) -> int:
    number = _NUMBERED.match(heading)
    return 2 + (number.group().strip(" .").count(".") if number else 0)


def _same_heading(last: TextLine, line: TextLine) -> bool:
    close = last.page == line.page and 0 < line.y0 - last.y0 < 2 * last.size
    return close and not _NUMBERED.match(line.text) and heading_name(line.text) not in KNOWN_HEADINGS


def _begins(last: TextLine, line: TextLine, in_references: bool) -> bool:
    """Return whether a line begins a new paragraph after the last one."""
    if in_references and _ENTRY.match(line.text):
        return True
    if re.search(r"[A-Za-z]-$", last.text) and last.page == line.page and line.text[:1].isalpha() and line.y0 > last.y0:
        return False  # the rest of a broken word
    if abs(last.size - line.size) > 0.12 * max(last.size, line.size):
        return True
    if line.page != last.page or line.y0 < last.y0 - last.size:  # the next column or page
        return last.text.endswith(_ENDS) and not line.text[:1].islower()
    if line.y0 - last.y1 > 0.75 * last.size:
        return True
    em = last.size
    if in_references:
        return line.x0 < last.x0 - 0.6 * em
    indented = line.x0 > last.x0 + 0.8 * em
    return (indented and last.text.endswith(_ENDS)) or bool(_ITEM.match(line.text))


def _body_size(lines: Sequence[TextLine]) -> float:
    """Return the font size of most characters, in points."""
    sizes = [round(line.size, 1) for line in lines for _ in range(len(line.text))]
    return statistics.mode(sizes) if sizes else 10.0


def _words(lines: Sequence[TextLine]) -> set[str]:
    """Return the words of a paper in lower case, except words broken at a line's end."""
    words: set[str] = set()
    broken = False
    for line in lines:
        text = re.sub(r"^\S+", "", line.text) if broken else line.text
        broken = line.text.endswith("-")
        text = re.sub(r"\S+-$", "", text)
        words.update(re.findall(r"[a-zà-ÿ]+(?:-[a-zà-ÿ]+)*", text.lower()))
    return words


def _joined(lines: Sequence[TextLine], words: set[str]) -> str:
    """Join lines into one text. A hyphen at a line's end is dropped unless the paper hyphenates the word elsewhere."""
    text = lines[0].text
    for line in lines[1:]:
        match = re.search(r"([A-Za-zÀ-ÿ]+(?:-[A-Za-zÀ-ÿ]+)*)-$", text)
        tail = re.match(r"[A-Za-zÀ-ÿ]+" if match and match.group(1).isupper() else r"[a-zà-ÿ]+", line.text)
        if not match or not tail:
            text += ("" if text.endswith("-") and not text.endswith(" -") else " ") + line.text
            continue
        head, rest = match.group(1).lower(), tail.group().lower()
        keeps = f"{head}-{rest}" in words and head + rest not in words
        keeps = keeps or ("-" in head and head + rest not in words)
        keeps = keeps or (head + rest not in words and {head, rest} <= words and min(len(head), len(rest)) > 3)
        text = (text if keeps else text[:-1]) + line.text
    return text
