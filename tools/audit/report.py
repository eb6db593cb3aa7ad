"""The statements of an audited paper with their verdicts, and the report that other programs read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.evidence.judgement import Judgement, Verdict


@dataclass(frozen=True)
class AuditStatement:
    """The verdict on what a paper says between two positions."""

    verdict: Verdict
    code: str
    start: int
    end: int
    said: str
    reason: str
    expected: str = ""
    """The right value."""
    evidence: tuple[str, ...] = ()
    metric: str = ""
    """The metric that the statement is about, for repetitions elsewhere."""

    @classmethod
    def of(cls, judgement: Judgement, code: str, start: int, text: str) -> AuditStatement:
        """Return the judgement of a part of a section, which has that text and begins at that position of the paper."""
        said = " ".join(text[judgement.start : judgement.end].split())
        at, end = start + judgement.start, start + judgement.end
        return cls(judgement.verdict, code, at, end, said, judgement.reason, judgement.expected, judgement.evidence)


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
