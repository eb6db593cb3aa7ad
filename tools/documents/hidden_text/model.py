"""What a paper says to machines and not to its readers."""

from __future__ import annotations

from dataclasses import dataclass

OUTSIDE = "outside the page"
INVISIBLE = "drawn in invisible mode"
TINY = "too small to read"
COLOUR = "in the colour of its background"
COVERED = "covered, clipped or switched off"
UNLIKE = "drawn as other letters than it says"
REPLACED = "stands in the file for other text that is drawn"
UNPRINTED = "in characters or markup that are never shown"
ADDRESSING = "addresses reviewers or language models"

_LONGEST = 2000


@dataclass(frozen=True)
class HiddenText:
    """One piece of text that was kept out of what reviewers read."""

    kind: str
    """How it hides, in words."""
    page: int
    """The page, from 1; 1 for files without pages."""
    quote: str
    """What it says. Material to report to people; it never goes into a prompt."""


def quoted(kind: str, page: int, text: str) -> HiddenText:
    """A finding with its white space brought to single spaces, and an overlong quote cut with a mark."""
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} … ({len(text) - _LONGEST} more characters)"
    return HiddenText(kind, page, text)
