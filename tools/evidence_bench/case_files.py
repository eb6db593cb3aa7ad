"""Read a folder of cases: `base/`, a paper with its ledger, and `cases.json`, the sentences with what the gate should do."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tools.errors import UserError
from tools.evidence_bench.case import Case, Decider, Draft
from tools.evidence_bench.subject import Subject, read_subject
from tools.experiments.template import Template
from tools.paper import SECTIONS
from tools.run_dir import IdeaDir

_CASES = "cases.json"
_NUMBER = {"typed_number", "contradicted_claim", "unsupported_claim", "unknown_command", "hidden_text"}
_CLAIM = {"contradicted_claim", "insignificant_claim", "not_all_datasets", "unsupported_claim"}
_SETUP = {"typed_number", "contradicted_claim", "unsupported_claim", "contradicted_setup", "unsupported_setup"}
_CODES: dict[str, set[str]] = {
    **dict.fromkeys(["01", "02", "03", "04", "07", "08", "17", "27"], _NUMBER),
    **dict.fromkeys(["05", "06"], _NUMBER | _CLAIM),
    **dict.fromkeys(["09", "10", "11", "12", "13", "19", "21", "22", "24", "25"], _CLAIM),
    "14": _SETUP,
    "15": {"unsupported_setup", "contradicted_setup", "unsupported_claim", "contradicted_claim", "typed_number"},
    "16": {"attributed_claim", "handwritten_citation", "unsourced_citation", "wrong_citation", "typed_number"},
    "23": _CLAIM | {"unknown_command", "hidden_text"},
    "26": _CLAIM | {"typed_number"},
}
"""Number of a kind -> the codes of findings that name its reason."""
_BY_MODEL = ("22",)


class _CaseRow(BaseModel):
    """One entry of cases.json."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    id: str
    section: str
    """`title` replaces the title; elsewhere the text is a new last paragraph."""
    text: str
    should: Literal["block", "pass"]
    codes: list[str] = []
    """Codes of findings that name the right reason; by default those of the kind's number."""


def read_case_folder(folder: Path, template: Template) -> tuple[Subject, list[Case]]:
    """Return the paper of a folder of cases, and the cases.

    Raises:
        UserError: the folder has no paper, no ledger or no valid cases.json.
    """
    base = IdeaDir(folder / "base")
    for path in (folder / _CASES, base.ledger_file, base.paper / "sections"):
        if not path.exists():
            raise UserError(f"--cases {folder}: {path.relative_to(folder)} is missing; it needs {_CASES} and base/")
    try:
        rows = TypeAdapter(list[_CaseRow]).validate_json((folder / _CASES).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{folder / _CASES}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    for row in rows:
        if row.section not in SECTIONS:
            raise UserError(f"{folder / _CASES}: {row.id}: no section {row.section!r}")
    subject = read_subject(base, template, base.root)
    return subject, [_case(row) for row in rows]


def _case(row: _CaseRow) -> Case:
    number = row.kind[:2]
    honest = row.should == "pass"
    return Case(
        id=row.id,
        kind=row.kind,
        honest=honest,
        draft=Draft(row.text, row.section),
        codes=frozenset() if honest else frozenset(row.codes or _CODES.get(number, set())),
        decider=Decider.MODEL if number in _BY_MODEL else Decider.CODE,
        group="cases",
    )
