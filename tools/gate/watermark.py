"""Mark every page of a paper that the gate withholds, and read such a paper without its mark."""

from __future__ import annotations

import contextlib
import io
import math
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ContentStream, DecodedStreamObject, DictionaryObject, FloatObject, NameObject

from tools.errors import ToolError
from tools.temporary import TemporaryFolder

MARK = "WITHHELD: evidence incomplete"
_KEY = "/ColloquiumVerdict"
MARK_COLOR = (191, 13, 13)
"""Red, green and blue of the mark and the reason."""
_TAG = "/ColloquiumMark"
"""Encloses the mark in the content of a page."""
_WIDTH = 15.2
"""Width of MARK in Helvetica-Bold at a font size of one point."""
_REASON_SIZE, _MARGIN = 8, 36
"""Font size of the reason and its distance from the page's edges, in points."""


def mark_withheld(pdf: Path, reason: str) -> None:
    """Print MARK across every page of a PDF, and the reason at the bottom of the first. A marked PDF is not changed.

    Raises:
        ToolError: the file is missing or is not a readable PDF.
    """
    try:
        reader = PdfReader(io.BytesIO(pdf.read_bytes()))
        if reader.metadata and _KEY in reader.metadata:
            return
        writer = PdfWriter(clone_from=reader)
    except FileNotFoundError:
        raise ToolError(f"{pdf} cannot be marked as withheld: no such file") from None
    except (PyPdfError, OSError, ValueError) as error:
        raise ToolError(f"{pdf} cannot be marked as withheld: not a readable PDF ({error})") from error
    for number, page in enumerate(writer.pages):
        page.transfer_rotation_to_content()
        _overlay(writer, page, reason if number == 0 else "")
    writer.add_metadata({_KEY: "withheld", "/Subject": MARK})
    temporary = pdf.with_name(f".{pdf.name}.tmp")
    with temporary.open("wb") as file:
        writer.write(file)
    temporary.replace(pdf)


def is_marked(pdf: Path) -> bool:
    """Return whether a PDF carries the mark. False if it cannot be read."""
    try:
        content = pdf.read_bytes()
        if _KEY.encode() not in content:  # papers from elsewhere are not parsed in this process
            return False
        metadata = PdfReader(io.BytesIO(content)).metadata
    except (PyPdfError, OSError, ValueError):
        return False
    return bool(metadata and _KEY in metadata)


@contextlib.contextmanager
def without_mark(paper: Path) -> Iterator[Path]:
    """Yield a paper as it reads without its mark: the file itself, or a temporary copy outside the run folder.

    Reviewers judge the text and the pages, not the mark on them; no copy stays behind.
    """
    content = _unmarked(paper) if paper.suffix == ".pdf" and paper.is_file() else None
    if content is None:
        yield paper
        return
    with TemporaryFolder("paper") as folder:
        copy = folder / paper.name
        copy.write_bytes(content)
        yield copy


def _unmarked(pdf: Path) -> bytes | None:
    """Return a marked PDF without its mark; None if it has none that can be removed, or cannot be read."""
    try:
        original = pdf.read_bytes()
        if _KEY.encode() not in original:  # papers from elsewhere are not parsed in this process
            return None
        reader = PdfReader(io.BytesIO(original))
        if not reader.metadata or _KEY not in reader.metadata:
            return None
        writer = PdfWriter(clone_from=reader)
        if not all(_remove_mark(writer, page) for page in writer.pages):
            return None  # marked by a version that did not enclose the mark
        writer.metadata = {key: str(text) for key, text in reader.metadata.items() if key not in (_KEY, "/Subject")}
        output = io.BytesIO()
        writer.write(output)
    except (PyPdfError, OSError, ValueError):
        return None
    return output.getvalue()


def _remove_mark(writer: PdfWriter, page: PageObject) -> bool:
    """Remove the mark of a page. Return False if it has none."""
    content = ContentStream(page.get_contents(), writer)
    kept, inside = [], False
    for operands, operator in content.operations:
        inside = inside or (operator == b"BMC" and operands[0] == _TAG)
        if not inside:
            kept.append((operands, operator))
        elif operator == b"EMC":
            inside = False
    found = len(kept) < len(content.operations)
    content.operations = kept
    page.replace_contents(content)
    return found


def _overlay(writer: PdfWriter, page: PageObject, reason: str) -> None:
    """Merge a page of the same size that contains only the mark. The font is one of the 14 standard PDF fonts."""
    box = page.mediabox
    left, bottom, width, height = (float(n) for n in (box.left, box.bottom, box.width, box.height))
    angle = math.atan2(height, width)
    size = 0.8 * math.hypot(width, height) / _WIDTH
    cos, sin = math.cos(angle), math.sin(angle)
    x = left + width / 2 - cos * size * _WIDTH / 2 + sin * size / 3
    y = bottom + height / 2 - sin * size * _WIDTH / 2 - cos * size / 3
    text = f"Withheld. {' '.join(reason.split())}" if reason else ""
    lines = textwrap.wrap(text, max(20, int((width - 2 * _MARGIN) / _REASON_SIZE / 0.55)))[:5]
    content = [
        f"{_TAG} BMC",
        "q /Mark gs 0.75 0.05 0.05 rg",
        f"BT /Bold {size:.2f} Tf {cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {x:.2f} {y:.2f} Tm ({MARK}) Tj ET",
        "Q q 0.75 0.05 0.05 rg",
        *(
            f"BT /Bold {_REASON_SIZE} Tf {left + _MARGIN:.2f} {bottom + above:.2f} Td ({_literal(text)}) Tj ET"
            for above, text in zip(range(12, 12 + 10 * len(lines), 10), reversed(lines), strict=True)
        ),
        "Q",
        "EMC",
    ]
    stream = DecodedStreamObject()
    stream.set_data("\n".join(content).encode("cp1252"))
    over = PageObject.create_blank_page(width=width, height=height)
    over.mediabox = box
    name = NameObject
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica-Bold", "/Encoding": "/WinAnsiEncoding"}
    over[name("/Resources")] = DictionaryObject(
        {
            name("/Font"): DictionaryObject(
                {name("/Bold"): DictionaryObject({name(key): name(value) for key, value in font.items()})}
            ),
            name("/ExtGState"): DictionaryObject({name("/Mark"): _translucent()}),
        }
    )
    over[name("/Contents")] = stream
    page.merge_page(over)


def _translucent() -> DictionaryObject:
    return DictionaryObject({NameObject("/ca"): FloatObject(0.35)})


def _literal(text: str) -> str:
    """Escape text for a PDF string. Characters that the font lacks become question marks."""
    plain = text.encode("cp1252", "replace").decode("cp1252")
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
