"""A chat with one role: a person at the terminal, the role, its tools, and no deliverable."""

from __future__ import annotations

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study


def _variables(study: Study) -> dict[str, object]:
    return {"template": study.desk.template, "profile": study.desk.profile_name}


CHAT = PhaseKind(
    name="chat",
    deliverable="",
    cast=("person", "phd_student"),
    tools=None,
    turns=1000,
    needs=frozenset({"template", "sandbox"}),
    variables=_variables,
    usable=lambda study: True,
)
