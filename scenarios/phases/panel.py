"""The panel: reviewers alone and in parallel, then a discussion, the authors' answer, and the area chair."""

from __future__ import annotations

import json

from agents.conversation.policies import DONE
from agents.prompts import render
from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from scenarios.review_inputs import ReviewInputs
from tools.atomic import write_text
from tools.documents import as_data, load_document, read_paper, save_document, text_as_data
from tools.review.examples import example_as_data
from tools.review.meta_review import write_meta_review
from tools.review.panel_report import write_report
from tools.review.records import Absent, MetaReview, Remark
from tools.review.stages import ALONE, BLIND, REBUTTAL, REFLECTION
from tools.review.store import PAPER, load_meta_review, load_rebuttal, load_reviews
from tools.review.store import REBUTTAL as REBUTTAL_FILE

BY_RULE = "rule"


async def _open(idea_run: IdeaRun) -> None:
    """Lay out what all reviewers read: the paper, read once, and an answer that the authors have given already."""
    folder, given = idea_run.review_folder, ReviewInputs.of(idea_run.run_folder)
    save_document(given.paper or await read_paper(idea_run.workspace.paper_under_review), folder / PAPER)
    if answer := given.rebuttal:
        told = f"\n\n({len(answer.hidden)} pieces of hidden text were taken out)" if answer.hidden else ""
        write_text(folder / REBUTTAL_FILE, f"{answer.text}{told}\n")


def _variables(idea_run: IdeaRun) -> dict[str, object]:
    document = load_document(idea_run.review_folder / PAPER)
    before = idea_run.workspace.reviews / f"round_{idea_run.review_round - 1}"
    gate = idea_run.workspace.root / "gate.json"
    return {
        "single": len(idea_run.participants.names) == 1,
        "round": idea_run.review_round,
        "rebuttal": load_rebuttal(before) or "(none)",
        "form": idea_run.context.form,
        "has_ledger": idea_run.context.ledger_file.exists(),
        "hidden": document.hidden,
        "gate": json.loads(gate.read_text(encoding="utf-8"))["summary"] if gate.exists() else "",
        "examples": [example_as_data(example) for example in ReviewInputs.of(idea_run.run_folder).examples],
        "paper": as_data(document),
    }


def _turn_prompt(idea_run: IdeaRun, stage: str, speaker: str) -> str:
    own = [turn for turn in idea_run.turns if turn.speaker == speaker and turn.answered]
    if stage == BLIND:
        return render("turn_prompts/blind") if own else ""
    if stage == REFLECTION:
        number = sum(turn.stage == REFLECTION for turn in own) + 1
        return render("turn_prompts/reflection", number=number, most=idea_run.participants.reflections, done=DONE)
    if stage == REBUTTAL:
        answer = load_rebuttal(idea_run.review_folder) or ""
        return render(
            "turn_prompts/rebuttal",
            is_authors=speaker == idea_run.participants.authors,
            rebuttal=text_as_data("rebuttal", answer),
        )
    return ""


async def _close(idea_run: IdeaRun) -> None:
    """Where the chair fell silent or there is none, the rule decides from the scores, and the meta-review says so. Then the
    report."""
    context = idea_run.context
    reviews = load_reviews(idea_run.review_folder)
    if load_meta_review(idea_run.review_folder) is None and reviews:
        silent = (
            "the area chair handed in no meta-review"
            if idea_run.participants.chair
            else "no area chair sat on this panel"
        )
        said = MetaReview(
            by=BY_RULE,
            summary=f"({silent})",
            discussion="",
            reasons=f"By the rule: {context.form.rule_in_words}",
        )
        write_meta_review(idea_run.review_folder, context.form, said, context.form.decide(list(reviews.values())))
    talk = [
        Remark(stage=turn.stage, speaker=turn.speaker, text=turn.text)
        for turn in idea_run.turns
        if turn.stage not in ALONE and turn.answered and turn.speaker != idea_run.participants.chair
    ]
    absent = [
        Absent(
            reviewer=participant, model=context.authors.get(participant, ""), reason=_why_absent(idea_run, participant)
        )
        for participant in idea_run.participants.others
        if participant not in reviews
    ]
    write_report(
        context,
        idea_run.review_round,
        talk,
        absent,
        [example.name for example in ReviewInputs.of(idea_run.run_folder).examples],
    )


def _why_absent(idea_run: IdeaRun, participant: str) -> str:
    missed = [turn.text.strip("()") for turn in idea_run.turns if turn.speaker == participant and not turn.answered]
    return missed[-1] if missed else "it handed in no review"


PANEL = PhaseType(
    name="panel",
    deliverable="meta_review",
    participants=("reviewer_methodology", "reviewer_evidence", "reviewer_clarity", "area_chair"),
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
    usable=lambda idea_run: bool(load_reviews(idea_run.review_folder)),
    turn_prompt=_turn_prompt,
)
