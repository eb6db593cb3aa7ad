"""Whether letters look like what they claim to be.

A font can draw an «a» and tell every program that reads the text that it is an «x»: the page shows one sentence and a
text extractor gets another. Here every letter's ink is compared with the letters of common typefaces. A single letter
proves nothing, typefaces differ; a run of words whose letters mostly look like other letters does. On papers set in
Times nearly every letter is among its six nearest; with the alphabet shuffled, one in twelve is.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tools.documents.hidden_text.glyph_map import Glyphs
from tools.documents.hidden_text.render_diff import Ink

_SIDE = 16
_NEAREST = 6
_LEAST_HEIGHT = 7  # pixels
_TYPEFACES = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic",
    "DejaVuSansMono", "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmb10",
    "cmti10", "cmss10", "cmtt10", "cmmi10",
)  # fmt: skip
_FAINT = 32
"""Ink below this, of 255, is no letter to look at."""


def looks_right(glyphs: Glyphs, ink: Ink, checked: NDArray[np.bool_]) -> NDArray[np.int8]:
    """For each character 1 when its ink looks like it, 0 when it looks like other letters, -1 when that was not asked:
    only ASCII letters among `checked`, upright and tall enough, with a box of their own."""
    verdict = np.full(len(glyphs), -1, dtype=np.int8)
    is_letter = np.array([c in string.ascii_letters for c in glyphs.characters], dtype=np.bool_)
    shared = np.zeros(len(glyphs), dtype=np.bool_)
    shared[1:] = (glyphs.boxes[1:] == glyphs.boxes[:-1]).all(axis=1)
    asked = np.flatnonzero(checked & glyphs.upright & is_letter & ~shared)
    if not len(asked):
        return verdict
    boxes = glyphs.boxes[asked] * ink.scale
    usable = (boxes[:, 3] - boxes[:, 1] >= _LEAST_HEIGHT) & (boxes[:, 2] - boxes[:, 0] >= 1)
    asked, boxes = asked[usable], boxes[usable]
    table = _summed(ink.difference)
    shapes, strong = _shapes(table, boxes)
    asked, shapes = asked[strong], shapes[strong]
    if not len(asked):
        return verdict
    verdict[asked] = _match([glyphs.characters[i] for i in asked], shapes)
    doubtful = asked[verdict[asked] == 0]  # a font may state loose boxes: look again at the ink alone
    looked: list[int] = []
    tight: list[NDArray[np.float64]] = []
    for i, (x0, y0, x1, y1) in zip(doubtful, ink.pixels(glyphs.boxes[doubtful], margin=0).tolist(), strict=True):
        if (box := _ink_box(ink.difference[y0:y1, x0:x1])) is not None:
            looked.append(int(i))
            tight.append(box + np.array([x0, y0, x0, y0]))
    if looked:
        verdict[looked] = _match([glyphs.characters[i] for i in looked], _shapes(table, np.array(tight))[0])
    return verdict


def _match(letters: Sequence[str], shapes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each letter is among the ones nearest to its shape."""
    references, names = _references()
    nearest = np.argpartition(-(shapes.astype(np.float32) @ references.T), _NEAREST, axis=1)[:, :_NEAREST]
    claimed = np.array([_name(letter) for letter in letters])
    return np.asarray((names[nearest] == claimed[:, None]).any(axis=1))


def _name(letter: str) -> int:
    """Small and capital letters count as one, and so do i and l, which many typefaces draw alike."""
    return ord(letter.lower().replace("l", "i"))


def _summed(ink: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The summed-area table: entry (y, x) is all the ink above and left of that corner. 32 bits hold 4096 x 4096."""
    table = np.zeros((ink.shape[0] + 1, ink.shape[1] + 1), dtype=np.uint32)
    np.cumsum(ink, axis=0, dtype=np.uint32, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, dtype=np.uint32, out=table[1:, 1:])
    return table


def _shapes(table: NDArray[np.uint32], boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Each box's ink as a vector of length 1: the mean of 16 x 16 cells, and the logarithm of width over height.

    boxes: (n, 4) left, top, right, bottom in pixels, fractions allowed. Also tells which boxes hold ink worth a look.
    """
    steps = np.linspace(0, 1, _SIDE + 1)
    x = np.clip(boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * steps, 0, table.shape[1] - 1.001)
    y = np.clip(boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * steps, 0, table.shape[0] - 1.001)
    xi, yi = x.astype(int), y.astype(int)
    xf, yf = (x - xi)[:, None, :], (y - yi)[:, :, None]
    rows, columns = yi[:, :, None], xi[:, None, :]
    corners = (
        table[rows, columns] * (1 - yf) * (1 - xf)
        + table[rows, columns + 1] * (1 - yf) * xf
        + table[rows + 1, columns] * yf * (1 - xf)
        + table[rows + 1, columns + 1] * yf * xf
    )
    ink = np.diff(np.diff(corners, axis=1), axis=2).reshape(len(boxes), -1)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    ink /= np.maximum(width * height, 1)[:, None] / _SIDE**2
    strong = ink.max(axis=1, initial=0) >= _FAINT
    flat = ink - ink.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    vectors = np.concatenate([flat, 0.5 * np.log(np.maximum(width, 0.1) / np.maximum(height, 0.1))[:, None]], axis=1)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), strong


def _ink_box(ink: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """The box of the dark part, in pixels; None where there is none of use."""
    dark = ink > max(int(ink.max(initial=0)) * 0.4, _FAINT)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if len(rows) < _LEAST_HEIGHT:
        return None
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float64)


@functools.cache
def _references() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The shapes of all letters in the typefaces that come with matplotlib, and the name of each."""
    import matplotlib  # here, since only a PDF's text needs it

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    shapes, names = [], []
    for typeface in _TYPEFACES:
        font = ImageFont.truetype(folder / f"{typeface}.ttf", 30)
        for letter in string.ascii_letters:
            image = Image.new("L", (75, 75))
            ImageDraw.Draw(image).text((15, 15), letter, fill=255, font=font)
            pixels = np.asarray(image)
            if (box := _ink_box(pixels)) is not None:
                shapes.append(_shapes(_summed(pixels), box[None])[0][0])
                names.append(_name(letter))
    return np.array(shapes, dtype=np.float32), np.array(names)
