"""The panel: reviewers alone and in parallel, then a discussion, the authors' answer, and the area chair."""

from __future__ import annotations

import json

from agents.policies import DONE
from agents.prompts import render
from scenarios.given import Given
from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.atomic import write_text
from tools.document import as_data, text_as_data
from tools.panel.examples import example_as_data
from tools.panel.record import Absent, MetaReview, Remark
from tools.panel.report import write_report
from tools.panel.stages import ALONE, BLIND, REBUTTAL, REFLECTION
from tools.panel.store import PAPER, load_meta_review, load_rebuttal, load_reviews
from tools.panel.store import REBUTTAL as REBUTTAL_FILE
from tools.papers import load_document, read_paper, save_document
from tools.reviewing import write_meta_review

BY_RULE = "rule"


async def _open(study: Study) -> None:
    """Lay out what all reviewers read: the paper, read once, and an answer that the authors have given already."""
    folder, given = study.desk.review_folder, Given.of(study.run_folder)
    save_document(given.paper or await read_paper(study.workspace.paper_under_review), folder / PAPER)
    if answer := given.rebuttal:
        told = f"\n\n({len(answer.hidden)} pieces of hidden text were taken out)" if answer.hidden else ""
        write_text(folder / REBUTTAL_FILE, f"{answer.text}{told}\n")


def _variables(study: Study) -> dict[str, object]:
    document = load_document(study.desk.review_folder / PAPER)
    before = study.workspace.reviews / f"round_{study.desk.review_round - 1}"
    gate = study.workspace.root / "gate.json"
    return {
        "single": len(study.seats.names) == 1,
        "round": study.desk.review_round,
        "rebuttal": load_rebuttal(before) or "(none)",
        "form": study.desk.form,
        "has_ledger": study.desk.ledger_file.exists(),
        "hidden": document.hidden,
        "gate": json.loads(gate.read_text(encoding="utf-8"))["summary"] if gate.exists() else "",
        "examples": [example_as_data(example) for example in Given.of(study.run_folder).examples],
        "paper": as_data(document),
    }


def _cue(study: Study, stage: str, speaker: str) -> str:
    own = [turn for turn in study.turns if turn.speaker == speaker and turn.answered]
    if stage == BLIND:
        return render("cues/blind") if own else ""
    if stage == REFLECTION:
        number = sum(turn.stage == REFLECTION for turn in own) + 1
        return render("cues/reflection", number=number, most=study.seats.reflections, done=DONE)
    if stage == REBUTTAL:
        answer = load_rebuttal(study.desk.review_folder) or ""
        return render("cues/rebuttal", is_authors=speaker == study.seats.authors, rebuttal=text_as_data("rebuttal", answer))
    return ""


async def _close(study: Study) -> None:
    """Where the chair fell silent or there is none, the rule decides from the scores, and the meta-review says so. Then the
    report."""
    desk = study.desk
    reviews = load_reviews(desk.review_folder)
    if load_meta_review(desk.review_folder) is None and reviews:
        silent = "the area chair handed in no meta-review" if study.seats.chair else "no area chair sat on this panel"
        said = MetaReview(
            by=BY_RULE,
            summary=f"({silent})",
            discussion="",
            reasons=f"By the rule: {desk.form.rule_in_words}",
        )
        write_meta_review(desk, said, desk.form.decide(list(reviews.values())))
    talk = [
        Remark(stage=turn.stage, speaker=turn.speaker, text=turn.text)
        for turn in study.turns
        if turn.stage not in ALONE and turn.answered and turn.speaker != study.seats.chair
    ]
    absent = [
        Absent(reviewer=seat, model=desk.authors.get(seat, ""), reason=_why_absent(study, seat))
        for seat in study.seats.others
        if seat not in reviews
    ]
    write_report(desk, talk, absent, [example.name for example in Given.of(study.run_folder).examples])


def _why_absent(study: Study, seat: str) -> str:
    missed = [turn.text.strip("()") for turn in study.turns if turn.speaker == seat and not turn.answered]
    return missed[-1] if missed else "it handed in no review"


PANEL = PhaseKind(
    name="panel",
    deliverable="meta_review",
    cast=("reviewer_methodology", "reviewer_evidence", "reviewer_clarity", "area_chair"),
    policy=("blind", "reflection", "discussion", "rebuttal", "chair"),
    chair="area_chair",
    tools=(
        "submit_review",
        "read_reviews",
        "submit_meta_review",
        "submit_rebuttal",
        "read_results",
        "compare_runs",
        "search_literature",
        "view_page",
    ),
    turns=24,
    needs=frozenset({"paper"}),
    gives=frozenset({"reviews"}),
    variables=_variables,
    before=_open,
    after=_close,
    usable=lambda study: bool(load_reviews(study.desk.review_folder)),
    cue=_cue,
)
