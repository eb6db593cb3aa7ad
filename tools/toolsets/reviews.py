"""The tools of a panel: hand in a review on the form, read the reviews, decide, answer as the authors."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from tools.atomic import write_text
from tools.documents import load_document
from tools.errors import ToolError
from tools.review.meta_review import write_meta_review
from tools.review.quote_check import PaperText
from tools.review.quote_places import Places, check_places
from tools.review.records import MetaReview, ReviewRecord
from tools.review.stages import ALONE, BEFORE_REBUTTAL
from tools.review.store import (
    PAPER,
    REBUTTAL,
    load_rebuttal,
    load_reviews,
    load_seat_reviews,
    save_review,
)
from tools.toolsets.base import Toolset
from tools.toolsets.data import PanelReviews
from tools.toolsets.tool import Submission, Tool, ToolAnswer


class ReviewTools(Toolset):
    """Hand in a review on the panel's form, a meta-review, or a rebuttal."""

    names = ("submit_review", "read_reviews", "submit_meta_review", "submit_rebuttal")

    def tools(self) -> list[Tool]:
        form = self._idea.form
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

    async def read_reviews(self) -> ToolAnswer:
        """Read all reviews of the paper that have been handed in, and the rebuttal if there is one. While reviewers still
        work alone, only your own."""
        stage = self._context.turn.stage
        reviews = load_seat_reviews(self._context.review_folder)
        if alone := stage in ALONE:
            reviews = {name: review for name, review in reviews.items() if name == self._participant}
        parts = [f"[{name}]\n" + _as_text(review) for name, review in reviews.items()]
        if stage not in BEFORE_REBUTTAL and (rebuttal := load_rebuttal(self._context.review_folder)):
            parts.append("[rebuttal]\n" + rebuttal)
        none = "You have handed in no review." if alone else "No review has been handed in yet."
        data = PanelReviews(reviews=tuple(reviews.values()))
        return ToolAnswer("\n\n".join(parts) or none, data=data)

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
        write_text(self._context.review_folder / REBUTTAL, answers.rstrip() + "\n")
        return Submission("rebuttal handed in", "rebuttal", "accepted")

    def _verdict(self) -> type[BaseModel]:
        """The arguments of a meta-review; with a score of the chair's own where the rule rests on one."""
        form = self._idea.form
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
        idea = self._idea
        review = idea.form.to_json(values)
        checked = self._places(review)
        save_review(
            self._context.review_folder,
            ReviewRecord(
                reviewer=self._participant,
                role=idea.roles.get(self._participant, self._participant),
                model=idea.authors.get(self._participant, ""),
                form=idea.form.name,
                stage=self._context.turn.stage,
                review=review,
                places=list(checked.places),
                unplaced=list(checked.unplaced),
            ),
        )
        return Submission(f"review handed in. {checked.told()}".strip(), "review", "submitted")

    def _places(self, review: dict[str, Any]) -> Places:
        path = self._context.review_folder / PAPER
        if not path.exists():
            return Places((), (), {})
        paper = load_document(path)
        return check_places(self._idea.form, review, PaperText(paper.text, paged=paper.kind == "pdf"))

    async def _submit_meta_review(
        self, summary: str, discussion: str, reasons: str, decision: str, score: int | None = None
    ) -> Submission:
        form = self._idea.form
        reviews = load_reviews(self._context.review_folder)
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
            by=self._participant,
            model=self._idea.authors.get(self._participant, ""),
            summary=summary,
            discussion=discussion,
            reasons=reasons,
            score=score,
        )
        write_meta_review(self._context.review_folder, form, said, decision)
        return Submission(f"meta-review handed in, decision {decision}", "meta_review", self._context.submission_status)

    def _check_score(self, score: int, reviews: dict[str, dict[str, Any]]) -> None:
        form = self._idea.form
        given = form.given(list(reviews.values()), form.overall)
        if not form.field(form.overall).allows(score) or (given and not min(given) <= score <= max(given)):
            raise ToolError(
                f"score {score}: give a value of {form.overall} within the range of the reviewers', which is "
                f"{min(given):g} to {max(given):g}; outside it, ask reviewers to hand in changed scores"
            )


def _as_text(handed_in: ReviewRecord) -> str:
    lines = []
    for key, value in handed_in.review.items():
        lines.append(
            f"{key}: " + ("\n" + "\n".join(f"  - {item}" for item in value) if isinstance(value, list) else str(value))
        )
    if missing := handed_in.not_found:
        quotes = "; ".join(f"«{place.quote}»" for place in missing)
        lines.append(f"(a program looked the quotations up; not in the paper: {quotes})")
    return "\n".join(lines)
