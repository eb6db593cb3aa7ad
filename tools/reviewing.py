"""The tools of a panel: hand in a review on the form, read the reviews, decide, answer as the authors."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from tools.atomic import write_json, write_text
from tools.desk import Desk
from tools.errors import ToolError
from tools.panel.places import Places, check_places
from tools.panel.quotes import PaperText
from tools.panel.record import MetaReview, SeatReview
from tools.panel.scores import scores_of
from tools.panel.stages import ALONE, BEFORE_REBUTTAL
from tools.panel.store import (
    META_REVIEW,
    PAPER,
    REBUTTAL,
    load_meta_review,
    load_rebuttal,
    load_reviews,
    load_seat_reviews,
    save_review,
)
from tools.papers import load_document
from tools.tool import Submission, Tool
from tools.toolset import Toolset

__all__ = ["ReviewTools", "load_meta_review", "load_reviews", "write_meta_review"]


class ReviewTools(Toolset):
    """Hand in a review on the panel's form, a meta-review, or a rebuttal."""

    names = ("submit_review", "read_reviews", "submit_meta_review", "submit_rebuttal")

    def tools(self) -> list[Tool]:
        form = self._desk.form
        review = Tool(
            name="submit_review",
            description=f"Hand in your review on the form «{form.title}». Handed in again, it replaces the one before. "
            "What you quote in «…» is looked up in the paper, and the answer says what is not there.",
            arguments=form.arguments(),
            call=self._submit_review,
        )
        meta = Tool(
            name="submit_meta_review",
            description=f"As area chair, hand in the meta-review with the decision. The rule: {form.rule_in_words}.",
            arguments=self._verdict(),
            call=self._submit_meta_review,
        )
        return [review, Tool.of(self.read_reviews), meta, Tool.of(self.submit_rebuttal)]

    async def read_reviews(self) -> str:
        """Read all reviews of the paper that have been handed in, and the rebuttal if there is one. While reviewers still
        work alone, only your own."""
        stage = self._desk.stage()
        reviews = load_seat_reviews(self._desk.review_folder)
        if alone := stage in ALONE:
            reviews = {name: review for name, review in reviews.items() if name == self._seat}
        parts = [f"[{name}]\n" + _as_text(review) for name, review in reviews.items()]
        if stage not in BEFORE_REBUTTAL and (rebuttal := load_rebuttal(self._desk.review_folder)):
            parts.append("[rebuttal]\n" + rebuttal)
        return "\n\n".join(parts) or ("You have handed in no review." if alone else "No review has been handed in yet.")

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
        write_text(self._desk.review_folder / REBUTTAL, answers.rstrip() + "\n")
        return Submission("rebuttal handed in", "rebuttal", "accepted")

    def _verdict(self) -> type[BaseModel]:
        """The arguments of a meta-review; with a score of the chair's own where the rule rests on one."""
        form = self._desk.form
        texts: dict[str, Any] = {
            "summary": "what the paper does and claims",
            "discussion": "where the reviewers agree and where not, whose arguments weigh more, and why",
            "reasons": "what the decision rests on",
        }
        fields: dict[str, Any] = {key: (str, Field(min_length=20, description=asks)) for key, asks in texts.items()}
        if form.rule.by == "chair":
            asks = f"your own {form.overall}, within the range of the reviewers'; the decision follows from it"
            fields["score"] = (int, Field(description=asks))
        fields["decision"] = (str, Field(description=f"one of: {', '.join(form.decisions)}"))
        return create_model("submit_meta_review_arguments", __config__=ConfigDict(extra="forbid"), **fields)

    async def _submit_review(self, **values: Any) -> Submission:
        desk = self._desk
        review = desk.form.to_json(values)
        checked = self._places(review)
        save_review(
            desk.review_folder,
            SeatReview(
                reviewer=self._seat,
                role=desk.roles.get(self._seat, self._seat),
                model=desk.authors.get(self._seat, ""),
                form=desk.form.name,
                stage=desk.stage(),
                review=review,
                places=list(checked.places),
                unplaced=list(checked.unplaced),
            ),
        )
        return Submission(f"review handed in. {checked.told()}".strip(), "review", "submitted")

    def _places(self, review: dict[str, Any]) -> Places:
        path = self._desk.review_folder / PAPER
        if not path.exists():
            return Places((), (), {})
        paper = load_document(path)
        return check_places(self._desk.form, review, PaperText(paper.text, paged=paper.kind == "pdf"))

    async def _submit_meta_review(
        self, summary: str, discussion: str, reasons: str, decision: str, score: int | None = None
    ) -> Submission:
        form = self._desk.form
        reviews = load_reviews(self._desk.review_folder)
        if not reviews:
            raise ToolError("there is no review yet; a meta-review rests on reviews")
        if decision not in form.decisions:
            raise ToolError(f"decision {decision!r}: choose one of {', '.join(form.decisions)}")
        if score is not None:
            self._check_score(score, reviews)
        by_rule = form.decide(list(reviews.values()), score)
        if decision != by_rule:
            raise ToolError(
                f"the decision {decision} contradicts the scores: {form.rule_in_words}, and that gives "
                f"{by_rule}. Decide {by_rule}, or ask reviewers to hand in changed scores"
            )
        said = MetaReview(
            by=self._seat,
            model=self._desk.authors.get(self._seat, ""),
            summary=summary,
            discussion=discussion,
            reasons=reasons,
            score=score,
        )
        write_meta_review(self._desk, said, decision)
        return Submission(f"meta-review handed in, decision {decision}", "meta_review", self._desk.submitted)

    def _check_score(self, score: int, reviews: dict[str, dict[str, Any]]) -> None:
        form = self._desk.form
        given = form.given(list(reviews.values()), form.overall)
        if not form.field(form.overall).allows(score) or (given and not min(given) <= score <= max(given)):
            raise ToolError(
                f"score {score}: give a value of {form.overall} within the range of the reviewers', which is "
                f"{min(given):g} to {max(given):g}; outside it, ask reviewers to hand in changed scores"
            )


def write_meta_review(desk: Desk, said: MetaReview, decision: str) -> None:
    """Keep a decision beside the scores that it rests on: their means and their spread."""
    reviews = load_reviews(desk.review_folder)
    scores = scores_of(desk.form, reviews)
    write_json(
        desk.review_folder / META_REVIEW,
        {
            "form": desk.form.name,
            "reviewers": list(reviews),
            "scores": {name: score.rounded for name, score in scores.items()},
            "spread": {name: score.spread for name, score in scores.items() if score.spread is not None},
            "decision": decision,
            "rule": desk.form.rule_in_words,
            **said.model_dump(exclude={"places", "unplaced"}),
        },
    )


def _as_text(handed_in: SeatReview) -> str:
    lines = []
    for key, value in handed_in.review.items():
        lines.append(
            f"{key}: " + ("\n" + "\n".join(f"  - {item}" for item in value) if isinstance(value, list) else str(value))
        )
    if missing := handed_in.not_found:
        quotes = "; ".join(f"«{place.quote}»" for place in missing)
        lines.append(f"(a program looked the quotations up; not in the paper: {quotes})")
    return "\n".join(lines)
