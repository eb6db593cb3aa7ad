"""Assemble the report on one panel from its round folder, and write it as JSON, Markdown and HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.atomic import write_json, write_text
from tools.documents import Document, load_document
from tools.gate.report import GateFinding
from tools.review.forms import Form
from tools.review.quote_check import PaperText, extract_quotes
from tools.review.records import (
    CheckedQuote,
    HiddenTextRecord,
    MetaReview,
    MissingReview,
    PanelDecision,
    PanelMessage,
    PanelReport,
    ReviewedPaper,
    ReviewRecord,
)
from tools.review.rendering import as_html, as_markdown
from tools.review.scores import summarize_scores
from tools.review.store import load_decision, load_rebuttal, load_review_records
from tools.run_dir import ReviewRoundDir

NO_MODEL = "offline"
"""Model label of the offline researcher."""


@dataclass(frozen=True)
class PanelFacts:
    """What the report says beyond the files of its round folder."""

    number: int
    """The review round, from 1."""
    paper: Path
    """The file under review."""
    participants: Sequence[str]
    """In the order in which their reviews are shown."""
    discussion: Sequence[PanelMessage] = ()
    missing: Sequence[MissingReview] = ()
    examples: Sequence[str] = ()
    """Names of the example reviews that the reviewers saw."""
    gate: str | None = None
    """The gate's summary."""
    gate_findings: Sequence[GateFinding] = ()


def write_report(folder: Path, form: Form, facts: PanelFacts) -> PanelReport | None:
    """Write review.json, report.md and report.html of a round. Return None if it has no decision yet."""
    report = build_report(folder, form, facts)
    if report:
        write_json(ReviewRoundDir(folder).report_file, report.model_dump(mode="json"))
        write_text(folder / "report.md", as_markdown(report))
        write_text(folder / "report.html", as_html(report))
    return report


def build_report(folder: Path, form: Form, facts: PanelFacts) -> PanelReport | None:
    """Return the report of the round in `folder`, None if it has no decision yet."""
    decision = load_decision(folder)
    if decision is None:
        return None
    reviews = {name: review for name, review in load_review_records(folder).items() if not review.abstained}
    scores = summarize_scores(form, {name: review.review for name, review in reviews.items()})
    document = load_document(ReviewRoundDir(folder).paper_file)
    order = {name: place for place, name in enumerate(facts.participants)}
    return PanelReport(
        notice=notice(reviews, decision),
        paper=_paper(document, facts.paper),
        form=form.name,
        form_title=form.title,
        round=facts.number,
        decision=decision.decision,
        overall=scores[form.overall].mean if form.overall in scores else None,
        rule=decision.rule,
        scores=scores,
        reviews=sorted(reviews.values(), key=lambda review: order.get(review.reviewer, len(order))),
        absent=list(facts.missing),
        meta_review=_meta_review(decision, document),
        talk=list(facts.discussion),
        rebuttal=load_rebuttal(folder),
        examples=list(facts.examples),
        gate=facts.gate,
        gate_findings=list(facts.gate_findings),
    )


def notice(reviews: Mapping[str, ReviewRecord], decision: PanelDecision) -> str:
    """Return the sentence at the head of every report: who wrote it, and whether people took part."""
    models = sorted({review.model for review in reviews.values()} | ({decision.model} if decision.model else set()))
    people = [model for model in models if model.startswith("human")]
    if models == [NO_MODEL]:
        return (
            "Written by automatic reviewers: a rule-based program, no language model. It measures; it does not judge."
        )
    named = ", ".join("a rule-based program" if model == NO_MODEL else model for model in models if model not in people)
    if people:
        return f"Written in part by automatic reviewers: {named or 'none'}. People took part."
    return f"Written by automatic reviewers: {named}. No person has reviewed this paper here."


def _meta_review(decision: PanelDecision, document: Document) -> MetaReview:
    """Return the meta-review with its quotations of the paper."""
    meta_review = decision.meta_review
    paper = PaperText(document.text, paged=document.kind == "pdf")
    quotes = []
    for field in ("summary", "discussion", "reasons"):
        for quote in extract_quotes(getattr(meta_review, field)):
            match = paper.find(quote)
            if match.found:
                quotes.append(CheckedQuote(field=field, point=0, quote=quote, found=True, page=match.page))
    return meta_review.model_copy(update={"places": quotes})


def _paper(document: Document, file: Path) -> ReviewedPaper:
    return ReviewedPaper(
        title=document.title,
        file=document.path.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "",
        pages=document.pages if document.kind == "pdf" else None,
        characters=len(document.text),
        notes=list(document.notes),
        hidden=[HiddenTextRecord(kind=found.kind, page=found.page, quote=found.quote) for found in document.hidden],
    )
