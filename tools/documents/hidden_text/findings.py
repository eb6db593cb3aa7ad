"""Text that a paper addresses to machines and not to its readers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_MAX_QUOTE = 2000


class HiddenTextKind(StrEnum):
    """How text is hidden, as printed in reports."""

    OUTSIDE = "outside the page"
    INVISIBLE = "drawn in invisible mode"
    TINY = "too small to read"
    COLOR = "in the color of its background"
    COVERED = "covered, clipped or on a hidden layer"
    SPOOFED = "drawn as letters other than the extracted ones"
    REPLACED = "in the file as replacement for other text that is drawn"
    UNPRINTED = "in characters or markup that are never shown"
    INJECTION = "addresses reviewers or language models"


@dataclass(frozen=True)
class HiddenText:
    """One piece of text that was removed from what reviewers read."""

    kind: str
    """A `HiddenTextKind`; free text in files of earlier versions."""
    page: int
    """The page, from 1; 1 for files without pages."""
    quote: str
    """The hidden text. It is reported to people and never put into a prompt."""

    @classmethod
    def of(cls, kind: HiddenTextKind, page: int, text: str) -> HiddenText:
        """Make a finding. White space is collapsed, and an overlong quote is cut with a mark."""
        text = " ".join(text.split())
        if len(text) > _MAX_QUOTE:
            text = f"{text[:_MAX_QUOTE]} … ({len(text) - _MAX_QUOTE} more characters)"
        return cls(kind, page, text)
