"""A chat with one role: a person at the terminal, the role, its tools, and no deliverable."""

from __future__ import annotations

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType


def _variables(idea_run: IdeaRun) -> dict[str, object]:
    return {"template": idea_run.context.template, "profile": idea_run.context.profile_name}


CHAT = PhaseType(
    name="chat",
    deliverable="",
    participants=("person", "phd_student"),
    tools=None,
    turns=1000,
    needs=frozenset({"template", "sandbox"}),
    variables=_variables,
    usable=lambda idea_run: True,
)
