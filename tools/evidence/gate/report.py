"""What the gate answers, as it is kept in gate.json."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field


class Finding(BaseModel):
    """One place of the paper. An error withholds the paper, a note is for the reader of the report."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["error", "note"] = "error"
    file: str = ""
    """Relative to the paper's folder; empty when it is the paper as a whole."""
    line: int | None = None
    excerpt: str = ""
    """The paper's own words."""
    reason: str = ""
    """What is wrong, and what carries it or would mend it."""

    def __str__(self) -> str:
        place = ", line ".join(filter(None, [self.file, str(self.line or "")]))
        return ": ".join(filter(None, [place, f"«{self.excerpt}»" if self.excerpt else "", self.reason]))


class Check(BaseModel):
    """One question to the paper, and what was found."""

    name: str
    question: str
    findings: list[Finding] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Literal["pass", "fail"]:
        return "fail" if self.errors else "pass"

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind == "error"]


class GateReport(BaseModel):
    """Every check with its findings."""

    checks: list[Check]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Literal["pass", "withheld"]:
        return "withheld" if any(check.errors for check in self.checks) else "pass"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def summary(self) -> str:
        """One or two sentences: what failed, with the first place."""
        failed = [check for check in self.checks if check.errors]
        if not failed:
            notes = sum(len(check.findings) for check in self.checks)
            told = f", with {notes} {'note' if notes == 1 else 'notes'}" if notes else ""
            return f"All {len(self.checks)} checks passed{told}."
        named = ", ".join(f"{check.name} ({len(check.errors)})" for check in failed)
        return f"{len(failed)} of {len(self.checks)} checks failed: {named}. First: {failed[0].errors[0]}"
