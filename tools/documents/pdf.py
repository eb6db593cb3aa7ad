"""Read a PDF: its visible lines in reading order, its hidden text, and its pages as images."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from tools.documents.hidden_text import (
    INVISIBLE_MODES,
    CharacterKinds,
    HiddenText,
    HiddenTextKind,
    PageCharacters,
    classify_characters,
    hidden_runs,
    keep_running_text,
    no_characters,
    read_characters,
    render_text_difference,
    strip_actual_text,
)
from tools.documents.layout import TextLine, extract_lines
from tools.documents.structure import line_numbers, running_key, running_text
from tools.errors import UserError

DEFAULT_SIZE = (612.0, 792.0)
"""Width and height in points of a page that has no size of its own: US letter, as viewers show it."""
MAX_BYTES = 100_000_000
MAX_PAGES = 300
"""A longer file is read only if the caller limits the number of pages."""
_MIN_LETTERS = 40  # a paper with fewer has no text to review
_Page = tuple[PageCharacters, CharacterKinds]

RUNNING_TEXT_NOTE = "omitted because it repeats on the pages"
"""Begins the note that quotes the omitted running heads."""


@dataclass(frozen=True)
class PdfText:
    """The text of a PDF."""

    title: str
    """The title in the metadata, often empty."""
    pages: int
    """Pages of the file, including those that were not read."""
    lines: tuple[TextLine, ...]
    hidden: tuple[HiddenText, ...]
    notes: tuple[str, ...]


def read_pdf(path: Path, max_pages: int | None = None) -> PdfText:
    """Read a PDF's text.

    Raises:
        UserError: too large, encrypted, broken, without pages, or without visible text.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UserError(f"{path}: too large, {path.stat().st_size / 1e6:.0f} MB; the limit is {MAX_BYTES / 1e6:.0f} MB")
    with _opened(path) as document:
        count = len(document)
        if count == 0:
            raise UserError(f"{path}: the PDF has no pages")
        if max_pages is None and count > MAX_PAGES:
            raise UserError(f"{path}: too large, {count} pages; the limit is {MAX_PAGES}, or read the first pages only")
        read = min(count, max_pages or count)
        pages: list[_Page] = []
        sizes: list[tuple[float, float]] = []
        images = 0
        hidden: list[HiddenText] = []
        broken = []
        for k in range(read):
            try:
                page = open_page(document, k)
            except pdfium.PdfiumError:
                broken.append(k + 1)
                pages.append((no_characters(), []))
                sizes.append(DEFAULT_SIZE)
                continue
            found, page_read = classify_page(page)
            hidden += [HiddenText.of(HiddenTextKind.REPLACED, k + 1, text) for text in found]
            pages.append(page_read)
            sizes.append(page.get_size())
            images += any(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3))
            page.close()
        title = str(document.get_metadata_value("Title") or "").strip()
    _check_text(path, pages, images)
    keep_running_text(pages)
    for k, (characters, kinds) in enumerate(pages):
        hidden += hidden_runs(characters, kinds, k + 1)
    lines, notes = _lines(pages, sizes)
    if broken:
        notes.append(f"broken, so their text is missing: page {', '.join(map(str, broken))}")
    if read < count:
        notes.append(f"the first {read} of {count} pages were read")
    return PdfText(title, count, tuple(lines), tuple(hidden), tuple(notes))


