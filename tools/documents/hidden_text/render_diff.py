"""Render a page with and without its text. The difference is what the text puts on paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pypdfium2 import PdfPage

from tools.documents.hidden_text.characters import text_objects

_PIXELS_PER_POINT = 200 / 72
_MAX_SIDE = 3000


@dataclass(frozen=True)
class TextRendering:
    """The difference that the text of one page makes."""

    difference: NDArray[np.uint8]
    """(height, width): how much text changes a pixel, the largest over the color channels, 0 to 255."""
    background: NDArray[np.uint8]
    """(height, width, 3): the page without its text."""
    scale: float
    """Pixels per point."""

    def pixels(self, boxes: NDArray[np.float64], margin: int = 1) -> NDArray[np.int64]:
        """Convert boxes in points, (n, 4), to left, top, right, bottom in pixels, clipped to the page."""
        height, width = self.difference.shape
        edges = np.hstack([np.floor(boxes[:, :2] * self.scale) - margin, np.ceil(boxes[:, 2:] * self.scale) + margin])
        return np.clip(edges.astype(np.int64), 0, [width, height, width, height])

    def max_difference(self, boxes: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the largest difference that text makes in each box in points, shape (n,)."""
        pixels = self.pixels(boxes).tolist()
        return np.array([self.difference[y0:y1, x0:x1].max(initial=0) for x0, y0, x1, y1 in pixels], dtype=int)

    def background_color(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean color under each box in points, sampled at nine places, shape (n, 3)."""
        height, width = self.difference.shape
        inside = np.array([0.1, 0.5, 0.9])
        x = (boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * inside) * self.scale
        y = (boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * inside) * self.scale
        columns, rows = np.clip(x.astype(int), 0, width - 1), np.clip(y.astype(int), 0, height - 1)
        return np.asarray(self.background[rows[:, :, None], columns[:, None, :]].mean(axis=(1, 2)))


def render_text_difference(page: PdfPage) -> TextRendering:
    """Render a page twice, at about 200 dots per inch (less for posters)."""
    scale = min(_PIXELS_PER_POINT, _MAX_SIDE / max(page.get_size()))
    complete = _render(page, scale)
    texts = text_objects(page)
    for text in texts:
        pdfium_c.FPDFPageObj_SetIsActive(text, False)
    bare = _render(page, scale)
    for text in texts:
        pdfium_c.FPDFPageObj_SetIsActive(text, True)
    change = np.maximum(complete, bare) - np.minimum(complete, bare)
    difference = np.maximum(np.maximum(change[:, :, 0], change[:, :, 1]), change[:, :, 2])
    return TextRendering(difference, bare, scale)


def _render(page: PdfPage, scale: float) -> NDArray[np.uint8]:
    bitmap = page.render(scale=scale, rev_byteorder=True)
    pixels = np.array(bitmap.to_numpy()[:, :, :3])
    bitmap.close()
    return pixels
