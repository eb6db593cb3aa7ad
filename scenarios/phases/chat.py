"""Chat: a person at the terminal talks to one role, which has all its tools. There is no deliverable."""

from __future__ import annotations

from scenarios.phases.phase_type import Need, PhaseContext, PhaseType


def _variables(context: PhaseContext) -> dict[str, object]:
    return {"template": context.idea.template, "profile": context.idea.profile_name}


CHAT = PhaseType(
    name="chat",
    deliverable="",
    participants=("person", "phd_student"),
    tools=None,
    turns=1000,
    needs=frozenset({Need.TEMPLATE, Need.SANDBOX}),
    variables=_variables,
    is_usable=lambda context: True,
)
