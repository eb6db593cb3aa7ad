"""One case of the bench: a change of a finished paper whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tools.evidence_bench.study_facts import StudyFacts


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
class Kind:
    """A kind of defect, or of honest sentence."""

    name: str
    group: str
    make: Callable[[StudyFacts, Random], Draft | None]
    """Returns a draft by seeded choice; None if the study has no fact for it."""
    codes: frozenset[str] = frozenset()
    """Codes of findings that name the right reason; empty for honest kinds."""
    decider: Decider = Decider.CODE
    honest: bool = False
    pdf: bool = False
    """Only the compiled pages can show it."""


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
    pdf: bool = False


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


def seed_cases(facts: StudyFacts, kinds: Iterable[Kind], each: int, seed: int = 0) -> list[Case]:
    """Return up to `each` different cases of every kind. Equal arguments give equal cases."""
    cases = []
    for kind in kinds:
        random, seen = Random(f"{seed}/{kind.name}"), set[Draft]()
        for _ in range(each * 8):
            if len(seen) == each:
                break
            draft = kind.make(facts, random)
            if draft is None or draft in seen:
                continue
            seen.add(draft)
            name = f"{kind.name.replace(' ', '-')}-{len(seen)}"
            cases.append(Case(name, kind.name, kind.honest, draft, kind.codes, kind.decider, kind.group, kind.pdf))
    return cases
