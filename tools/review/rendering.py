"""A panel's report for people: Markdown, and one HTML page that needs nothing beside it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.review.records import MetaReview, PanelReport, Place, ReviewRecord

_WORD = 20
"""An answer as short as this stands among the scores."""


def as_markdown(report: PanelReport) -> str:
    """The report as Markdown; marks behind quotations say whether and where the paper says so."""
    return _render("report.md.j2", report, html=False)


def as_html(report: PanelReport) -> str:
    """The report as one page of HTML with its styles in it: no script, no network, fit for a phone and for print."""
    return _render("report.html.j2", report, html=True)


@dataclass(frozen=True)
class Piece:
    """A part of a point: plain words, or a quotation with its marks and the place it was looked up at."""

    text: str
    place: Place | None = None


def pieces(text: str, places: Sequence[Place]) -> list[Piece]:
    """A point taken apart at its quotations, in order."""
    found: list[Piece] = []
    for place in places:
        words = r"\s+".join(map(re.escape, place.quote.split()))
        match = re.search(rf"[«“\"`]+\s*{words}\s*[»”\"']+", text)
        if match:
            found += [Piece(text[: match.start()]), Piece(match[0], place)]
            text = text[match.end() :]
    return [piece for piece in (*found, Piece(text)) if piece.text]


def changes(review: ReviewRecord) -> list[str]:
    """How a reviewer's scores moved, like «Overall 4 (blind), 5 (rebuttal)»; none where none did."""
    versions = [(version.stage, version.review) for version in review.earlier] + [(review.stage, review.review)]
    told = []
    for name, value in review.review.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        values = [(stage, values.get(name)) for stage, values in versions]
        moved = [values[0], *(now for before, now in itertools.pairwise(values) if now[1] != before[1])]
        if len(moved) > 1:
            told.append(f"{name} " + ", ".join(f"{score} ({stage or 'alone'})" for stage, score in moved))
    return told


def _render(template: str, report: PanelReport, *, html: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=html,
    )
    environment.globals.update(pieces=_pieces_at, changes=changes, unplaced=_is_unplaced, percent=_percent)
    environment.tests["score"] = lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    environment.tests["word"] = lambda value: isinstance(value, str) and len(value) <= _WORD
    environment.tests["points"] = lambda value: isinstance(value, list)
    environment.filters["number"] = lambda value: f"{value:g}"
    return environment.get_template(template).render(report=report)


def _pieces_at(review: ReviewRecord | MetaReview, field: str, point: int, text: object) -> list[Piece]:
    return pieces(str(text), [place for place in review.places if (place.field, place.point) == (field, point)])


def _is_unplaced(review: ReviewRecord | MetaReview, field: str, point: int) -> bool:
    return isinstance(review, ReviewRecord) and any((at.field, at.point) == (field, point) for at in review.unplaced)


def _percent(value: float, scale: tuple[float, float]) -> str:
    """Where a score lies on its scale, in percent from the left."""
    low, high = scale
    return f"{100 * (value - low) / (high - low):.1f}"
