"""Where the reviews of one round lie: a file a reviewer, the meta-review, the rebuttal, the paper as it was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.atomic import write_json
from tools.review.records import ReviewRecord, Version

META_REVIEW = "meta_review.json"
REBUTTAL = "rebuttal.md"
PAPER = "paper.json"
"""The paper as the reviewers read it."""
REPORT = "review.json"
RESERVED = frozenset(Path(name).stem for name in (META_REVIEW, PAPER, REPORT))
"""What no reviewer may be called, since their review would take the place of one of these files."""


def save_review(folder: Path, review: ReviewRecord) -> None:
    """Keep a review. One that it replaces is kept inside it; the same once more, as after a resume, changes nothing."""
    path = folder / f"{review.reviewer}.json"
    if path.exists():
        before = ReviewRecord.model_validate_json(path.read_bytes())
        if before.review == review.review:
            return
        replaced = Version(stage=before.stage, review=before.review)
        review = review.model_copy(update={"earlier": [*before.earlier, replaced]})
    write_json(path, review.model_dump(mode="json"))


def load_seat_reviews(folder: Path) -> dict[str, ReviewRecord]:
    """The reviews of one round by reviewer, with their places and their earlier versions; none before the first."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if "review" in data:
            found[str(data["reviewer"])] = ReviewRecord.model_validate(data)
    return found


def load_reviews(folder: Path) -> dict[str, dict[str, Any]]:
    """The filled forms of one round by reviewer; none before the first."""
    return {name: review.review for name, review in load_seat_reviews(folder).items()}


def load_meta_review(folder: Path) -> dict[str, Any] | None:
    path = folder / META_REVIEW
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def load_rebuttal(folder: Path) -> str | None:
    """The authors' answer to the reviews of one round, None where there is none."""
    path = folder / REBUTTAL
    return path.read_text(encoding="utf-8") if path.exists() else None
