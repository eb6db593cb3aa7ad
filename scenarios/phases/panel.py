"""The panel: parallel blind reviews, a discussion, the authors' response, and the area chair's decision."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agents.conversation.policies import DONE, Turn
from scenarios.phases.phase_type import Need, PhaseContext, PhaseType
from scenarios.review_inputs import ReviewInputs
from tools.atomic import write_text
from tools.documents import as_data, load_document, read_paper, save_document, text_as_data
from tools.errors import ColloquiumError
from tools.experiments.confirmation import confirmation_of
from tools.experiments.execution import load_ledger
from tools.gate import gate_errors, load_gate_report
from tools.gate.watermark import without_mark
from tools.review import (
    INDEPENDENT_STAGES,
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
from tools.run_dir import ReviewRoundDir
from tools.toolsets.reviews import decide, format_review

BY_RULE = "rule"


async def _open_round(context: PhaseContext) -> None:
    """Write what all reviewers read: the paper, and the authors' response if the user supplied one."""
    folder, supplied = context.review_folder, ReviewInputs.load(context.run_folder)
    paper = supplied.paper
    if paper is None:
        with without_mark(context.idea.workspace.paper_under_review) as path:
            paper = replace(await read_paper(path), path=context.idea.workspace.paper_under_review)
    save_document(paper, ReviewRoundDir(folder).paper_file)
    if response := supplied.rebuttal:
        note = f"\n\n({len(response.hidden)} pieces of hidden text were removed)" if response.hidden else ""
        write_text(ReviewRoundDir(folder).rebuttal_file, f"{response.text}{note}\n")


def _variables(context: PhaseContext) -> dict[str, object]:
    document = load_document(ReviewRoundDir(context.review_folder).paper_file)
    gate = load_gate_report(context.idea.workspace.files.gate_file)
    return {
        "single": len(context.participants.names) == 1,
        "round": context.review_round,
        "rebuttal": load_rebuttal(context.idea.review_folder(context.review_round - 1)) or "(none)",
        "form": context.idea.form,
        "has_ledger": context.idea.ledger_file.exists(),
        "confirmation": confirmation_of(context.idea, load_ledger(context.idea)),
        "hidden_kinds": [found.kind for found in document.hidden],
        "gate": gate.summary if gate else "",
        "gate_findings": gate_errors(context.idea.workspace.files.gate_file),
        "gate_passed": gate is None or gate.verdict == "pass",
        "examples": [example_as_data(example) for example in ReviewInputs.load(context.run_folder).examples],
        "paper": as_data(document),
        "paper_text": document.text,
    }


def _turn_prompt(context: PhaseContext, stage: str, speaker: str, turns: Sequence[Turn]) -> str:
    own = [turn for turn in turns if turn.speaker == speaker and turn.answered]
    if stage == ReviewStage.BLIND:
        return context.prompts.render("turn_prompts/blind") if own else _earlier_review(context, speaker)
    if stage == ReviewStage.REFLECTION:
        number = sum(turn.stage == ReviewStage.REFLECTION for turn in own) + 1
        return context.prompts.render(
            "turn_prompts/reflection", number=number, most=context.participants.reflections, done=DONE
        )
    if stage == ReviewStage.REBUTTAL:
        return context.prompts.render(
            "turn_prompts/rebuttal",
            is_authors=speaker == context.participants.authors,
            rebuttal=text_as_data("rebuttal", load_rebuttal(context.review_folder) or ""),
        )
    if stage == ReviewStage.DISCUSSION:
        first = not any(turn.stage == ReviewStage.DISCUSSION for turn in own)
        others = _formatted(context.review_folder, leave_out=speaker) if first else {}
        missing = _without_review(context)
        return context.prompts.render(
            "turn_prompts/discussion",
            reviews=others,
            missing=[name for name in missing if name != speaker],
            own_is_missing=speaker in missing,
        )
    if stage == ReviewStage.CHAIR and not own:
        return context.prompts.render(
            "turn_prompts/chair", reviews=_formatted(context.review_folder), missing=_without_review(context)
        )
    return ""


def _without_review(context: PhaseContext) -> list[str]:
    """Return the reviewers who have neither reviewed nor abstained."""
    records = load_review_records(context.review_folder)
    return [name for name in context.participants.others if name not in records]


def _earlier_review(context: PhaseContext, reviewer: str) -> str:
    """Return what a reviewer wrote on the version before this one; empty for a first round or a new reviewer."""
    if context.review_round == 1:
        return ""
    folder = context.idea.review_folder(context.review_round - 1)
    record = load_review_records(folder).get(reviewer)
    decision = load_decision(folder)
    return (
        context.prompts.render("turn_prompts/earlier_review", review=format_review(record), decision=decision)
        if record
        else ""
    )


def _formatted(folder: Path, leave_out: str = "") -> dict[str, str]:
    """Return the reviews of a round as text, by reviewer."""
    return {name: format_review(record) for name, record in load_review_records(folder).items() if name != leave_out}


async def _close_round(context: PhaseContext, turns: Sequence[Turn]) -> None:
    """Write the report. Without a meta-review by a chair, the decision rule decides from the scores."""
    idea, folder, participants = context.idea, context.review_folder, context.participants
    reviews, records = load_reviews(folder), load_review_records(folder)
    if records and not reviews:
        names = ", ".join(records)
        raise ColloquiumError(
            f"every reviewer of the panel abstained ({names}), so the paper has no review and no decision"
        )
    if load_decision(folder) is None and reviews:
        reason = "the area chair handed in no meta-review" if participants.chair else "no area chair sat on this panel"
        meta_review = MetaReview(
            by=BY_RULE, summary=f"({reason})", discussion="", reasons=f"By the rule: {idea.form.rule_text}"
        )
        save_decision(folder, idea.form, meta_review, decide(idea, list(reviews.values())))
    discussion = [
        PanelMessage(stage=turn.stage, speaker=turn.speaker, text=turn.text)
        for turn in turns
        if turn.stage not in INDEPENDENT_STAGES and turn.answered and turn.speaker != participants.chair
    ]
    missing = [
        MissingReview(
            reviewer=name,
            model=idea.authors.get(name, ""),
            reason=records[name].abstained if name in records else _why_absent(turns, name),
            abstained=name in records,
        )
        for name in participants.others
        if name not in reviews
    ]
    gate = load_gate_report(idea.workspace.files.gate_file)
    facts = PanelFacts(
        number=context.review_round,
        paper=idea.workspace.paper_under_review,
        participants=list(idea.authors),
        discussion=discussion,
        missing=missing,
        examples=[example.name for example in ReviewInputs.load(context.run_folder).examples],
        gate=gate.summary if gate else None,
        gate_findings=[finding for check in gate.checks for finding in check.findings] if gate else [],
    )
    await asyncio.to_thread(write_report, folder, idea.form, facts)


def _why_absent(turns: Sequence[Turn], participant: str) -> str:
    missed = [turn.text.strip("()") for turn in turns if turn.speaker == participant and not turn.answered]
    return missed[-1] if missed else "it handed in no review"


PANEL = PhaseType(
    name="panel",
    deliverable="meta_review",
    submits="submit_meta_review",
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
    needs=frozenset({Need.PAPER}),
    gives=frozenset({Need.REVIEWS}),
    is_panel=True,
    variables=_variables,
    before=_open_round,
    after=_close_round,
    is_usable=lambda context: bool(load_reviews(context.review_folder)),
    turn_prompt=_turn_prompt,
)
