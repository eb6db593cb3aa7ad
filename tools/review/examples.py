"""Example reviews from a user's folder: a paper and its review under one name, shown to every reviewer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from tools.atomic import write_bytes
from tools.documents import PAPER_SUFFIXES, read_paper, text_as_data
from tools.errors import UserError
from tools.review.forms import Form
from tools.user_files import read_user_json


class ReviewExample(BaseModel):
    """One paper with its review. `text` is the paper as reviewers read it, without hidden text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    text: str
    review: dict[str, Any] | str
    """A filled form, or a review in prose."""


_EXAMPLES = TypeAdapter(tuple[ReviewExample, ...])


async def read_examples(folder: Path, form: Form, max_chars: int) -> tuple[ReviewExample, ...]:
    """Return every paper of the folder that has a review beside it.

    A pair is `name.pdf` (.tex, .txt, .md) and `name.json`, a filled form or `{"review": form or prose}`. Papers are cut
    after a complete paragraph, to `max_chars` characters in total.

    Raises:
        UserError: there is no such folder or no pair in it, a file is broken, or a score is not allowed by the form.
    """
    if not folder.is_dir():
        raise UserError(
            f"examples: {folder}: there is no such folder; it should contain name.pdf and name.json for each example"
        )
    pairs = [(paper, paper.with_suffix(".json")) for paper in sorted(folder.iterdir()) if _is_paper(paper)]
    pairs = [(paper, review) for paper, review in pairs if review.is_file()]
    if not pairs:
        raise UserError(
            f"examples: {folder}: no paper in it has a review beside it, like attention.pdf and attention.json"
        )
    each = max_chars // len(pairs)
    return tuple([await _read(paper, _review_in(review, form), each) for paper, review in pairs])


async def _read(paper: Path, review: dict[str, Any] | str, max_chars: int) -> ReviewExample:
    document = await read_paper(paper, max_chars=max_chars)
    notes = "".join(f"\n(note: {note})" for note in document.notes)
    return ReviewExample(name=paper.stem, text=document.text + notes, review=review)


def save_examples(examples: Sequence[ReviewExample], path: Path) -> None:
    """Store examples as they were read."""
    write_bytes(path, _EXAMPLES.dump_json(tuple(examples), indent=1))


def load_examples(path: Path) -> tuple[ReviewExample, ...]:
    """Load stored examples; none if the file does not exist."""
    return _EXAMPLES.validate_json(path.read_bytes()) if path.exists() else ()


def example_as_data(example: ReviewExample) -> str:
    """Return the example's paper between marks that it cannot forge, and its review."""
    review = (
        example.review if isinstance(example.review, str) else json.dumps(example.review, indent=1, ensure_ascii=False)
    )
    return f"{text_as_data('example', example.text)}\nIts review:\n{review}"


def _is_paper(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in PAPER_SUFFIXES


def _review_in(path: Path, form: Form) -> dict[str, Any] | str:
    data = read_user_json(path)
    review = data.get("review", data) if isinstance(data, dict) else data
    if isinstance(review, str) and review.strip():
        return review
    if not isinstance(review, dict) or not review:
        raise UserError(f"examples: {path}: must contain a filled form, or a review under the key 'review'")
    for name in form.scores:
        if name in review and not form.field(name).allows(review[name]):
            raise UserError(
                f"examples: {path}: {name} {review[name]!r} is not an allowed score of the form {form.name}"
            )
    return dict(review)
