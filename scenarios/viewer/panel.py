"""The page about the panels of an idea or of a reviewed paper."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from scenarios.viewer.study import IdeaStudy, PaperVersion
from tools.review import PanelReport, ReviewRecord
from tools.review.rendering import TextPiece, split_at_quotes
from tools.run_dir import ReviewRoundDir


@dataclass(frozen=True)
class PanelField:
    """One field of the form, as each reviewer filled it."""

    name: str
    answers: list[list[list[TextPiece]]]
    """By reviewer, by point: words and quotations."""


@dataclass(frozen=True)
class RoundView:
    """One panel round. `problem` says why its report cannot be read."""

    number: int
    report: PanelReport | None
    version: PaperVersion | None
    fields: list[PanelField]
    problem: str = ""


def panel_values(study: IdeaStudy) -> dict[str, object]:
    """Return the values of the page about panels."""
    return {"run": study.run, "study": study, "rounds": [_round(study, found) for found in study.files.review_rounds()]}


def read_report(files: ReviewRoundDir) -> PanelReport | None:
    """Return the report of a panel round, None if there is none or it is damaged."""
    try:
        return PanelReport.model_validate_json(files.report_file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _round(study: IdeaStudy, files: ReviewRoundDir) -> RoundView:
    report = read_report(files)
    if report is None:
        there = files.report_file.is_file()
        problem = "The report cannot be read." if there else "This panel has not reported yet."
        return RoundView(files.number, None, None, [], problem)
    names = list(dict.fromkeys(name for review in report.reviews for name in review.review))
    prose = [name for name in names if name not in report.scores]
    fields = [PanelField(name, [_answer(review, name) for review in report.reviews]) for name in prose]
    return RoundView(files.number, report, study.version_with(report.paper.sha256), fields)


def _answer(review: ReviewRecord, name: str) -> list[list[TextPiece]]:
    """Return a reviewer's answer as points of words and quotations."""
    value = review.review.get(name)
    points = value if isinstance(value, list) else [] if value is None else [value]
    return [
        split_at_quotes(str(point), [q for q in review.places if (q.field, q.point) == (name, number)])
        for number, point in enumerate(points)
    ]
