"""Ideation and novelty: the PhD student proposes an idea, then searches the literature for it."""

from __future__ import annotations

from scenarios.phases.phase_type import Need, PhaseContext, PhaseEffect, PhaseType, ShownDeliverable
from tools.evidence import describe_plan, plan_of
from tools.ideas import NoveltyDecision, format_archive, load_idea, outcome_of, read_archive, save_idea


def _ideation_variables(context: PhaseContext) -> dict[str, object]:
    entries, metrics = read_archive(context.idea.archive), context.idea.template.metrics
    return {
        "template": context.idea.template,
        "archive": format_archive(entries),
        "archived_ideas": [
            {"name": entry["Name"], "follows_from": entry.get("follows_from", ""), "outcome": outcome_of(entry)}
            for entry in entries
        ],
        "run_quota": context.idea.run_quota,
        "profile": context.idea.profile,
        "analysis": describe_plan(plan_of(metrics, metrics, context.idea.run_quota.runs), metrics) if metrics else "",
    }


IDEATION = PhaseType(
    name="ideation",
    deliverable="idea",
    submits="submit_idea",
    participants=("phd_student", "advisor"),
    tools=("list_files", "read_file", "search_literature", "submit_idea"),
    turns=8,
    needs=frozenset({Need.TEMPLATE}),
    gives=frozenset({Need.IDEA}),
    proposes_idea=True,
    variables=_ideation_variables,
    is_usable=lambda context: context.idea.proposal.exists(),
    shown=lambda context: ShownDeliverable(load_idea(context.idea.proposal).card()),
    on_accepted=lambda context: PhaseEffect(idea=load_idea(context.idea.proposal)),
)


def _novelty_variables(context: PhaseContext) -> dict[str, object]:
    return {
        "idea": context.proposal,
        "template": context.idea.template,
        "run_quota": context.idea.run_quota,
    }


def _apply_decision(context: PhaseContext) -> PhaseEffect:
    """Record the decision in idea.json; end the idea run if the scenario requires a novel idea."""
    files = context.idea.workspace.files
    novelty = NoveltyDecision.model_validate_json(files.novelty_file.read_bytes())
    is_novel = novelty.decision == "novel"
    if idea := context.proposal:
        idea.novel = is_novel
        save_idea(idea, files.idea_file)
    if is_novel or not context.scenario.require_novelty:
        return PhaseEffect()
    return PhaseEffect(ends_because=f"not found novel ({novelty.decision}): {novelty.reasons}")


NOVELTY = PhaseType(
    name="novelty",
    deliverable="novelty",
    submits="submit_novelty",
    participants=("phd_student",),
    tools=("search_literature", "submit_novelty"),
    turns=10,
    needs=frozenset({Need.IDEA}),
    variables=_novelty_variables,
    on_accepted=_apply_decision,
)
