"""Novelty: the PhD student searches the literature and decides."""

from __future__ import annotations

from scenarios.phases.kind import PhaseKind

NOVELTY = PhaseKind(
    name="novelty",
    deliverable="novelty",
    cast=("phd_student",),
    tools=("search_literature", "submit_novelty"),
    turns=10,
    needs=frozenset({"idea"}),
    variables=lambda study: {"idea": study.idea, "template": study.desk.template, "allowance": study.desk.allowance},
)
