"""A statement of the paper with its verdict."""

from __future__ import annotations

from dataclasses import dataclass

from tools.evidence.judgement import Verdict


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
