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
    IMPLAUSIBLE_RESULT = "implausible_result"
    """A result that is hard to believe, or that no measurement can have."""
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
    CONTRADICTED_SETUP = "contradicted_setup"
    """Code, settings or environment say something else about the set-up."""
    UNSUPPORTED_SETUP = "unsupported_setup"
    """A part, dataset, method or experiment that neither the code nor the ledger has."""
    UNVERIFIED_SETUP = "unverified_setup"
    """A statement about the set-up that code cannot decide."""
    UNKNOWN_CITATION = "unknown_citation"
    BROKEN_BIBLIOGRAPHY = "broken_bibliography"
    UNSOURCED_CITATION = "unsourced_citation"
    """A bibliography entry that no literature source returned."""
    UNUSED_CITATION = "unused_citation"
    UNCOMPARED_CITATION = "uncompared_citation"
    """The source of a bibliography entry could not be asked."""
    WRONG_CITATION = "wrong_citation"
    """A bibliography entry differs from the record of its source, or the work was retracted."""
    HANDWRITTEN_CITATION = "handwritten_citation"
    """A reference in the text without a key."""
    ATTRIBUTED_CLAIM = "attributed_claim"
    """A sentence says what a cited work shows, and its abstract does not."""
    UNVERIFIED_FIGURE = "unverified_figure"
    """An image that the harness did not see plot.py draw."""
    OUTDATED_FIGURE = "outdated_figure"
    """An image drawn before the results changed."""
    SUPPLIED_FIGURE = "supplied_figure"
    UNREADABLE_FIGURE = "unreadable_figure"
    """Nothing recorded what a figure shows."""
    TYPED_FIGURE_NUMBER = "typed_figure_number"
    FIGURE_CLAIM = "figure_claim"
    FIGURE_MISMATCH = "figure_mismatch"
    """A caption or label names what the figure does not show."""
    CONTRADICTED_TREND = "contradicted_trend"
    UNREPORTED_RUN = "unreported_run"
    UNREPORTED_DATASET = "unreported_dataset"
    INCOMPLETE_RUN = "incomplete_run"
    """A run without a dataset, metric or seed that the baseline has."""
    INCOMPLETE_TABLE = "incomplete_table"
    """The paper says that every run is reported, and no table lists all."""
    UNDECLARED_ORIGIN = "undeclared_origin"
    """A claim rests on a run with one seed or supplied results, and the paper does not say so."""
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
    UNKNOWN_COMMAND = "unknown_command"
    """LaTeX that can print something other than its source shows."""
    HIDDEN_TEXT = "hidden_text"
    """Text of the PDF that a reader cannot see."""
    UNPRINTED_TEXT = "unprinted_text"
    """A sentence of the source that is on no page."""
    UNEXPLAINED_NUMBER = "unexplained_number"
    """A number on a page that no source explains."""
    UNEXPLAINED_TEXT = "unexplained_text"
    """A word on a page that no source explains."""


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
    verdict: str = ""
    """A `tools.evidence.judgement.Verdict`, where the finding is about a statement."""
    page: int | None = None
    """Page of the PDF, from 1."""
    expected: str = ""
    """The right value, where the evidence has one."""
    suggestion: str = ""
    """LaTeX that the writer can paste instead."""

    @property
    def place(self) -> str:
        """Return file, line and page as far as they are known."""
        place = ", line ".join(filter(None, [self.file, str(self.line or "")]))
        return ", ".join(filter(None, [place, f"page {self.page}" if self.page else ""]))

    def __str__(self) -> str:
        return ": ".join(filter(None, [self.place, f'"{self.excerpt}"' if self.excerpt else "", self.reason]))


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
    paper_sha256: str = ""
    """Digest of the PDF that was judged, before any mark; empty if there was none."""

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


def gate_errors(path: Path) -> list[str]:
    """Return the errors in a gate.json as lines for an author, with what to write instead; none without the file."""
    report = load_gate_report(path)
    findings = [finding for check in report.checks for finding in check.errors] if report else []
    return [
        f"{finding}" + (f"; write instead: {finding.suggestion}" * bool(finding.suggestion)) for finding in findings
    ]
