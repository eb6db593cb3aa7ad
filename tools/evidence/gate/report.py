"""The gate's findings, and the report that is stored as gate.json."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, computed_field

from tools.atomic import write_json
from tools.errors import UserError
from tools.schema import first_problem


class FindingCode(StrEnum):
    """What a built-in check found. Checks from a user's folder may use codes of their own."""

    UNKNOWN_REFERENCE = "unknown_reference"
    """A reference without a result in the ledger."""
    TAMPERED_RUN = "tampered_run"
    TYPED_NUMBER = "typed_number"
    """A number that reads as measured and was typed by hand."""
    CONTRADICTED_CLAIM = "contradicted_claim"
    """The ledger says the opposite of a sentence, or compares nothing."""
    INSIGNIFICANT_CLAIM = "insignificant_claim"
    """The ledger agrees in direction, but the difference is not significant or not tested."""
    NOT_ALL_DATASETS = "not_all_datasets"
    """A claim about all datasets fails on one of them."""
    UNDEFINED_DIRECTION = "undefined_direction"
    """Better or worse of a metric without a goal."""
    UNSUPPORTED_CLAIM = "unsupported_claim"
    """A claim of quality without a reference."""
    UNKNOWN_CITATION = "unknown_citation"
    BROKEN_BIBLIOGRAPHY = "broken_bibliography"
    UNSOURCED_CITATION = "unsourced_citation"
    """A bibliography entry that no literature source returned."""
    UNUSED_CITATION = "unused_citation"
    MISSING_IMAGE = "missing_image"
    UNUSED_IMAGE = "unused_image"
    DUPLICATE_LABEL = "duplicate_label"
    MISSING_LABEL = "missing_label"
    UNREFERENCED_FLOAT = "unreferenced_float"
    MISSING_SECTION = "missing_section"
    MISSING_PDF = "missing_pdf"
    UNREADABLE_PDF = "unreadable_pdf"
    UNKNOWN_INPUTS = "unknown_inputs"
    """Nothing records which files the PDF was made from."""
    OUTDATED_PDF = "outdated_pdf"
    UNRESOLVED_MARK = "unresolved_mark"
    """`??` on a page."""
    LATEX_PROBLEM = "latex_problem"


class GateFinding(BaseModel):
    """One problem in the paper. An error withholds the paper; a note is information for readers of the report."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["error", "note"] = "error"
    code: str = ""
    """A `FindingCode`, or the code of a user's check; empty in files of earlier versions."""
    file: str = ""
    """Relative to the paper's folder; empty if it concerns the paper as a whole."""
    line: int | None = None
    excerpt: str = ""
    """The paper's own words."""
    reason: str = ""
    """What is wrong, and how to fix it."""

    def __str__(self) -> str:
        place = ", line ".join(filter(None, [self.file, str(self.line or "")]))
        return ": ".join(filter(None, [place, f'"{self.excerpt}"' if self.excerpt else "", self.reason]))


class GateCheckResult(BaseModel):
    """The findings of one check."""

    name: str
    question: str
    findings: list[GateFinding] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Literal["pass", "fail"]:
        return "fail" if self.errors else "pass"

    @property
    def errors(self) -> list[GateFinding]:
        return [finding for finding in self.findings if finding.kind == "error"]


class GateReport(BaseModel):
    """The results of all checks."""

    checks: list[GateCheckResult]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Literal["pass", "withheld"]:
        return "withheld" if any(check.errors for check in self.checks) else "pass"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def summary(self) -> str:
        """Return one or two sentences: which checks failed, with the first finding."""
        failed = [check for check in self.checks if check.errors]
        if not failed:
            count = sum(len(check.findings) for check in self.checks)
            notes = f", with {count} {'note' if count == 1 else 'notes'}" if count else ""
            return f"All {len(self.checks)} checks passed{notes}."
        named = ", ".join(f"{check.name} ({len(check.errors)})" for check in failed)
        return f"{len(failed)} of {len(self.checks)} checks failed: {named}. First: {failed[0].errors[0]}"


def save_gate_report(report: GateReport, path: Path) -> None:
    """Write gate.json."""
    write_json(path, report.model_dump(mode="json"))


def load_gate_report(path: Path) -> GateReport | None:
    """Return the report in a gate.json, None if the file does not exist.

    Raises:
        UserError: the file is not a gate report.
    """
    if not path.exists():
        return None
    try:
        return GateReport.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(first_problem(path, error, GateReport)) from None
