"""The panel: reviewers alone and in parallel, then a discussion, the authors' answer, and the area chair."""

from __future__ import annotations

import asyncio

from agents.conversation.policies import DONE
from agents.prompts import render
from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from scenarios.review_inputs import ReviewInputs
from tools.atomic import write_text
from tools.documents import as_data, load_document, read_paper, save_document, text_as_data
from tools.errors import ColloquiumError
from tools.evidence.gate import load_gate_report
from tools.review import (
    INDEPENDENT_STAGES,
    PAPER_FILE,
    REBUTTAL_FILE,
    MetaReview,
    MissingReview,
    PanelFacts,
    PanelMessage,
    ReviewStage,
    example_as_data,
    load_decision,
    load_rebuttal,
    load_review_records,
    load_reviews,
    save_decision,
    write_report,
)

BY_RULE = "rule"


async def _open(idea_run: IdeaRun) -> None:
    """Lay out what all reviewers read: the paper, read once, and an answer that the authors have given already."""
    folder, given = idea_run.review_folder, ReviewInputs.of(idea_run.run_folder)
    save_document(given.paper or await read_paper(idea_run.workspace.paper_under_review), folder / PAPER_FILE)
    if answer := given.rebuttal:
        told = f"\n\n({len(answer.hidden)} pieces of hidden text were taken out)" if answer.hidden else ""
        write_text(folder / REBUTTAL_FILE, f"{answer.text}{told}\n")


def _variables(idea_run: IdeaRun) -> dict[str, object]:
    document = load_document(idea_run.review_folder / PAPER_FILE)
    before = idea_run.workspace.reviews / f"round_{idea_run.review_round - 1}"
    gate = load_gate_report(idea_run.workspace.root / "gate.json")
    return {
        "single": len(idea_run.participants.names) == 1,
        "round": idea_run.review_round,
        "rebuttal": load_rebuttal(before) or "(none)",
        "form": idea_run.context.form,
        "has_ledger": idea_run.context.ledger_file.exists(),
        "hidden": document.hidden,
        "gate": gate.summary if gate else "",
        "gate_passed": gate is None or gate.verdict == "pass",
        "examples": [example_as_data(example) for example in ReviewInputs.of(idea_run.run_folder).examples],
        "paper": as_data(document),
        "paper_text": document.text,
    }


def _turn_prompt(idea_run: IdeaRun, stage: str, speaker: str) -> str:
    own = [turn for turn in idea_run.turns if turn.speaker == speaker and turn.answered]
    if stage == ReviewStage.BLIND:
        return render("turn_prompts/blind") if own else ""
    if stage == ReviewStage.REFLECTION:
        number = sum(turn.stage == ReviewStage.REFLECTION for turn in own) + 1
        return render("turn_prompts/reflection", number=number, most=idea_run.participants.reflections, done=DONE)
    if stage == ReviewStage.REBUTTAL:
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
    reviews, records = load_reviews(idea_run.review_folder), load_review_records(idea_run.review_folder)
    if records and not reviews:
        names = ", ".join(records)
        raise ColloquiumError(
            f"every reviewer of the panel abstained ({names}), so the paper has no review and no decision"
        )
    if load_decision(idea_run.review_folder) is None and reviews:
        silent = (
            "the area chair handed in no meta-review"
            if idea_run.participants.chair
            else "no area chair sat on this panel"
        )
        said = MetaReview(
            by=BY_RULE,
            summary=f"({silent})",
            discussion="",
            reasons=f"By the rule: {context.form.rule_text}",
        )
        save_decision(idea_run.review_folder, context.form, said, context.form.decide(list(reviews.values())))
    discussion = [
        PanelMessage(stage=turn.stage, speaker=turn.speaker, text=turn.text)
        for turn in idea_run.turns
        if turn.stage not in INDEPENDENT_STAGES and turn.answered and turn.speaker != idea_run.participants.chair
    ]
    missing = [
        MissingReview(
            reviewer=participant,
            model=context.authors.get(participant, ""),
            reason=records[participant].abstained if participant in records else _why_absent(idea_run, participant),
            abstained=participant in records,
        )
        for participant in idea_run.participants.others
        if participant not in reviews
    ]
    facts = PanelFacts(
        number=idea_run.review_round,
        paper=idea_run.workspace.paper_under_review,
        participants=list(context.authors),
        discussion=discussion,
        missing=missing,
        examples=[example.name for example in ReviewInputs.of(idea_run.run_folder).examples],
        gate=_gate_summary(idea_run) or None,
    )
    await asyncio.to_thread(write_report, idea_run.review_folder, context.form, facts)


def _gate_summary(idea_run: IdeaRun) -> str:
    report = load_gate_report(idea_run.workspace.root / "gate.json")
    return report.summary if report else ""


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
