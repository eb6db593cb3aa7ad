"""Ideation: the PhD student proposes, the advisor asks."""

from __future__ import annotations

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from tools.ideas import format_archive, outcome_of, read_archive


def _variables(idea_run: IdeaRun) -> dict[str, object]:
    template = idea_run.context.template
    entries = read_archive(idea_run.context.archive)
    return {
        "template": template,
        "archive": format_archive(entries),
        "archived_ideas": [
            {"name": entry["Name"], "follows_from": entry.get("follows_from", ""), "outcome": outcome_of(entry)}
            for entry in entries
        ],
        "run_quota": idea_run.context.run_quota,
        "profile": idea_run.context.profile,
    }


IDEATION = PhaseType(
    name="ideation",
    deliverable="idea",
    participants=("phd_student", "advisor"),
    tools=("list_files", "read_file", "search_literature", "submit_idea"),
    turns=8,
    needs=frozenset({"template"}),
    gives=frozenset({"idea"}),
    variables=_variables,
    usable=lambda idea_run: idea_run.context.proposal.exists(),
)
