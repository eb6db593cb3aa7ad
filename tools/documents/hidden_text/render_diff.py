"""What the text of a page puts on paper: the page rendered with its text and without it, and the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pypdfium2 import PdfPage

_PIXELS_PER_POINT = 200 / 72
_LONGEST_SIDE = 3000


@dataclass(frozen=True)
class Ink:
    """The difference that the text of one page makes."""

    difference: NDArray[np.uint8]
    """(height, width): how far text changes a pixel, the largest over the colour channels, 0 to 255."""
    background: NDArray[np.uint8]
    """(height, width, 3): the page without its text."""
    scale: float
    """Pixels per point."""

    def pixels(self, boxes: NDArray[np.float64], margin: int = 1) -> NDArray[np.int64]:
        """Boxes in points, (n, 4), as left, top, right, bottom in pixels, cut to the page; empty where outside it."""
        height, width = self.difference.shape
        edges = np.hstack([np.floor(boxes[:, :2] * self.scale) - margin, np.ceil(boxes[:, 2:] * self.scale) + margin])
        return np.clip(edges.astype(np.int64), 0, [width, height, width, height])

    def strongest(self, boxes: NDArray[np.float64]) -> NDArray[np.int64]:
        """(n,): the largest difference that text makes in each box in points."""
        ink = self.difference
        return np.array([ink[y0:y1, x0:x1].max(initial=0) for x0, y0, x1, y1 in self.pixels(boxes).tolist()], dtype=int)

    def ground(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3): the mean colour under each box in points, from nine places in it."""
        height, width = self.difference.shape
        inside = np.array([0.1, 0.5, 0.9])
        x = (boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * inside) * self.scale
        y = (boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * inside) * self.scale
        columns, rows = np.clip(x.astype(int), 0, width - 1), np.clip(y.astype(int), 0, height - 1)
        return np.asarray(self.background[rows[:, :, None], columns[:, None, :]].mean(axis=(1, 2)))


def text_ink(page: PdfPage) -> Ink:
    """Render a page twice, about 200 dots per inch, smaller for posters."""
    scale = min(_PIXELS_PER_POINT, _LONGEST_SIDE / max(page.get_size()))
    whole = _render(page, scale)
    texts = list(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=15))
    for text in texts:
        pdfium_c.FPDFPageObj_SetIsActive(text, False)
    bare = _render(page, scale)
    for text in texts:
        pdfium_c.FPDFPageObj_SetIsActive(text, True)
    change = np.maximum(whole, bare) - np.minimum(whole, bare)
    difference = np.maximum(np.maximum(change[:, :, 0], change[:, :, 1]), change[:, :, 2])
    return Ink(difference, bare, scale)


def _render(page: PdfPage, scale: float) -> NDArray[np.uint8]:
    bitmap = page.render(scale=scale, rev_byteorder=True)
    pixels = np.array(bitmap.to_numpy()[:, :, :3])
    bitmap.close()
    return pixels
