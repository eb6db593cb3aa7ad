"""Read the content stream of a PDF page: its characters, and its replacement text (`/ActualText`)."""

from __future__ import annotations

import ctypes
import difflib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pypdfium2 import PdfPage

INVISIBLE_MODES = (3, 7)
"""PDF text rendering modes that draw nothing: neither fill nor stroke, and clip only."""
_ACTUAL_TEXT = b"ActualText"
_MIN_REPLACEMENT = 12
"""Letters. Shorter replacements are symbols and single words."""
_ODD_SIZE = 2.0
"""Points. Glyphs larger than this in a font of a smaller size tell that the font has units of its own."""
_CAP_HEIGHT = 0.7
"""Of capitals, as part of the font size."""
_MAX_DEPTH = 15
"""Nesting of form objects that is searched."""


@dataclass(frozen=True)
class PageCharacters:
    """N characters in content stream order. Index i of each array belongs to character i."""

    characters: tuple[str, ...]
    """The extracted characters. PDFium adds some spaces and line ends of its own, see `generated`."""
    boxes: NDArray[np.float64]
    """(N, 4): left, top, right, bottom in points from the upper left corner of the visible page, y downwards."""
    sizes: NDArray[np.float64]
    """(N,): font size in points as it appears on the page, the smaller of the height and width scales."""
    modes: NDArray[np.int64]
    """(N,): text rendering mode, -1 if unknown."""
    fills: NDArray[np.int64]
    """(N, 4): red, green, blue, alpha, 0 to 255; -1 if there is no plain color."""
    upright: NDArray[np.bool_]
    """(N,): set horizontally from left to right."""
    bold: NDArray[np.bool_]
    """(N,): in a bold face."""
    generated: NDArray[np.bool_]
    """(N,): not in the file, added by PDFium as a space or a line end."""

    def __len__(self) -> int:
        return len(self.characters)


def text_objects(page: PdfPage) -> list[Any]:
    """Return the text objects of a page, including those inside form objects."""
    return list(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=_MAX_DEPTH))


def read_characters(page: PdfPage) -> PageCharacters:
    """Return all characters of a page, including those inside form objects and outside the page."""
    textpage = page.get_textpage()
    count, turned = textpage.count_chars(), math.radians(page.get_rotation())
    characters: list[str] = []
    boxes = np.zeros((count, 4))
    sizes, modes, fills = np.zeros(count), np.full(count, -1), np.full((count, 4), -1)
    upright, bold, generated = (np.zeros(count, dtype=np.bool_) for _ in range(3))
    of_object: dict[int, tuple[int, bool]] = {}
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    matrix = pdfium_c.FS_MATRIX()
    for i in range(count):
        characters.append(_character(textpage, i))
        generated[i] = pdfium_c.FPDFText_IsGenerated(textpage, i) == 1
        if pdfium_c.FPDFText_GetCharBox(textpage, i, left, right, bottom, top):
            boxes[i] = left.value, bottom.value, right.value, top.value
        if pdfium_c.FPDFText_GetMatrix(textpage, i, matrix):
            scale = min(math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d))
            sizes[i] = pdfium_c.FPDFText_GetFontSize(textpage, i) * scale
        angle = pdfium_c.FPDFText_GetCharAngle(textpage, i)
        upright[i] = abs(math.remainder(angle + turned, math.tau)) < 0.05  # both are clockwise
        if pdfium_c.FPDFText_GetFillColor(textpage, i, red, green, blue, alpha):
            fills[i] = red.value, green.value, blue.value, alpha.value
        owner = pdfium_c.FPDFText_GetTextObject(textpage, i)
        if owner:
            key = ctypes.cast(owner, ctypes.c_void_p).value or 0
            if key not in of_object:
                of_object[key] = (pdfium_c.FPDFTextObj_GetTextRenderMode(owner), _is_bold(owner))
            modes[i], bold[i] = of_object[key]
    textpage.close()
    boxes = _to_view(page, boxes)
    return PageCharacters(tuple(characters), boxes, _as_drawn(sizes, boxes), modes, fills, upright, bold, generated)


def no_characters() -> PageCharacters:
    """Return the characters of a page that cannot be read."""
    none = np.zeros(0)
    return PageCharacters(
        (), none.reshape(0, 4), none, none.astype(int), none.astype(int).reshape(0, 4), *[none.astype(np.bool_)] * 3
    )


