"""Tools of a panel: submit a review, read the reviews, decide, and answer as the authors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from tools.atomic import write_text
from tools.documents import load_document
from tools.errors import ToolError
from tools.gate import load_gate_report
from tools.idea_context import IdeaContext
from tools.review import (
    INDEPENDENT_STAGES,
    STAGES_BEFORE_REBUTTAL,
    FilledForm,
    MetaReview,
    PaperText,
    QuoteReport,
    ReviewRecord,
    check_quotes,
    load_rebuttal,
    load_review_records,
    load_reviews,
    save_decision,
    save_review,
)
from tools.run_dir import ReviewRoundDir
from tools.toolsets.base import Toolset
from tools.toolsets.data import PanelReviews
from tools.toolsets.evidence_checks import judge_remarks, refuse, with_objections
from tools.toolsets.tool import Submission, Tool, ToolAnswer

_QUOTED = re.compile(r"^\s*>.*$|\"[^\"\n]*\"|“[^”\n]*”", re.MULTILINE)
"""What a rebuttal quotes from the reviews."""
_OF_A_REBUTTAL = ("references", "claims")
"""Checks of a rebuttal. Its numbers and set-up are often the reviewers' own words."""


class ReviewTools(Toolset):
    """Submit and read reviews, a meta-review and a rebuttal."""

    names = ("submit_review", "abstain_from_review", "read_reviews", "submit_meta_review", "submit_rebuttal")

    def tools(self) -> list[Tool]:
        form = self._idea.form
        review = Tool(
            name="submit_review",
            description=f'Submit your review on the form "{form.title}". A second submission replaces the first. '
            "Quotations are looked up in the paper; the result lists those that are not in it.",
            arguments=form.arguments(),
            call=self._submit_review,
        )
        meta = Tool(
            name="submit_meta_review",
            description=f"As area chair, submit the meta-review with the decision. The rule: {form.rule_text}.",
            arguments=self._meta_review_arguments(),
            call=self._submit_meta_review,
        )
        return [
            review,
            Tool.of(self.abstain_from_review),
            Tool.of(self.read_reviews),
            meta,
            Tool.of(self.submit_rebuttal),
        ]

    async def read_reviews(self) -> ToolAnswer:
        """Read all submitted reviews of the paper, and the rebuttal if there is one. Until all reviewers have written
        theirs, only your own."""
        stage = self._context.turn.stage
        reviews = load_review_records(self._context.review_folder)
        if independent := stage in INDEPENDENT_STAGES:
            reviews = {name: review for name, review in reviews.items() if name == self._participant}
        parts = [f"[{name}]\n" + format_review(review) for name, review in reviews.items()]
        if stage not in STAGES_BEFORE_REBUTTAL and (rebuttal := load_rebuttal(self._context.review_folder)):
            parts.append("[rebuttal]\n" + rebuttal)
        none = "You have submitted no review." if independent else "No review has been submitted yet."
        data = PanelReviews(reviews=tuple(reviews.values()))
        brief = "[the reviews as they were; read_reviews shows them as they are]" if parts else ""
        return ToolAnswer("\n\n".join(parts) or none, data=data, brief=brief)

    async def abstain_from_review(
        self, reason: Annotated[str, Field(min_length=20, description="why you cannot review this paper")]
    ) -> Submission:
        """Abstain from the review. Reports name your reason, and no score or decision counts you."""
        save_review(self._context.review_folder, self._record({}, abstained=reason))
        return Submission("abstention recorded", "review", "submitted")

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
        """Submit the authors' answer to the reviews."""
        remark, marked = "", answers.rstrip() + "\n"
        if self._idea.ledger_file.exists():
            own = "\n\n".join(line for line in answers.splitlines() if "\\" in line)  # others may quote a reviewer
            remark = refuse(self._context, "rebuttal", await judge_remarks(self._idea, "rebuttal", own, _OF_A_REBUTTAL))
            words = _QUOTED.sub("", answers)
            marked = with_objections(answers, await judge_remarks(self._idea, "rebuttal", words, _OF_A_REBUTTAL))
        write_text(ReviewRoundDir(self._context.review_folder).rebuttal_file, marked)
        return Submission(f"rebuttal submitted{remark}", "rebuttal", "accepted")

    def _meta_review_arguments(self) -> type[BaseModel]:
        """Return the arguments of a meta-review, with the chair's own score if the rule uses it."""
        form = self._idea.form
        texts = {
            "summary": "what the paper does and claims",
            "discussion": "where the reviewers agree and disagree, whose arguments weigh more, and why",
            "reasons": "what the decision rests on",
        }
        fields: dict[str, Any] = {name: (str, Field(min_length=20, description=text)) for name, text in texts.items()}
        if form.rule.by == "chair":
            text = f"your own {form.overall}, within the range of the reviewers'; the decision follows from it"
            fields["score"] = (int, Field(description=text))
        fields["decision"] = (str, Field(description=f"one of: {', '.join(form.decisions)}"))
        return create_model("submit_meta_review_arguments", __config__=ConfigDict(extra="forbid"), **fields)

    async def _submit_review(self, **values: Any) -> Submission:
        review = self._idea.form.to_json(values)
        checked = await asyncio.to_thread(self._check_quotes, review)
        record = self._record(review, places=list(checked.quotes), unplaced=list(checked.unquoted))
        save_review(self._context.review_folder, record)
        return Submission(f"review submitted. {checked.message()}".strip(), "review", "submitted")

    def _record(self, review: FilledForm, **more: Any) -> ReviewRecord:
        idea = self._idea
        return ReviewRecord(
            reviewer=self._participant,
            role=idea.roles.get(self._participant, self._participant),
            model=idea.authors.get(self._participant, ""),
            form=idea.form.name,
            stage=self._context.turn.stage,
            review=review,
            **more,
        )

    def _check_quotes(self, review: FilledForm) -> QuoteReport:
        path = ReviewRoundDir(self._context.review_folder).paper_file
        if not path.exists():
            return QuoteReport((), (), {})
        paper = load_document(path)
        return check_quotes(self._idea.form, review, PaperText(paper.text, paged=paper.kind == "pdf"))

    async def _submit_meta_review(
        self, summary: str, discussion: str, reasons: str, decision: str, score: int | None = None
    ) -> Submission:
        form = self._idea.form
        reviews = load_reviews(self._context.review_folder)
        if not reviews:
            raise ToolError("there is no review yet; a meta-review needs reviews")
        decision = {known.casefold(): known for known in form.decisions}.get(decision.strip().casefold(), decision)
        if decision not in form.decisions:
            raise ToolError(f"decision {decision!r}: choose one of {', '.join(form.decisions)}")
        if score is not None:
            self._check_score(score, reviews)
        by_rule = decide(self._idea, list(reviews.values()), score)
        if decision != by_rule and by_rule != form.decide(list(reviews.values()), score):
            raise ToolError(f"the gate has withheld this paper, so the decision is {by_rule}, whatever its scores")
        if decision != by_rule:
            raise ToolError(
                f"the decision {decision} contradicts the scores: {form.rule_text}, which gives {by_rule}; "
                f"decide {by_rule}, and say in the reasons where you differ"
            )
        meta_review = MetaReview(
            by=self._participant,
            model=self._idea.authors.get(self._participant, ""),
            summary=summary,
            discussion=discussion,
            reasons=reasons,
            score=score,
        )
        save_decision(self._context.review_folder, form, meta_review, decision)
        return Submission(f"meta-review submitted, decision {decision}", "meta_review", self._context.submission_status)

    def _check_score(self, score: int, reviews: dict[str, FilledForm]) -> None:
        form = self._idea.form
        given = form.valid_scores(list(reviews.values()), form.overall)
        if not form.field(form.overall).allows(score) or (given and not min(given) <= score <= max(given)):
            raise ToolError(
                f"score {score}: give a value of {form.overall} within the range of the reviewers', which is "
                f"{min(given):g} to {max(given):g}"
            )


def decide(idea: IdeaContext, reviews: Sequence[FilledForm], score: int | None = None) -> str:
    """Return the decision that follows from the scores by the form's rule. A paper that the gate withheld is rejected."""
    gate = load_gate_report(idea.workspace.files.gate_file)
    if gate is not None and gate.verdict == "withheld":
        return idea.form.decisions[1]
    return idea.form.decide(reviews, score)


def format_review(record: ReviewRecord) -> str:
    """Return a review as text, with what was not found of its quotations."""
    if record.abstained:
        return f"(abstained: {record.abstained})"
    lines = []
    for key, value in record.review.items():
        lines.append(
            f"{key}: " + ("\n" + "\n".join(f"  - {item}" for item in value) if isinstance(value, list) else str(value))
        )
    if missing := record.not_found:
        quotes = "; ".join(f'"{quote.quote}"' for quote in missing)
        lines.append(f"(quotations that are not in the paper: {quotes})")
    return "\n".join(lines)
