"""Whether the words that a review quotes stand in the paper, and on which page.

Looked up are letters, digits and the few signs that change what a number says. White space, hyphens at line ends,
ligatures, typographic quotes, upper case and marks of structure do not count; nor do citations, which people leave out
of quotations. An ellipsis stands for words left out: the parts on either side have to follow each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_GUILLEMETS = re.compile(r"«([^«»]+)»")
_QUOTATION_MARKS = re.compile(r"“([^“”]+)”|``(.+?)''|(?<!\w)\"(?=\S)([^\"\n]+)(?<=\S)\"(?!\w)")
_FEWEST_WORDS = 3
"""In quotation marks; fewer are a term, not a place in the paper. Guillemets always quote."""
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:…|\.{3})[\])]?\s*")
_PAGE = re.compile(r"^\[page (\d+)\]$", re.MULTILINE)
_CITATION = re.compile(
    r"\\[Cc]ite\w*\*?(?:\[[^\]]*\])*\{[^}]*\}|\[\d+(?:\s*[,;–-]\s*\d+)*\]|\([^()]*\b(?:19|20)\d\d[a-z]?\b[^()]*\)"
    r"|\\[A-Za-z]+"
)
_SIGNS = frozenset("%±<>=+≤≥≈")
_MINUS = frozenset("-−–")
_SHINGLE = 4
"""Words in a row that a misquoted passage is recognised by."""


@dataclass(frozen=True)
class Found:
    """What became of a quote. `page` is None where it was not found or the paper has no pages; `nearest` is the passage
    that was perhaps meant, where one shares some words with the quote."""

    found: bool
    page: int | None = None
    nearest: str = ""


def quotes_in(text: str) -> list[str]:
    """The quotations in a text, in order: what stands in «…», and what stands in “…” or "…" from three words on."""
    found = [(match.start(), match[1]) for match in _GUILLEMETS.finditer(text)]
    rest = _GUILLEMETS.sub(lambda match: " " * len(match[0]), text)
    for match in _QUOTATION_MARKS.finditer(rest):
        quote = next(filter(None, match.groups()))
        if len(quote.split()) >= _FEWEST_WORDS:
            found.append((match.start(), quote))
    return [" ".join(quote.split()) for _, quote in sorted(found)]


class PaperText:
    """A paper's text, as `Document.text` has it, made ready for looking quotes up. `paged` says that it has page marks."""

    def __init__(self, text: str, *, paged: bool) -> None:
        self._paged = paged
        text = unicodedata.normalize("NFC", text)
        marks = list(_PAGE.finditer(text)) if paged else []
        self._pages = [(mark.start(), int(mark[1])) for mark in marks]
        for mark in marks:
            text = text[: mark.start()] + " " * len(mark[0]) + text[mark.end() :]
        self._text = text
        self._forms = (_Folded(text), _Folded(_blanked(text)))

    def look_up(self, quote: str) -> Found:
        """Find a quote, as it stands or with citations left out on both sides."""
        quote = unicodedata.normalize("NFC", quote)
        for form, asked in zip(self._forms, (quote, _blanked(quote)), strict=True):
            place = form.find([part for part in _ELLIPSIS.split(asked) if part.strip()])
            if place is not None:
                return Found(True, self._page(place))
        return Found(False, nearest=self._nearest(quote))

    def _page(self, place: int) -> int | None:
        return next((page for start, page in reversed(self._pages) if start <= place), 1) if self._paged else None

    def _nearest(self, quote: str) -> str:
        words = quote.split()
        for i in range(len(words) - _SHINGLE + 1):
            place = self._forms[0].find([" ".join(words[i : i + _SHINGLE])])
            if place is not None:
                before = sum(len(word) + 1 for word in words[:i])
                start = max(0, place - before)
                return " ".join(self._text[start : start + len(quote) + 20].split())
        return ""


class _Folded:
    """A text without what does not count, each kept character with its place in the text."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        self._places: list[int] = []
        for place, character in enumerate(text):
            for folded in _fold(text, place, character):
                characters.append(folded)
                self._places.append(place)
        self._text, self._whole = "".join(characters), text

    def find(self, parts: list[str]) -> int | None:
        """Where the first part stands, when all parts stand in the text in this order, each from the border of a word to
        the border of a word."""
        first, start = None, 0
        for part in parts:
            wanted = _Folded(part)._text
            if not wanted:
                continue
            at = self._text.find(wanted, start)
            while at >= 0 and not self._on_borders(at, at + len(wanted)):
                at = self._text.find(wanted, at + 1)
            if at < 0:
                return None
            first = self._places[at] if first is None else first
            start = at + len(wanted)
        return first

    def _on_borders(self, start: int, end: int) -> bool:
        before, after = self._places[start] - 1, self._places[end - 1] + 1
        begins = before < 0 or not self._whole[before].isalnum()
        return begins and (after >= len(self._whole) or not self._whole[after].isalnum())


def _fold(text: str, place: int, character: str) -> str:
    if character.isalnum():
        return "".join(c for c in unicodedata.normalize("NFKC", character).casefold() if c.isalnum())
    if character in _SIGNS:
        return character
    digit_follows = text[place + 1 : place + 2].isdigit()
    if character == "." and digit_follows and place and text[place - 1].isdigit():
        return character
    if character in _MINUS and digit_follows and not text[place - 1 : place].isalnum():
        return "-"
    return ""


def _blanked(text: str) -> str:
    """The text with its citations and the names of LaTeX commands blanked out, every other character in its place."""
    return _CITATION.sub(lambda match: " " * len(match[0]), text)
