"""The report of an audit, as data that other programs read."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.evidence.judgement import Verdict


class AuditedStatement(BaseModel):
    """One statement of the paper with its verdict."""

    model_config = ConfigDict(frozen=True)
    verdict: Verdict
    code: str
    """The kind of finding, such as wrong-run."""
    said: str
    reason: str
    expected: str
    """The right value, empty if there is none."""
    evidence: list[str]
    """Addresses of the results, such as run_2/dino/kl_divergence."""
    line: int
    page: int | None
    before: str
    after: str
    """The text around the statement."""


class AuditReport(BaseModel):
    """Everything that an audit found."""

    model_config = ConfigDict(frozen=True)
    version: Literal[1] = 1
    paper: str
    results: str
    """The folder of results; empty if the paper was checked against itself."""
    statements: list[AuditedStatement]
    labels: dict[str, str]
    """Label of the paper -> run."""
    notes: list[str]

    def counts(self) -> Counter[Verdict]:
        return Counter(statement.verdict for statement in self.statements)

    def of(self, verdict: Verdict) -> list[AuditedStatement]:
        return [statement for statement in self.statements if statement.verdict == verdict]
