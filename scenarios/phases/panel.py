"""The panel: reviewers alone and in parallel, then a discussion, then the area chair."""

from __future__ import annotations

import json
from pathlib import Path

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.document import as_data, read_document
from tools.reviewing import load_meta_review, load_reviews, write_meta_review


def paper_of(study: Study) -> Path:
    """The paper before the panel: the group's own PDF, or the one file that a review scenario was given."""
    own = study.workspace.paper / "paper.pdf"
    given = sorted(study.workspace.paper.glob("submission.*"))
    return given[0] if given else own


def _variables(study: Study) -> dict[str, object]:
    document = read_document(paper_of(study))
    previous = study.workspace.reviews / f"round_{study.desk.review_round - 1}" / "rebuttal.md"
    gate = study.workspace.root / "gate.json"
    return {
        "round": study.desk.review_round,
        "rebuttal": previous.read_text(encoding="utf-8") if previous.exists() else "(none)",
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
        write_meta_review(
            desk,
            summary="(the area chair handed in no meta-review)",
            discussion="",
            decision=desk.form.decide(list(reviews.values())),
            reasons=f"By the form's rule: {desk.form.rule_in_words}",
        )


PANEL = PhaseKind(
    name="panel",
    deliverable="meta_review",
    cast=("reviewer_methodology", "reviewer_evidence", "reviewer_clarity", "area_chair"),
    policy=("blind", "discussion", "chair"),
    chair="area_chair",
    tools=("submit_review", "read_reviews", "submit_meta_review", "read_results", "compare_runs", "search_literature"),
    turns=24,
    needs=frozenset({"paper"}),
    variables=_variables,
    after=_close,
    usable=lambda study: bool(load_reviews(study.desk.review_folder)),
)
