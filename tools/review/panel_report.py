"""The report on one panel: everything that its round folder holds, put together and written as JSON, Markdown and HTML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.atomic import write_json, write_text
from tools.documents import Document, load_document
from tools.idea_context import IdeaContext
from tools.review.quote_check import PaperText, quotes_in
from tools.review.records import Absent, Hidden, MetaReview, PanelReport, Paper, Place, Remark, ReviewRecord
from tools.review.rendering import as_html, as_markdown
from tools.review.scores import scores_of
from tools.review.store import PAPER, REPORT, load_meta_review, load_rebuttal, load_seat_reviews

NO_MODEL = "offline"


def write_report(
    idea: IdeaContext, review_round: int, talk: Sequence[Remark], absent: Sequence[Absent], examples: Sequence[str]
) -> PanelReport | None:
    """Write review.json, report.md and report.html of a round that has come to a decision; None where it has not."""
    folder = idea.review_folder(review_round)
    report = build_report(idea, review_round, talk, absent, examples)
    if report:
        write_json(folder / REPORT, report.model_dump(mode="json"))
        write_text(folder / "report.md", as_markdown(report))
        write_text(folder / "report.html", as_html(report))
    return report


def build_report(
    idea: IdeaContext, review_round: int, talk: Sequence[Remark], absent: Sequence[Absent], examples: Sequence[str]
) -> PanelReport | None:
    """The report of the round at hand; None where there is no decision yet."""
    folder, form = idea.review_folder(review_round), idea.form
    meta = load_meta_review(folder)
    if meta is None:
        return None
    reviews = load_seat_reviews(folder)
    scores = scores_of(form, {name: review.review for name, review in reviews.items()})
    gate = idea.workspace.root / "gate.json"
    document = load_document(folder / PAPER)
    return PanelReport(
        notice=notice(reviews, meta),
        paper=_paper(document, idea.workspace.paper_under_review),
        form=form.name,
        form_title=form.title,
        round=review_round,
        decision=meta["decision"],
        overall=scores[form.overall].mean if form.overall in scores else None,
        rule=meta["rule"],
        scores=scores,
        reviews=sorted(reviews.values(), key=lambda review: _place(review.reviewer, list(idea.authors))),
        absent=list(absent),
        meta_review=_meta_review(meta, document),
        talk=list(talk),
        rebuttal=load_rebuttal(folder),
        examples=list(examples),
        gate=json.loads(gate.read_text(encoding="utf-8"))["summary"] if gate.exists() else None,
    )


def notice(reviews: Mapping[str, ReviewRecord], meta: Mapping[str, object]) -> str:
    """The plain words at the head of every report: who wrote it, and that no person did."""
    models = sorted({review.model for review in reviews.values()} | ({str(meta["model"])} if meta["model"] else set()))
    people = [model for model in models if model.startswith("human")]
    if models == [NO_MODEL]:
        return "Written by automatic reviewers: a checklist program, and no language model. It measures, it does not judge."
    named = ", ".join("a checklist program" if model == NO_MODEL else model for model in models if model not in people)
    if people:
        return f"Written in part by automatic reviewers: {named or 'none'}. People took part."
    return f"Written by automatic reviewers: {named}. No person has reviewed this paper here."


def _meta_review(kept: Mapping[str, Any], document: Document) -> MetaReview:
    """The meta-review with the places in the paper that it quotes."""
    said = MetaReview.model_validate({key: kept[key] for key in MetaReview.model_fields if key in kept})
    paper = PaperText(document.text, paged=document.kind == "pdf")
    places = []
    for field in ("summary", "discussion", "reasons"):
        for quote in quotes_in(getattr(said, field)):
            found = paper.look_up(quote)
            if found.found:
                places.append(Place(field=field, point=0, quote=quote, found=True, page=found.page))
    return said.model_copy(update={"places": places})


def _place(participant: str, participants: Sequence[str]) -> int:
    return participants.index(participant) if participant in participants else len(participants)


def _paper(document: Document, file: Path) -> Paper:
    return Paper(
        title=document.title,
        file=document.path.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "",
        pages=document.pages if document.kind == "pdf" else None,
        characters=len(document.text),
        notes=list(document.notes),
        hidden=[Hidden(kind=found.kind, page=found.page, quote=found.quote) for found in document.hidden],
    )
