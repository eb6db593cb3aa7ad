"""The panel: reviewers alone and in parallel, then a discussion, then the area chair."""

from __future__ import annotations

import json
from pathlib import Path

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.document import as_data
from tools.panel.record import MetaReview
from tools.panel.report import write_report
from tools.panel.store import PAPER, load_meta_review, load_rebuttal, load_reviews
from tools.papers import load_document, read_paper, save_document
from tools.reviewing import write_meta_review

BY_RULE = "rule"


async def _open(study: Study) -> None:
    """Read the paper once for all who review it."""
    save_document(await read_paper(study.workspace.paper_under_review), study.desk.review_folder / PAPER)


def _variables(study: Study) -> dict[str, object]:
    document = load_document(study.desk.review_folder / PAPER)
    before = study.workspace.reviews / f"round_{study.desk.review_round - 1}"
    gate = study.workspace.root / "gate.json"
    return {
        "round": study.desk.review_round,
        "rebuttal": load_rebuttal(before) or "(none)",
        "form": study.desk.form,
        "has_ledger": study.desk.ledger_file.exists(),
        "hidden": document.hidden,
        "gate": json.loads(gate.read_text(encoding="utf-8"))["summary"] if gate.exists() else "",
        "paper": as_data(document),
    }


async def _close(study: Study) -> None:
    """Where the chair fell silent, the form's rule decides from the scores, and the meta-review says so."""
    desk = study.desk
    reviews = load_reviews(desk.review_folder)
    if load_meta_review(desk.review_folder) is None and reviews:
        said = MetaReview(
            by=BY_RULE,
            summary="(the area chair handed in no meta-review)",
            discussion="",
            reasons=f"By the form's rule: {desk.form.rule_in_words}",
        )
        write_meta_review(desk, said, desk.form.decide(list(reviews.values())))
    write_report(desk, [], [], [])


PANEL = PhaseKind(
    name="panel",
    deliverable="meta_review",
    cast=("reviewer_methodology", "reviewer_evidence", "reviewer_clarity", "area_chair"),
    policy=("blind", "discussion", "chair"),
    chair="area_chair",
    tools=("submit_review", "read_reviews", "submit_meta_review", "read_results", "compare_runs", "search_literature", "view_page"),
    turns=24,
    needs=frozenset({"paper"}),
    variables=_variables,
    before=_open,
    after=_close,
    usable=lambda study: bool(load_reviews(study.desk.review_folder)),
)
