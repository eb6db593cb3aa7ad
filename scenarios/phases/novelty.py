"""Novelty: the PhD student searches the literature and decides."""

from __future__ import annotations

from scenarios.phases.phase_type import PhaseType

NOVELTY = PhaseType(
    name="novelty",
    deliverable="novelty",
    participants=("phd_student",),
    tools=("search_literature", "submit_novelty"),
    turns=10,
    needs=frozenset({"idea"}),
    variables=lambda idea_run: {
        "idea": idea_run.idea,
        "template": idea_run.context.template,
        "run_quota": idea_run.context.run_quota,
    },
)
