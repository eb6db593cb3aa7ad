"""Reviews as data: each reviewer's form, the chair's meta-review, the authors' rebuttal."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, create_model

from tools.atomic import write_json, write_text
from tools.desk import Desk
from tools.errors import ToolError
from tools.forms import Form
from tools.tool import Submission, Tool
from tools.toolset import Toolset


class ReviewTools(Toolset):
    """Hand in a review on the panel's form, a meta-review, or a rebuttal."""

    names = ("submit_review", "read_reviews", "submit_meta_review", "submit_rebuttal")

    def tools(self) -> list[Tool]:
        form = self._desk.form
        review = Tool(
            name="submit_review",
            description=f"Hand in your review on the form «{form.title}». Handed in again, it replaces the one before.",
            arguments=form.arguments(),
            call=self._submit_review,
        )
        verdict = create_model(
            "submit_meta_review_arguments",
            summary=(str, Field(min_length=20, description="what the paper does and claims")),
            discussion=(
                str,
                Field(
                    min_length=20,
                    description="where the reviewers agree and where not, and whose arguments weigh more, and why",
                ),
            ),
            decision=(str, Field(description=f"one of: {', '.join(form.decisions)}")),
            reasons=(str, Field(min_length=20, description="what the decision rests on")),
        )
        meta = Tool(
            name="submit_meta_review",
            description="As area chair, hand in the meta-review with the decision. It has to agree with the scores: "
            + form.rule_in_words,
            arguments=verdict,
            call=self._submit_meta_review,
        )
        return [review, Tool.of(self.read_reviews), meta, Tool.of(self.submit_rebuttal)]

    async def read_reviews(self) -> str:
        """Read all reviews of the paper that have been handed in, and the rebuttal if there is one."""
        reviews = load_reviews(self._desk.review_folder)
        parts = [f"[{name}]\n" + _as_text(review) for name, review in reviews.items()]
        rebuttal = self._desk.review_folder / "rebuttal.md"
        if rebuttal.exists():
            parts.append("[rebuttal]\n" + rebuttal.read_text(encoding="utf-8"))
        return "\n\n".join(parts) or "No review has been handed in yet."

    async def submit_rebuttal(
        self,
        answers: Annotated[
            str,
            Field(
                min_length=20,
                description="Markdown: each point of the reviews and how the paper now answers it, or why it cannot",
            ),
        ],
    ) -> Submission:
        """Hand in the authors' answer to the reviews."""
        write_text(self._desk.review_folder / "rebuttal.md", answers.rstrip() + "\n")
        return Submission("rebuttal handed in", "rebuttal", "accepted")

    async def _submit_review(self, **values: Any) -> Submission:
        review = self._desk.form.to_json(values)
        write_json(
            self._desk.review_folder / f"{self._seat}.json",
            {
                "reviewer": self._seat,
                "form": self._desk.form.name,
                "review": review,
            },
        )
        return Submission("review handed in", "review", "submitted")

    async def _submit_meta_review(self, summary: str, discussion: str, decision: str, reasons: str) -> Submission:
        form = self._desk.form
        reviews = load_reviews(self._desk.review_folder)
        if not reviews:
            raise ToolError("there is no review yet; a meta-review rests on reviews")
        if decision not in form.decisions:
            raise ToolError(f"decision {decision!r}: choose one of {', '.join(form.decisions)}")
        by_rule = form.decide(list(reviews.values()))
        if decision != by_rule:
            raise ToolError(
                f"the decision {decision} contradicts the scores: {form.rule_in_words}, and that gives "
                f"{by_rule}. Decide {by_rule}, or ask reviewers to hand in changed scores"
            )
        write_meta_review(self._desk, summary, discussion, decision, reasons)
        return Submission(f"meta-review handed in, decision {decision}", "meta_review", self._desk.submitted)


def write_meta_review(desk: Desk, summary: str, discussion: str, decision: str, reasons: str) -> None:
    """Keep a decision beside the scores that it rests on: their means and their spread."""
    reviews = load_reviews(desk.review_folder)
    write_json(
        desk.review_folder / "meta_review.json",
        {
            "form": desk.form.name,
            "reviewers": list(reviews),
            "scores": desk.form.average(list(reviews.values())),
            "spread": _spread(desk.form, reviews),
            "summary": summary,
            "discussion": discussion,
            "decision": decision,
            "reasons": reasons,
            "rule": desk.form.rule_in_words,
        },
    )


def load_reviews(folder: Path) -> dict[str, dict[str, Any]]:
    """The reviews of one round by reviewer; none before the first."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if "review" in data:
            found[str(data["reviewer"])] = data["review"]
    return found


def load_meta_review(folder: Path) -> dict[str, Any] | None:
    path = folder / "meta_review.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _spread(form: Form, reviews: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Standard deviation of each score over the reviewers; left out where only one gave it."""
    spread = {}
    for field in form.scores:
        given = [float(review[field]) for review in reviews.values() if field in review]
        if len(given) > 1:
            spread[field] = round(statistics.stdev(given), 2)
    return spread


def _as_text(review: dict[str, Any]) -> str:
    lines = []
    for key, value in review.items():
        lines.append(
            f"{key}: " + ("\n" + "\n".join(f"  - {item}" for item in value) if isinstance(value, list) else str(value))
        )
    return "\n".join(lines)
