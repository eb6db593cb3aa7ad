"""Overall scores and decisions of an automatic reviewer.

Read from tables in the format of The AI Scientist's `llm_reviews/*.csv`, or from JSON records (see `records.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.errors import UserError
from tools.reviewer_bench.cells import TableRow, accepted_of, column, paper_id_of, read_table, score_of
from tools.reviewer_bench.ratings import ID_NAMES
from tools.reviewer_bench.records import read_records

SCORE_NAMES = ("Overall", "Rating")


@dataclass(frozen=True)
class Review:
    """The verdict on one paper; at least one part is present."""

    overall: float | None
    accepted: bool | None


@dataclass(frozen=True)
class ReviewSet:
    """The contents of a file of reviews."""

    name: str
    """Name of the reviewer in tables: the file's stem, or for a batch's `reviews` file the folder's name."""
    path: Path
    reviews: dict[str, Review]
    empty: int
    """Number of papers whose row has neither score nor decision, since the reviewer failed."""


def read_reviews(path: Path) -> ReviewSet:
    """Read a file of reviews: `.csv` or `.tsv` with columns `paper_id`, `Overall` (or `Rating`) and `Decision`, or `.json`
    or `.jsonl` with such records. The score of a list is its mean.

    Raises:
        UserError: the suffix is unknown, a column is missing, a value cannot be parsed, a paper has two different reviews,
            or no paper has one.
    """
    kind = path.suffix.lower()
    if kind in {".json", ".jsonl"}:
        rows = read_records(path)
    elif kind in {".csv", ".tsv", ".tab"}:
        rows = read_table(path)
    else:
        raise UserError(f"{path}: unknown suffix; reviews are .csv, .tsv, .json or .jsonl files")
    # pandas writes an unnamed index under an empty name
    id_column = column(path, rows, *ID_NAMES, "")
    score_column, decision_column = column(path, rows, *SCORE_NAMES), column(path, rows, "Decision")
    reviews: dict[str, Review] = {}
    empty = set()
    for number, row in enumerate(rows, start=1):
        paper = paper_id_of(row.get(id_column))
        if not paper:
            raise UserError(f"{path}: row {number} has no {id_column or 'paper_id'}")
        review = _review(path, paper, row, score_column, decision_column)
        if review.overall is None and review.accepted is None:
            empty.add(paper)
        elif reviews.setdefault(paper, review) != review:
            raise UserError(f"{path}: paper {paper} has two different reviews; remove one of them")
    if not reviews:
        raise UserError(f"{path}: no row has a score or decision")
    name = path.resolve().parent.name if path.stem == "reviews" else path.stem
    return ReviewSet(name, path, reviews, len(empty - set(reviews)))


def _review(path: Path, paper: str, row: TableRow, score_column: str, decision_column: str) -> Review:
    try:
        return Review(score_of(row.get(score_column)), accepted_of(row.get(decision_column)))
    except ValueError as error:
        raise UserError(f"{path}: paper {paper}: {error}") from None
