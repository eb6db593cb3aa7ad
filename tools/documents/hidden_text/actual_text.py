"""Replacement text of PDF (`/ActualText`): what a file tells machines to read in the place of what it draws.

Made for ligatures and formulas, it can say anything. It is taken off before the page is read, so that what is drawn is
what is read, and told where it says something else.
"""

from __future__ import annotations

import ctypes
import difflib
from typing import Any

import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from pypdfium2 import PdfPage

_KEY = b"ActualText"
_SHORTEST = 12
"""Letters; shorter replacements are symbols and words."""


def take_off_replacements(page: PdfPage) -> list[str]:
    """Take all replacement text off a page; the ones that say something else than they stand for are returned."""
    replaced: list[tuple[str, list[Any]]] = []
    for text in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=15):
        for k in reversed(range(pdfium_c.FPDFPageObj_CountMarks(text))):
            mark = pdfium_c.FPDFPageObj_GetMark(text, k)
            says = _parameter(mark)
            if says is None:
                continue
            pdfium_c.FPDFPageObj_RemoveMark(text, mark)
            if replaced and replaced[-1][0] == says:
                replaced[-1][1].append(text)
            else:
                replaced.append((says, [text]))
    if not any(len(_letters(says)) >= _SHORTEST for says, _ in replaced):
        return []
    textpage = page.get_textpage()
    drawn = [(says, "".join(_drawn(text, textpage) for text in texts)) for says, texts in replaced]
    textpage.close()
    return [says for says, draws in drawn if len(_letters(says)) >= _SHORTEST and not _alike(says, draws)]


def _alike(says: str, draws: str) -> bool:
    return difflib.SequenceMatcher(None, _letters(says), _letters(draws), autojunk=False).ratio() > 0.6


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _parameter(mark: Any) -> str | None:
    length = ctypes.c_ulong()
    if not pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, _KEY, None, 0, length) or length.value == 0:
        return None
    buffer = (pdfium_c.FPDF_WCHAR * (length.value // 2))()
    pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, _KEY, buffer, length, length)
    return bytes(buffer).decode("utf-16-le").rstrip("\0")


def _drawn(text: Any, textpage: Any) -> str:
    length = pdfium_c.FPDFTextObj_GetText(text, textpage, None, 0)
    buffer = (pdfium_c.FPDF_WCHAR * (length // 2))()
    pdfium_c.FPDFTextObj_GetText(text, textpage, buffer, length)
    return bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")
