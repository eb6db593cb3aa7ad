"""The characters of a PDF page as its content stream sets them: where, how large, in which colour."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pypdfium2 import PdfPage

INVISIBLE_MODES = (3, 7)
"""Text rendering modes of PDF that draw nothing: neither fill nor stroke, and clip only."""


@dataclass(frozen=True)
class Glyphs:
    """N characters in the order of the content stream; index i of each array belongs to character i."""

    characters: tuple[str, ...]
    """The extracted characters. Spaces and line ends may be PDFium's own, see `generated`."""
    boxes: NDArray[np.float64]
    """(N, 4): left, top, right, bottom in points, from the upper left corner of the visible page, y downwards."""
    sizes: NDArray[np.float64]
    """(N,): font size in points as it appears on the page, the smaller of height and width scale."""
    modes: NDArray[np.int64]
    """(N,): text rendering mode, -1 where unknown."""
    fills: NDArray[np.int64]
    """(N, 4): red, green, blue, alpha, 0 to 255; -1 where there is no plain colour."""
    upright: NDArray[np.bool_]
    """(N,): set horizontally from left to right."""
    bold: NDArray[np.bool_]
    """(N,): in a bold face."""
    generated: NDArray[np.bool_]
    """(N,): not in the file, put in by PDFium as a space or a line end."""

    def __len__(self) -> int:
        return len(self.characters)


def read_glyphs(page: PdfPage) -> Glyphs:
    """All characters of a page, those inside form objects and those outside the page included."""
    textpage = page.get_textpage()
    count, rotated = textpage.count_chars(), page.get_rotation() != 0
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
        upright[i] = not rotated and abs(math.remainder(angle, math.tau)) < 0.05
        if pdfium_c.FPDFText_GetFillColor(textpage, i, red, green, blue, alpha):
            fills[i] = red.value, green.value, blue.value, alpha.value
        owner = pdfium_c.FPDFText_GetTextObject(textpage, i)
        if owner:
            key = ctypes.cast(owner, ctypes.c_void_p).value or 0
            if key not in of_object:
                of_object[key] = (pdfium_c.FPDFTextObj_GetTextRenderMode(owner), _is_bold(owner))
            modes[i], bold[i] = of_object[key]
    textpage.close()
    return Glyphs(tuple(characters), _in_view(page, boxes), sizes, modes, fills, upright, bold, generated)


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


def _in_view(page: PdfPage, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes from the page's own coordinates to points from the upper left corner of what is shown, with crop box and
    rotation applied. PDFium maps whole pixels only, so three far points are asked for."""
    width, height = page.get_size()
    far, scale = 10_000, 100

    def ask(x: float, y: float) -> NDArray[np.float64]:
        px, py = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(page, 0, 0, round(width * scale), round(height * scale), 0, x, y, px, py)
        return np.array([px.value / scale, py.value / scale])

    origin = ask(0, 0)
    to_view = np.array([ask(far, 0) - origin, ask(0, far) - origin]) / far
    one, two = boxes[:, :2] @ to_view + origin, boxes[:, 2:] @ to_view + origin
    return np.hstack([np.minimum(one, two), np.maximum(one, two)])
