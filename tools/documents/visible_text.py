"""Read the text that a reader sees on the pages of a PDF, in the order of its content stream.

`read_document` arranges text for reading and drops running heads. Here every visible character stays, so that a program
can compare the pages with what they were made from.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from tools.documents.hidden_text import (
    CharacterKinds,
    HiddenText,
    HiddenTextKind,
    PageCharacters,
    hidden_runs,
    keep_running_text,
)
from tools.documents.pdf import classify_page, open_page
from tools.errors import UserError

_MAX_PAGES = 100
_MAX_BYTES = 100_000_000


@dataclass(frozen=True)
class VisiblePage:
    """The visible text of a page. Text of included figures is not part of it."""

    number: int
    text: str
    """Lines end with a newline. A change of size or height inside a number, as before an exponent, is a space."""
    unmapped: int
    """Visible characters whose font does not say which character they are."""


@dataclass(frozen=True)
class VisibleText:
    """The visible text of all pages, and the text that is on them but hidden."""

    pages: tuple[VisiblePage, ...]
    hidden: tuple[HiddenText, ...]


def parse_visible_text(path: Path, *, without_color: tuple[int, int, int] | None = None) -> VisibleText:
    """Read a PDF.

    Args:
        without_color: red, green and blue (0 to 255) of text to leave out, such as a mark across the pages.

    Raises:
        UserError: the file is no readable PDF, or too large.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise UserError(f"{path}: larger than {_MAX_BYTES // 10**6} MB")
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise UserError(f"{path}: not a readable PDF ({error})") from None
    try:
        if len(document) > _MAX_PAGES:
            raise UserError(f"{path}: {len(document)} pages; at most {_MAX_PAGES} are read")
        return _read(document, without_color)
    finally:
        document.close()


def _read(document: pdfium.PdfDocument, without_color: tuple[int, int, int] | None) -> VisibleText:
    pages: list[tuple[PageCharacters, CharacterKinds]] = []
    own: list[list[bool]] = []
    hidden: list[HiddenText] = []
    for number in range(1, len(document) + 1):
        page = open_page(document, number - 1)
        replaced, (characters, kinds) = classify_page(page)
        hidden += [HiddenText.of(HiddenTextKind.REPLACED, number, text) for text in replaced]
        pages.append((characters, kinds))
        wanted = np.array(list(_outside_figures(page, len(characters))), dtype=np.bool_)
        if without_color is not None:
            wanted &= (characters.fills[:, :3] != np.array(without_color)).any(axis=1)
        own.append(wanted.tolist())
        page.close()
    keep_running_text(pages)
    for number, (characters, kinds) in enumerate(pages, start=1):
        hidden += hidden_runs(characters, kinds, number)
    return VisibleText(
        tuple(
            _visible(characters, kinds, mine, number)
            for number, ((characters, kinds), mine) in enumerate(zip(pages, own, strict=True), start=1)
        ),
        tuple(hidden),
    )


def _outside_figures(page: Any, count: int) -> Iterator[bool]:
    """Yield, for each character, whether it belongs to the page itself and not to a form object, such as a figure."""
    top = {
        ctypes.cast(text.raw, ctypes.c_void_p).value
        for text in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=1)
    }
    textpage = page.get_textpage()
    for i in range(count):
        owner = pdfium_c.FPDFText_GetTextObject(textpage, i)
        yield not owner or ctypes.cast(owner, ctypes.c_void_p).value in top
    textpage.close()


def _visible(characters: PageCharacters, kinds: CharacterKinds, own: list[bool], number: int) -> VisiblePage:
    parts: list[str] = []
    last = -1
    unmapped = 0
    for i, character in enumerate(characters.characters):
        if kinds[i] is not None or not own[i]:
            continue
        if (
            character.isdigit()
            and last == i - 1
            and characters.characters[last].isdigit()
            and _moved(characters, last, i)
        ):
            parts.append(" ")
        unmapped += character == "\ufffd" or 0xE000 <= ord(character) < 0xF900
        parts.append("\n" if character in "\r\n" else character)
        last = i
    return VisiblePage(number, "".join(parts), unmapped)


def _moved(characters: PageCharacters, first: int, second: int) -> bool:
    """Return whether the second of two characters is an exponent or index, or far away."""
    one, two = characters.boxes[first], characters.boxes[second]
    size = max(float(characters.sizes[first]), 1.0)
    other = float(characters.sizes[second])
    apart = bool(np.abs(two[0] - one[2]) > size)
    return apart or abs(other - size) > 0.1 * size or bool(abs(two[3] - one[3]) > 0.2 * size)
