"""The places in the paper that a review rests on: every quotation looked up, every point without one marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.review.forms import Form
from tools.review.quote_check import PaperText, quotes_in
from tools.review.records import Place, Point

_TOLD = 8
"""Quotations that are told to the reviewer; the marks hold all of them."""


@dataclass(frozen=True)
class Places:
    """What the check of one review found."""

    places: tuple[Place, ...]
    unplaced: tuple[Point, ...]
    nearest: Mapping[str, str]
    """Quotation that was not found -> the passage that was perhaps meant."""

    def told(self) -> str:
        """What the reviewer has to know; empty when all is well."""
        parts = []
        missing = [place for place in self.places if not place.found]
        if missing:
            shown = "; ".join(_misquoted(place.quote, self.nearest.get(place.quote, "")) for place in missing[:_TOLD])
            parts.append(f"Not in the paper, word for word: {shown}. Readers see them marked; mend or drop them.")
        if self.unplaced:
            points = ", ".join(f"{point.field} {point.point + 1}" for point in self.unplaced)
            parts.append(f"Points that quote no place in the paper: {points}.")
        return " ".join(parts)


def check_places(form: Form, review: Mapping[str, Any], paper: PaperText) -> Places:
    """Look up every quotation of a filled form."""
    places: list[Place] = []
    unplaced: list[Point] = []
    nearest: dict[str, str] = {}
    for field, number, text, has_to_quote in _points(form, review):
        quotes = quotes_in(text)
        for quote in quotes:
            found = paper.look_up(quote)
            places.append(Place(field=field, point=number, quote=quote, found=found.found, page=found.page))
            if found.nearest:
                nearest[quote] = found.nearest
        if has_to_quote and not quotes:
            unplaced.append(Point(field=field, point=number))
    return Places(tuple(places), tuple(unplaced), nearest)


def _points(form: Form, review: Mapping[str, Any]) -> Iterator[tuple[str, int, str, bool]]:
    for field in form.fields:
        value = review.get(field.name)
        if field.kind == "text" and isinstance(value, str):
            yield field.name, 0, value, field.quoted
        elif field.kind == "list" and isinstance(value, list):
            yield from ((field.name, number, str(item), field.quoted) for number, item in enumerate(value))


def _misquoted(quote: str, nearest: str) -> str:
    return f"«{quote}»" + (f" (the paper says: «{nearest}»)" if nearest else "")
