"""The verdict on one statement of a paper, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the evidence says about a statement."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    """The evidence says something else; `Judgement.expected` is the right value."""
    NO_EVIDENCE = "no evidence"
    """A statement that only evidence could carry, and none does."""
    CONVENTIONAL = "cited or constant"
    """Another paper's number, a constant of the code, a convention, a section number."""
    NOT_CHECKABLE = "not checkable"
    """A statement that code cannot verify. The report and the paper list it as unverified."""


@dataclass(frozen=True)
class Judgement:
    """The verdict on a statement between two positions of its section."""

    verdict: Verdict
    code: str
    """A `FindingCode`."""
    start: int
    end: int
    reason: str
    expected: str = ""
    """The right value."""
    suggestion: str = ""
    """LaTeX that the writer can paste instead."""
    evidence: tuple[str, ...] = ()
    """Addresses of the ledger that decided, such as `run_2/dino/kl_divergence`."""
