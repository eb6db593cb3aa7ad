"""Human scores of papers, and the decisions of their conference."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from tools.errors import UserError
from tools.reviewer_bench.cells import TableRow, accepted_of, column, numbers_of, paper_id_of, read_table

ID_NAMES = ("paper_id", "id", "forum", "paper")
_LISTS = ("ratings", "rating", "scores", "score")


@dataclass(frozen=True)
class PaperRating:
    """The conference's verdict on one paper."""

    paper_id: str
    scores: tuple[float, ...]
    """Scores of the human reviewers in the order of the file; may be empty."""
    accepted: bool

    @property
    def mean(self) -> float | None:
        """Mean human score; None if there are no scores."""
        return statistics.fmean(self.scores) if self.scores else None


@dataclass(frozen=True)
class RatingSet:
    """The contents of a file of ratings."""

    papers: dict[str, PaperRating]
    undecided: int
    """Number of papers left out because their decision is missing or unknown."""


def read_ratings(path: Path) -> RatingSet:
    """Read a TSV or CSV file with one row per paper: `paper_id`, `decision`, and human scores in columns `0`, `1`, ...
    (as in The AI Scientist's file of ICLR 2022) or as a list in a column `ratings`.

    A paper may have any number of scores. Papers whose decision is missing, `Unknown` or `Withdrawn` are left out.

    Raises:
        UserError: a column is missing, a value cannot be parsed, a paper has two different rows, or no paper has a decision.
    """
    rows = read_table(path)
    id_column, decision_column = column(path, rows, *ID_NAMES), column(path, rows, "decision")
    score_columns = _score_columns(path, rows)
    papers: dict[str, PaperRating] = {}
    undecided = 0
    for number, row in enumerate(rows, start=1):
        paper = paper_id_of(row[id_column])
        if not paper:
            raise UserError(f"{path}: row {number} has no {id_column}")
        rating = _rating(path, paper, row, decision_column, score_columns)
        if rating is None:
            undecided += 1
        elif papers.setdefault(paper, rating) != rating:
            raise UserError(f"{path}: paper {paper} has two different rows; remove one of them")
    if not papers:
        raise UserError(f"{path}: no paper has a decision")
    return RatingSet(papers, undecided)


def _score_columns(path: Path, rows: list[TableRow]) -> list[str]:
    numbered = [name for name in rows[0] if name.isdigit()]
    lists = [name for name in rows[0] if name.lower() in _LISTS]
    if not numbered and not lists:
        raise UserError(f"{path}: no human scores; expected are columns 0, 1, ... or a column 'ratings' with lists")
    return numbered or lists[:1]


def _rating(
    path: Path, paper: str, row: TableRow, decision_column: str, score_columns: list[str]
) -> PaperRating | None:
    try:
        accepted = accepted_of(row[decision_column])
        scores = tuple(score for name in score_columns for score in numbers_of(row[name]))
    except ValueError as error:
        raise UserError(f"{path}: paper {paper}: {error}") from None
    return None if accepted is None else PaperRating(paper, scores, accepted)
