"""Where on a page of a PDF a text stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]

_SHORTEST = 4
"""Letters and digits. Shorter texts would be found everywhere."""


@dataclass(frozen=True)
class PageBox:
    """A rectangle as fractions of the page's width and height, from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


def find_on_page(path: Path, page: int, text: str) -> list[PageBox]:
    """Return one box for each line of the first place where a page shows a text; nothing if it does not.

    Letters and digits are compared, without case, accents, line breaks and hyphens.

    Args:
        page: number of the page, from 1.
    """
    wanted = _letters(text)
    document = pdfium.PdfDocument(path)
    try:
        if len(wanted) < _SHORTEST or not 1 <= page <= len(document):
            return []
        shown = document[page - 1]
        width, height = shown.get_size()
        textpage = shown.get_textpage()
        stream, places = "", list[int]()
        for index, character in enumerate(textpage.get_text_range()):
            letters = _letters(character)
            stream += letters
            places += [index] * len(letters)
        start = stream.find(wanted)
        if start < 0:
            return []
        boxes: list[tuple[float, float, float, float]] = []
        for index in dict.fromkeys(places[start : start + len(wanted)]):
            box = textpage.get_charbox(index)
            if (
                boxes
                and abs(boxes[-1][1] - box[1]) < 0.6 * max(1.0, boxes[-1][3] - boxes[-1][1])
                and box[0] > boxes[-1][0]
            ):
                last = boxes.pop()
                box = (last[0], min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
            boxes.append(box)
        return [
            PageBox(left / width, 1 - top / height, (right - left) / width, (top - bottom) / height)
            for left, bottom, right, top in boxes
        ]
    finally:
        document.close()


def page_letters(path: Path) -> list[str]:
    """Return the letters and digits of each page, as `find_on_page` compares them."""
    document = pdfium.PdfDocument(path)
    try:
        return [_letters(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def page_with(pages: Sequence[str], text: str) -> int | None:
    """Return the number of the first page that shows a text, None if none does.

    Args:
        pages: as `page_letters` returns them.
    """
    wanted = _letters(text)
    if len(wanted) < _SHORTEST:
        return None
    return next((number for number, page in enumerate(pages, start=1) if wanted in page), None)


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    return "".join(character for character in folded if character.isalnum())
