"""A PDF read: its lines in reading order without what no reader sees, and its pages as pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from tools.documents.hidden_text.actual_text import take_off_replacements
from tools.documents.hidden_text.glyph_map import INVISIBLE_MODES, Glyphs, read_glyphs
from tools.documents.hidden_text.model import REPLACED, UNLIKE, HiddenText, quoted
from tools.documents.hidden_text.render_diff import text_ink
from tools.documents.hidden_text.visibility import findings, forgive_running_text, unseen
from tools.documents.layout import Line, lines_of
from tools.documents.structure import line_numbers, running_key, running_text
from tools.errors import UserError

MOST_BYTES = 100_000_000
MOST_PAGES = 300
"""More pages than this are read only when a number is asked for."""
_FEWEST_LETTERS = 40  # a whole paper with fewer has no text worth a review


@dataclass(frozen=True)
class PdfText:
    """What was read of a PDF."""

    title: str
    """The title in the metadata; often empty."""
    pages: int
    """Pages of the file, those that were not read included."""
    lines: tuple[Line, ...]
    hidden: tuple[HiddenText, ...]
    notes: tuple[str, ...]


def read_pdf(path: Path, max_pages: int | None = None) -> PdfText:
    """Read a PDF's text.

    Raises:
        UserError: too large, encrypted, broken, without pages, or without text that its readers can see.
    """
    if path.stat().st_size > MOST_BYTES:
        raise UserError(
            f"{path}: too large, {path.stat().st_size / 1e6:.0f} MB; the limit is {MOST_BYTES / 1e6:.0f} MB"
        )
    with _opened(path) as document:
        count = len(document)
        if count == 0:
            raise UserError(f"{path}: a PDF without pages")
        if max_pages is None and count > MOST_PAGES:
            raise UserError(
                f"{path}: too large, {count} pages; the limit is {MOST_PAGES}, or ask for the first pages only"
            )
        read = min(count, max_pages or count)
        pages: list[tuple[Glyphs, list[str]]] = []
        sizes: list[tuple[float, float]] = []
        pictures = 0
        hidden: list[HiddenText] = []
        for k in range(read):
            page = document[k]
            hidden += [quoted(REPLACED, k + 1, says) for says in take_off_replacements(page)]
            glyphs = read_glyphs(page)
            sizes.append(page.get_size())
            pages.append((glyphs, unseen(glyphs, text_ink(page), page.get_size()) if len(glyphs) else []))
            pictures += any(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3))
            page.close()
        title = str(document.get_metadata_value("Title") or "").strip()
    _check_text(path, pages, pictures)
    forgive_running_text(pages)
    hidden += [finding for k, (glyphs, kinds) in enumerate(pages) for finding in findings(glyphs, kinds, k + 1)]
    lines, notes = _lines(pages, sizes)
    if read < count:
        notes.append(f"the first {read} of {count} pages were read")
    return PdfText(title, count, tuple(lines), tuple(hidden), tuple(notes))


def render_pages(path: Path, dpi: int = 100, pages: Sequence[int] | None = None) -> list[bytes]:
    """Pages as PNG pictures, for models with eyes.

    Args:
        dpi: dots per inch.
        pages: page numbers from 1; all pages when None.

    Raises:
        UserError: the file cannot be opened, or has no such page.
    """
    pictures = []
    with _opened(path) as document:
        for number in range(1, len(document) + 1) if pages is None else pages:
            if not 1 <= number <= len(document):
                raise UserError(f"{path}: no page {number}; it has pages 1 to {len(document)}")
            file = io.BytesIO()
            document[number - 1].render(scale=dpi / 72).to_pil().convert("RGB").save(file, format="PNG")
            pictures.append(file.getvalue())
    return pictures


@contextmanager
def _opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UserError(f"{path}: encrypted; save a copy without a password and give that") from None
        raise UserError(f"{path}: a broken PDF that cannot be opened ({error}); export it again") from None
    try:
        yield document
    finally:
        document.close()


def _check_text(path: Path, pages: Sequence[tuple[Glyphs, list[str]]], pictures: int) -> None:
    letters = [(g, k, i) for g, k in pages for i, c in enumerate(g.characters) if c.isalnum()]
    if len(letters) < _FEWEST_LETTERS:
        what = "its pages are images, as from a scanner" if pictures else "its pages hold no text"
        raise UserError(f"{path}: {what}; run text recognition and give the text as a .txt or .md file")
    invisible = sum(int(g.modes[i]) in INVISIBLE_MODES for g, _, i in letters)
    if pictures and invisible > 0.9 * len(letters):
        raise UserError(
            f"{path}: scanned, with recognised text behind the images that nobody sees and that cannot be checked; "
            "give that text as a .txt or .md file"
        )
    unlike = sum(k[i] == UNLIKE for _, k, i in letters)
    if unlike > 0.5 * len(letters):
        raise UserError(
            f"{path}: its fonts draw other letters than the text says (or in a script that cannot be compared); "
            "give the text as a .tex, .txt or .md file"
        )


def _lines(
    pages: Sequence[tuple[Glyphs, list[str]]], sizes: Sequence[tuple[float, float]]
) -> tuple[list[Line], list[str]]:
    """The lines of all pages without running heads and line numbers, and notes on those."""
    by_page = [
        lines_of(glyphs, [not kind for kind in kinds], k + 1, sizes[k][0]) for k, (glyphs, kinds) in enumerate(pages)
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
        shown = "; ".join(f"«{head}»" for head in heads[:8]) + ("; …" if len(heads) > 8 else "")
        notes.append(f"left out, since it repeats on the pages: {shown}")
    if numbered:
        notes.append(f"line numbers left out on {numbered} pages")
    unmapped = sum(g.characters.count("\ufffd") for g, _ in pages)
    if unmapped:
        notes.append(f"{unmapped} characters have no known meaning in their font and read as \ufffd")
    return kept, notes