def open_page(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """Return a page, of the default size if its own is empty.

    Raises:
        PdfiumError: the page is broken.
    """
    page = document[index]
    if min(page.get_size()) < 1:
        page.set_mediabox(0, 0, *DEFAULT_SIZE)
        page.set_cropbox(0, 0, *DEFAULT_SIZE)
    return page


def classify_page(page: pdfium.PdfPage) -> tuple[list[str], tuple[PageCharacters, CharacterKinds]]:
    """Return the replacement texts that a page draws otherwise, its characters, and how each is hidden."""
    replaced = strip_actual_text(page)
    characters = read_characters(page)
    if not len(characters):
        return replaced, (characters, [])
    return replaced, (characters, classify_characters(characters, render_text_difference(page), page.get_size()))


def render_pages(path: Path, dpi: int = 100, pages: Sequence[int] | None = None) -> list[bytes]:
    """Render pages as PNG images, for models with vision.

    Args:
        dpi: dots per inch.
        pages: page numbers from 1; None for all pages.

    Raises:
        UserError: the file cannot be opened, or it has no such page.
    """
    images = []
    with _opened(path) as document:
        for number in range(1, len(document) + 1) if pages is None else pages:
            if not 1 <= number <= len(document):
                raise UserError(f"{path}: no page {number}; it has pages 1 to {len(document)}")
            file = io.BytesIO()
            open_page(document, number - 1).render(scale=dpi / 72).to_pil().convert("RGB").save(file, format="PNG")
            images.append(file.getvalue())
    return images


def page_texts(path: Path) -> list[str]:
    """Return the text of each page in the order of the file, hidden text included; empty for pages that are broken.

    Raises:
        UserError: the file cannot be opened.
    """
    texts = []
    with _opened(path) as document:
        for number in range(len(document)):
            try:
                texts.append(document[number].get_textpage().get_text_bounded())
            except pdfium.PdfiumError:
                texts.append("")
    return texts


@contextmanager
def _opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UserError(f"{path}: encrypted; save a copy without a password and use that") from None
        raise UserError(f"{path}: a broken PDF that cannot be opened; export it again") from None
    try:
        yield document
    finally:
        document.close()


def _check_text(path: Path, pages: Sequence[_Page], images: int) -> None:
    letters = [(g, k, i) for g, k in pages for i, c in enumerate(g.characters) if c.isalnum()]
    if len(letters) < _MIN_LETTERS:
        reason = "its pages are images, as from a scanner" if images else "its pages contain no text"
        raise UserError(f"{path}: {reason}; run text recognition and supply the text as a .txt or .md file")
    invisible = sum(int(g.modes[i]) in INVISIBLE_MODES for g, _, i in letters)
    if images and invisible > 0.9 * len(letters):
        raise UserError(
            f"{path}: scanned, with recognized text behind the images that is invisible and cannot be checked; "
            "supply that text as a .txt or .md file"
        )
    spoofed = sum(k[i] == HiddenTextKind.SPOOFED for _, k, i in letters)
    if spoofed > 0.5 * len(letters):
        raise UserError(
            f"{path}: its fonts draw letters other than the extracted ones (or a script that cannot be compared); "
            "supply the text as a .tex, .txt or .md file"
        )


def _lines(pages: Sequence[_Page], sizes: Sequence[tuple[float, float]]) -> tuple[list[TextLine], list[str]]:
    """Return the lines of all pages without running headers and line numbers, and notes about those."""
    by_page = [
        extract_lines(characters, [kind is None for kind in kinds], k + 1, sizes[k][0])
        for k, (characters, kinds) in enumerate(pages)
    ]
    numbered = 0
    for k, lines in enumerate(by_page):
        if numbers := line_numbers(lines):
            numbered += 1
            by_page[k] = [line for i, line in enumerate(lines) if i not in numbers]
    running = running_text(by_page, [height for _, height in sizes])
    kept = [line for lines in by_page for line in lines if running_key(line) not in running]
    heads = sorted({" ".join(line.text.split()) for lines in by_page for line in lines if running_key(line) in running})
    heads = [head for head in heads if not head.isdigit()]
    notes = []
    if heads:
        shown = "; ".join(f'"{head}"' for head in heads[:8]) + ("; …" if len(heads) > 8 else "")
        notes.append(f"{RUNNING_TEXT_NOTE}: {shown}")
    if numbered:
        notes.append(f"line numbers omitted on {numbered} pages")
    unmapped = sum(g.characters.count("\ufffd") for g, _ in pages)
    if unmapped:
        notes.append(f"{unmapped} characters have no Unicode mapping in their font and appear as \ufffd")
    return kept, notes
