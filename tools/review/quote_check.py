"""Check whether the words that a review quotes are in the paper, and on which page.

Letters, digits and the few signs that change a number are compared. White space, hyphens at line ends, ligatures,
typographic quotes, upper case, marks of structure and citations are ignored. An ellipsis stands for omitted words: the
parts around it must follow each other in the paper.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.review.forms import Form
from tools.review.records import CheckedQuote, UnquotedPoint

_GUILLEMETS = re.compile(r"«([^«»]+)»")
_QUOTATION_MARKS = re.compile(r"“([^“”]+)”|``(.+?)''|(?<!\w)\"(?=\S)([^\"\n]+)(?<=\S)\"(?!\w)")
_MIN_WORDS = 3
"""In quotation marks. Fewer words are a term, not a quotation. Guillemets always quote."""
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:…|\.{3})[\])]?\s*")
_PAGE = re.compile(r"^\[page (\d+)\]$", re.MULTILINE)
_CITATION = re.compile(
    r"\\[Cc]ite\w*\*?(?:\[[^\]]*\])*\{[^}]*\}|\[\d+(?:\s*[,;–-]\s*\d+)*\]|\([^()]*\b(?:19|20)\d\d[a-z]?\b[^()]*\)"
    r"|\\[A-Za-z]+"
)
_SIGNS = frozenset("%±<>=+≤≥≈")
_MINUS = frozenset("-−–")
_SHINGLE = 4
"""Consecutive words by which a misquoted passage is recognized."""
_MAX_REPORTED = 8
"""Missing quotations that the answer to the reviewer lists; the record holds all of them."""


@dataclass(frozen=True)
class QuoteMatch:
    """The result of looking up a quote.

    `page` is None if it was not found or the paper has no pages. `nearest` is the passage that was probably meant, if
    one shares some words with the quote.
    """

    found: bool
    page: int | None = None
    nearest: str = ""


@dataclass(frozen=True)
class QuoteReport:
    """The result of checking one review."""

    quotes: tuple[CheckedQuote, ...]
    unquoted: tuple[UnquotedPoint, ...]
    nearest: Mapping[str, str]
    """Quotation that was not found -> the passage that was probably meant."""

    def message(self) -> str:
        """Return what the reviewer should know; empty if every quotation was found."""
        parts = []
        missing = [quote.quote for quote in self.quotes if not quote.found]
        if missing:
            shown = "; ".join(_with_nearest(quote, self.nearest.get(quote, "")) for quote in missing[:_MAX_REPORTED])
            parts.append(f"Not in the paper, word for word: {shown}. Readers see them marked; correct or drop them.")
        if self.unquoted:
            points = ", ".join(f"{point.field} {point.point + 1}" for point in self.unquoted)
            parts.append(f"Points that do not quote the paper: {points}.")
        return " ".join(parts)


def check_quotes(form: Form, review: Mapping[str, Any], paper: PaperText) -> QuoteReport:
    """Look up every quotation of a filled form."""
    quotes: list[CheckedQuote] = []
    unquoted: list[UnquotedPoint] = []
    nearest: dict[str, str] = {}
    for field, number, text, has_to_quote in _points(form, review):
        found = extract_quotes(text)
        for quote in found:
            match = paper.find(quote)
            quotes.append(CheckedQuote(field=field, point=number, quote=quote, found=match.found, page=match.page))
            if match.nearest:
                nearest[quote] = match.nearest
        if has_to_quote and not found:
            unquoted.append(UnquotedPoint(field=field, point=number))
    return QuoteReport(tuple(quotes), tuple(unquoted), nearest)


def extract_quotes(text: str) -> list[str]:
    """Return the quotations in a text, in order: in straight or curly double quotes from three words on, or in «…»."""
    found = [(match.start(), match[1]) for match in _GUILLEMETS.finditer(text)]
    rest = _GUILLEMETS.sub(lambda match: " " * len(match[0]), text)
    for match in _QUOTATION_MARKS.finditer(rest):
        quote = next(filter(None, match.groups()))
        if len(quote.split()) >= _MIN_WORDS:
            found.append((match.start(), quote))
    return [" ".join(quote.split()) for _, quote in sorted(found)]


class PaperText:
    """A paper's text (`Document.text`), prepared for finding quotes. `paged`: it contains page marks."""

    def __init__(self, text: str, *, paged: bool) -> None:
        self._paged = paged
        text = unicodedata.normalize("NFC", text)
        marks = list(_PAGE.finditer(text)) if paged else []
        self._pages = [(mark.start(), int(mark[1])) for mark in marks]
        for mark in marks:
            text = text[: mark.start()] + " " * len(mark[0]) + text[mark.end() :]
        self._text = text
        self._forms = (_Folded(text), _Folded(_blanked(text)))

    def find(self, quote: str) -> QuoteMatch:
        """Look up a quote, as it is or with citations removed on both sides."""
        quote = unicodedata.normalize("NFC", quote)
        for form, asked in zip(self._forms, (quote, _blanked(quote)), strict=True):
            place = form.find([part for part in _ELLIPSIS.split(asked) if part.strip()])
            if place is not None:
                return QuoteMatch(True, self._page(place))
        return QuoteMatch(False, nearest=self._nearest(quote))

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
    """The compared characters of a text, each with its position in the text."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        self._places: list[int] = []
        for place, character in enumerate(text):
            for folded in _fold(text, place, character):
                characters.append(folded)
                self._places.append(place)
        self._text, self._original = "".join(characters), text

    def find(self, parts: list[str]) -> int | None:
        """Return the position of the first part if all parts occur in this order, each at word boundaries."""
        first, start = None, 0
        for part in parts:
            wanted = _Folded(part)._text
            if not wanted:
                continue
            at = self._text.find(wanted, start)
            while at >= 0 and not self._at_word_boundaries(at, at + len(wanted)):
                at = self._text.find(wanted, at + 1)
            if at < 0:
                return None
            first = self._places[at] if first is None else first
            start = at + len(wanted)
        return first

    def _at_word_boundaries(self, start: int, end: int) -> bool:
        before, after = self._places[start] - 1, self._places[end - 1] + 1
        begins = before < 0 or not self._original[before].isalnum()
        return begins and (after >= len(self._original) or not self._original[after].isalnum())


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
    """Return the text with citations and names of LaTeX commands replaced by spaces of the same length."""
    return _CITATION.sub(lambda match: " " * len(match[0]), text)


def _points(form: Form, review: Mapping[str, Any]) -> Iterator[tuple[str, int, str, bool]]:
    for field in form.fields:
        value = review.get(field.name)
        if field.kind == "text" and isinstance(value, str):
            yield field.name, 0, value, field.quoted
        elif field.kind == "list" and isinstance(value, list):
            yield from ((field.name, number, str(item), field.quoted) for number, item in enumerate(value))


def _with_nearest(quote: str, nearest: str) -> str:
    return f'"{quote}"' + (f' (the paper says: "{nearest}")' if nearest else "")
