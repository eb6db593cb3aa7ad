"""Keep the decision of a panel beside the scores that it rests on."""

from __future__ import annotations

from pathlib import Path

from tools.atomic import write_json
from tools.review.forms import Form
from tools.review.records import MetaReview
from tools.review.scores import scores_of
from tools.review.store import META_REVIEW, load_reviews


def write_meta_review(folder: Path, form: Form, said: MetaReview, decision: str) -> None:
    """Keep a decision beside the scores that it rests on: their means and their spread."""
    reviews = load_reviews(folder)
    scores = scores_of(form, reviews)
    write_json(
        folder / META_REVIEW,
        {
            "form": form.name,
            "reviewers": list(reviews),
            "scores": {name: score.rounded for name, score in scores.items()},
            "spread": {name: score.spread for name, score in scores.items() if score.spread is not None},
            "decision": decision,
            "rule": form.rule_in_words,
            **said.model_dump(exclude={"places", "unplaced"}),
        },
    )
