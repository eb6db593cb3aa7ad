"""Ideation: the PhD student proposes, the advisor asks."""

from __future__ import annotations

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.archive import read_archive, told


def _variables(study: Study) -> dict[str, object]:
    template = study.desk.template
    archive = told(read_archive(study.desk.archive))
    return {"template": template, "archive": archive, "allowance": study.desk.allowance, "profile": study.desk.profile}


IDEATION = PhaseKind(
    name="ideation",
    deliverable="idea",
    cast=("phd_student", "advisor"),
    tools=("list_files", "read_file", "search_literature", "submit_idea"),
    turns=8,
    needs=frozenset({"template"}),
    gives=frozenset({"idea"}),
    variables=_variables,
    usable=lambda study: study.desk.proposal.exists(),
)
