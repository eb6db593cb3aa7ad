"""Mark every page of a paper that the gate withholds."""

from __future__ import annotations

import io
import math
import textwrap
from pathlib import Path

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DecodedStreamObject, DictionaryObject, FloatObject, NameObject

from tools.errors import ToolError

MARK = "WITHHELD: evidence incomplete"
_KEY = "/ColloquiumVerdict"
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
        "q /Mark gs 0.75 0.05 0.05 rg",
        f"BT /Bold {size:.2f} Tf {cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {x:.2f} {y:.2f} Tm ({MARK}) Tj ET",
        "Q q 0.75 0.05 0.05 rg",
        *(
            f"BT /Bold {_REASON_SIZE} Tf {left + _MARGIN:.2f} {bottom + above:.2f} Td ({_literal(text)}) Tj ET"
            for above, text in zip(range(12, 12 + 10 * len(lines), 10), reversed(lines), strict=True)
        ),
        "Q",
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
