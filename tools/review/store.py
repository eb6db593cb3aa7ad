"""Read and write the files of one review round: reviews, decision, rebuttal, and the paper as it was read."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from tools.atomic import write_json
from tools.errors import UserError
from tools.review.forms import Form
from tools.review.records import EarlierReview, FilledForm, MetaReview, PanelDecision, ReviewRecord
from tools.review.scores import summarize_scores
from tools.run_dir import ReviewRoundDir
from tools.schema import first_problem

_ROUND = ReviewRoundDir(Path())
RESERVED_NAMES = frozenset(path.stem for path in (_ROUND.decision_file, _ROUND.paper_file, _ROUND.report_file))
"""Names that no reviewer may have, since their review would overwrite one of these files."""


def save_review(folder: Path, review: ReviewRecord) -> None:
    """Store a review. A review that it replaces is kept inside it; storing the same one again changes nothing."""
    path = folder / f"{review.reviewer}.json"
    if path.exists():
        before = ReviewRecord.model_validate_json(path.read_bytes())
        if before.review == review.review:
            return
        replaced = EarlierReview(stage=before.stage, review=before.review)
        review = review.model_copy(update={"earlier": [*before.earlier, replaced]})
    write_json(path, review.model_dump(mode="json"))


def load_review_records(folder: Path) -> dict[str, ReviewRecord]:
    """Return the reviews of one round by reviewer, with their checked quotations and earlier versions."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if "reviewer" in data:
            found[str(data["reviewer"])] = ReviewRecord.model_validate(data)
    return found


def load_reviews(folder: Path) -> dict[str, FilledForm]:
    """Return the filled forms of one round by reviewer, without abstentions."""
    return {name: record.review for name, record in load_review_records(folder).items() if not record.abstained}


def save_decision(folder: Path, form: Form, meta_review: MetaReview, decision: str) -> None:
    """Store a decision with the mean and the spread of the scores that it rests on."""
    reviews = load_reviews(folder)
    scores = summarize_scores(form, reviews)
    record = PanelDecision(
        form=form.name,
        reviewers=list(reviews),
        scores={name: score.rounded for name, score in scores.items()},
        means={name: score.mean for name, score in scores.items()},
        spread={name: score.spread for name, score in scores.items() if score.spread is not None},
        decision=decision,
        rule=form.rule_text,
        **meta_review.model_dump(exclude={"places"}),
    )
    write_json(ReviewRoundDir(folder).decision_file, record.model_dump(mode="json"))


def load_decision(folder: Path) -> PanelDecision | None:
    """Return the decision of a round, None if there is none yet.

    Raises:
        UserError: the file is not a decision.
    """
    path = ReviewRoundDir(folder).decision_file
    if not path.exists():
        return None
    try:
        return PanelDecision.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(first_problem(path, error, PanelDecision)) from None


def load_rebuttal(folder: Path) -> str | None:
    """Return the authors' answer to the reviews of a round, None if there is none."""
    path = ReviewRoundDir(folder).rebuttal_file
    return path.read_text(encoding="utf-8") if path.exists() else None
