"""Check whether drawn letters look like the extracted ones.

A font can draw an "a" and declare it as an "x": the page shows one sentence and a text extractor returns another. Here
each letter's rendering is compared with the letters of common typefaces. A single letter proves nothing, since typefaces
differ. A run of words whose letters mostly look like other letters does. In papers set in Times nearly every letter is
among its six nearest; with a shuffled alphabet, one in twelve is.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tools.documents.hidden_text.characters import PageCharacters
from tools.documents.hidden_text.render_diff import TextRendering

_SIDE = 16
_NEAREST = 6
_MIN_HEIGHT = 7  # pixels
_TYPEFACES = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic",
    "DejaVuSansMono", "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmb10",
    "cmti10", "cmss10", "cmtt10", "cmmi10",
)  # fmt: skip
_FAINT = 32
"""Differences below this, of 255, are not a letter worth comparing."""


def match_letter_shapes(
    characters: PageCharacters, rendering: TextRendering, candidates: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Return 1 per character that looks like itself, 0 if it looks like other letters, -1 if it was not compared.

    Only ASCII letters among `candidates` are compared that are upright, tall enough and have a box of their own.
    """
    matches = np.full(len(characters), -1, dtype=np.int8)
    is_letter = np.array([c in string.ascii_letters for c in characters.characters], dtype=np.bool_)
    shared = np.zeros(len(characters), dtype=np.bool_)
    shared[1:] = (characters.boxes[1:] == characters.boxes[:-1]).all(axis=1)
    indices = np.flatnonzero(candidates & characters.upright & is_letter & ~shared)
    if not len(indices):
        return matches
    boxes = characters.boxes[indices] * rendering.scale
    usable = (boxes[:, 3] - boxes[:, 1] >= _MIN_HEIGHT) & (boxes[:, 2] - boxes[:, 0] >= 1)
    indices, boxes = indices[usable], boxes[usable]
    table = _summed(rendering.difference)
    shapes, strong = _shapes(table, boxes)
    indices, shapes = indices[strong], shapes[strong]
    if not len(indices):
        return matches
    matches[indices] = _match([characters.characters[i] for i in indices], shapes)
    doubtful = indices[matches[indices] == 0]  # a font may declare loose boxes: compare the tight box too
    retried: list[int] = []
    tight: list[NDArray[np.float64]] = []
    for i, (x0, y0, x1, y1) in zip(
        doubtful, rendering.pixels(characters.boxes[doubtful], margin=0).tolist(), strict=True
    ):
        if (box := _tight_box(rendering.difference[y0:y1, x0:x1])) is not None:
            retried.append(int(i))
            tight.append(box + np.array([x0, y0, x0, y0]))
    if retried:
        matches[retried] = _match([characters.characters[i] for i in retried], _shapes(table, np.array(tight))[0])
    return matches


def _match(letters: Sequence[str], shapes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether each letter is among the ones nearest to its shape."""
    references, names = _references()
    nearest = np.argpartition(-(shapes.astype(np.float32) @ references.T), _NEAREST, axis=1)[:, :_NEAREST]
    extracted = np.array([_letter_key(letter) for letter in letters])
    return np.asarray((names[nearest] == extracted[:, None]).any(axis=1))


def _letter_key(letter: str) -> int:
    """Return a key that ignores case and merges i and l, which many typefaces draw alike."""
    return ord(letter.lower().replace("l", "i"))


def _summed(ink: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return the summed-area table: entry (y, x) sums everything above and left of that corner. 32 bits hold 4096 x 4096."""
    table = np.zeros((ink.shape[0] + 1, ink.shape[1] + 1), dtype=np.uint32)
    np.cumsum(ink, axis=0, dtype=np.uint32, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, dtype=np.uint32, out=table[1:, 1:])
    return table


def _shapes(table: NDArray[np.uint32], boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return each box as a vector of length 1, and which boxes hold enough to compare.

    A vector is the mean of 16 x 16 cells and the logarithm of width over height.

    Args:
        boxes: (n, 4) left, top, right, bottom in pixels, fractions allowed.
    """
    if not len(boxes):
        return np.zeros((0, _SIDE**2 + 1)), np.zeros(0, dtype=np.bool_)
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


def _tight_box(ink: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return the box of the dark part in pixels, None if it is too small."""
    dark = ink > max(int(ink.max(initial=0)) * 0.4, _FAINT)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if len(rows) < _MIN_HEIGHT:
        return None
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float64)


@functools.cache
def _references() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the shapes of all letters in the typefaces that matplotlib ships, and the key of each."""
    import matplotlib  # slow to import, and only PDFs need it

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    shapes, names = [], []
    for typeface in _TYPEFACES:
        font = ImageFont.truetype(folder / f"{typeface}.ttf", 30)
        for letter in string.ascii_letters:
            image = Image.new("L", (75, 75))
            ImageDraw.Draw(image).text((15, 15), letter, fill=255, font=font)
            pixels = np.asarray(image)
            if (box := _tight_box(pixels)) is not None:
                shapes.append(_shapes(_summed(pixels), box[None])[0][0])
                names.append(_letter_key(letter))
    return np.array(shapes, dtype=np.float32), np.array(names)
