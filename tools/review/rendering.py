"""Render a panel's report as Markdown and as one self-contained HTML page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.review.records import CheckedQuote, MetaReview, PanelReport, ReviewRecord

_MAX_SHORT_ANSWER = 20
"""Characters. Shorter answers are shown among the scores."""


def as_markdown(report: PanelReport) -> str:
    """Return the report as Markdown. Marks after quotations say whether and where they are in the paper."""
    return _render("report.md.j2", report, html=False)


def as_html(report: PanelReport) -> str:
    """Return the report as one HTML page with inline styles: no script, no network, fit for phones and print."""
    return _render("report.html.j2", report, html=True)


@dataclass(frozen=True)
class TextPiece:
    """A part of a point: plain words, or a quotation with its quotation marks and its check."""

    text: str
    quote: CheckedQuote | None = None


def split_at_quotes(text: str, quotes: Sequence[CheckedQuote]) -> list[TextPiece]:
    """Split a point at its quotations, in order."""
    found: list[TextPiece] = []
    for quote in quotes:
        words = r"\s+".join(map(re.escape, quote.quote.split()))
        match = re.search(rf"[«“\"`]+\s*{words}\s*[»”\"']+", text)
        if match:
            found += [TextPiece(text[: match.start()]), TextPiece(match[0], quote)]
            text = text[match.end() :]
    return [piece for piece in (*found, TextPiece(text)) if piece.text]


def score_changes(review: ReviewRecord) -> list[str]:
    """Return how a reviewer's scores changed, each like `Overall 4 (blind), 5 (rebuttal)`."""
    versions = [(version.stage, version.review) for version in review.earlier] + [(review.stage, review.review)]
    changed = []
    for name, value in review.review.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        values = [(stage, values.get(name)) for stage, values in versions]
        moved = [values[0], *(now for before, now in itertools.pairwise(values) if now[1] != before[1])]
        if len(moved) > 1:
            changed.append(f"{name} " + ", ".join(f"{score} ({stage or 'blind'})" for stage, score in moved))
    return changed


def _render(template: str, report: PanelReport, *, html: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=html,
    )
    environment.globals.update(
        pieces=_pieces_of, changes=score_changes, unquoted=_is_unquoted, percent=_percent_of_scale
    )
    environment.tests["score"] = lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    environment.tests["word"] = lambda value: isinstance(value, str) and len(value) <= _MAX_SHORT_ANSWER
    environment.tests["points"] = lambda value: isinstance(value, list)
    environment.filters["number"] = lambda value: f"{value:g}"
    return environment.get_template(template).render(report=report)


def _pieces_of(review: ReviewRecord | MetaReview, field: str, point: int, text: object) -> list[TextPiece]:
    return split_at_quotes(str(text), [at for at in review.places if (at.field, at.point) == (field, point)])


def _is_unquoted(review: ReviewRecord | MetaReview, field: str, point: int) -> bool:
    return isinstance(review, ReviewRecord) and any((at.field, at.point) == (field, point) for at in review.unplaced)


def _percent_of_scale(value: float, scale: tuple[float, float]) -> str:
    """Return the position of a score on its scale, in percent from the left."""
    low, high = scale
    return f"{100 * (value - low) / (high - low):.1f}"
