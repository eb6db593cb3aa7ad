"""One case of the bench: a change of a finished paper whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Decider(StrEnum):
    """What can decide a kind of statement."""

    CODE = "code"
    """The ledger, the code, the bibliography and the figures decide it; the gate has to withhold the paper."""
    MODEL = "model"
    """It takes a reader; the gate has to say that the statement is unverified."""


@dataclass(frozen=True)
class FileEdit:
    """A change of a file of the paper: its new content, or a text that is replaced once."""

    path: str
    """Relative to the paper's folder."""
    content: bytes = b""
    """The new content, if `old` is empty."""
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Draft:
    """What a kind proposes: a paragraph for a section, or edits of files, with what makes it true or false."""

    text: str = ""
    """LaTeX of a new last paragraph; the title is replaced."""
    section: str = "results"
    claimed: str = ""
    """What the text says, as a value or a word."""
    actual: str = ""
    """What the evidence says."""
    evidence: tuple[str, ...] = ()
    """Addresses of the ledger that decide, such as `run_2/dino/kl_divergence`."""
    right: str = ""
    """The value that a finding should tell."""
    edits: tuple[FileEdit, ...] = ()


@dataclass(frozen=True)
class Case:
    """A draft with its kind. `codes` empty: any reason counts."""

    id: str
    kind: str
    honest: bool
    draft: Draft
    codes: frozenset[str] = frozenset()
    decider: Decider = Decider.CODE
    group: str = ""


class Outcome(StrEnum):
    """What the gate did with a case."""

    WITHHELD = "withheld"
    """An error at the place, for the right reason."""
    OTHER_REASON = "other reason"
    """An error, but elsewhere or with another code."""
    UNVERIFIED = "unverified"
    """A note at the place."""
    PASSED = "passed"


@dataclass(frozen=True)
class Judged:
    """The gate's answer to a case."""

    case: Case
    outcome: Outcome
    told: bool
    """A finding contains the right value."""
    findings: tuple[str, ...] = ()
    """The findings that the case caused, in words."""
    seconds: float = 0.0