def strip_actual_text(page: PdfPage) -> list[str]:
    """Remove all `/ActualText` from a page, so that what is drawn is what is read.

    Meant for ligatures and formulas, replacement text can say anything.

    Returns:
        The replacements that differ from the text that the page draws.
    """
    replaced: list[tuple[str, list[Any]]] = []
    for text in text_objects(page):
        for k in reversed(range(pdfium_c.FPDFPageObj_CountMarks(text))):
            mark = pdfium_c.FPDFPageObj_GetMark(text, k)
            replacement = _replacement_of(mark)
            if replacement is None:
                continue
            pdfium_c.FPDFPageObj_RemoveMark(text, mark)
            if replaced and replaced[-1][0] == replacement:
                replaced[-1][1].append(text)
            else:
                replaced.append((replacement, [text]))
    if not any(len(_letters(replacement)) >= _MIN_REPLACEMENT for replacement, _ in replaced):
        return []
    textpage = page.get_textpage()
    drawn = [(replacement, "".join(_drawn(text, textpage) for text in texts)) for replacement, texts in replaced]
    textpage.close()
    return [text for text, draws in drawn if len(_letters(text)) >= _MIN_REPLACEMENT and not _similar(text, draws)]


def _character(textpage: Any, i: int) -> str:
    code = pdfium_c.FPDFText_GetUnicode(textpage, i)
    if code in (0x02, 0xFFFE, 0xAD):  # PDFium's marks for a hyphen at a line's end, and the soft hyphen
        return "-"
    return "\ufffd" if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)


def _is_bold(text_object: Any) -> bool:
    font = pdfium_c.FPDFTextObj_GetFont(text_object)
    if not font:
        return False
    buffer = ctypes.create_string_buffer(200)
    pdfium_c.FPDFFont_GetBaseFontName(font, buffer, 200)
    name = buffer.value.lower()
    return any(part in name for part in (b"bold", b"black", b"cmb", b"medi", b"-bd", b"heavy"))


def _to_view(page: PdfPage, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert boxes from page coordinates to points from the upper left corner of the visible page.

    Crop box and rotation are applied. PDFium maps to whole pixels only, so the mapping is taken from three far points.
    """
    width, height = page.get_size()
    far, scale = 10_000, 100

    def to_device(x: float, y: float) -> NDArray[np.float64]:
        px, py = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(page, 0, 0, round(width * scale), round(height * scale), 0, x, y, px, py)
        return np.array([px.value / scale, py.value / scale])

    origin = to_device(0, 0)
    to_view = np.array([to_device(far, 0) - origin, to_device(0, far) - origin]) / far
    one, two = boxes[:, :2] @ to_view + origin, boxes[:, 2:] @ to_view + origin
    return np.hstack([np.minimum(one, two), np.maximum(one, two)])


def _as_drawn(sizes: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sizes as drawn: a Type3 font may draw glyphs of ten points at a font size of a tenth of a point."""
    drawn = sizes.copy()
    extents = boxes[:, 2:] - boxes[:, :2]
    for size in np.unique(sizes[(sizes > 0) & (sizes < _ODD_SIZE)]):
        own = extents[(sizes == size) & (extents > 0).all(axis=1)]
        if len(own) and np.median(own.min(axis=1)) >= _ODD_SIZE:
            drawn[sizes == size] = np.percentile(own[:, 1], 75) / _CAP_HEIGHT
    return drawn


def _similar(one: str, two: str) -> bool:
    return difflib.SequenceMatcher(None, _letters(one), _letters(two), autojunk=False).ratio() > 0.6


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _replacement_of(mark: Any) -> str | None:
    length = ctypes.c_ulong()
    if not pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, _ACTUAL_TEXT, None, 0, length) or length.value == 0:
        return None
    buffer = (pdfium_c.FPDF_WCHAR * (length.value // 2))()
    pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, _ACTUAL_TEXT, buffer, length, length)
    return bytes(buffer).decode("utf-16-le").rstrip("\0")


def _drawn(text: Any, textpage: Any) -> str:
    length = pdfium_c.FPDFTextObj_GetText(text, textpage, None, 0)
    buffer = (pdfium_c.FPDF_WCHAR * (length // 2))()
    pdfium_c.FPDFTextObj_GetText(text, textpage, buffer, length)
    return bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")
