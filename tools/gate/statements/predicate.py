"""A word or phrase that compares, and the judgements that speak of it."""

from __future__ import annotations

from dataclasses import dataclass

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.statements.comparing import Cell

ORDERED = ("lower", "higher", "better", "worse", "faster", "slower")
"""Senses that rank two values."""
EXTREMES = {"best": "better", "worst": "worse", "lowest": "lower", "highest": "higher"}
"""Superlatives -> their sense."""


@dataclass(frozen=True)
class Predicate:
    """A word or phrase that compares, at a position of the section."""

    sense: str
    """A sense of the lexicon, or noise, record, rivals, cause, size, seed, absolute, unknown."""
    start: int
    end: int
    text: str
    degree: str = "verb"
    negated: bool = False
    unknown: str = ""
    """What it says something about, if the study measured no such thing."""
    lemma: str = ""


def supported(predicate: Predicate, reason: str, evidence: tuple[str, ...] = ()) -> Judgement:
    """Return that the ledger carries a claim."""
    return Judgement(
        Verdict.SUPPORTED, FindingCode.CONTRADICTED_CLAIM, predicate.start, predicate.end, reason, evidence=evidence
    )


def no_evidence(predicate: Predicate, reason: str, verdict: Verdict = Verdict.NO_EVIDENCE) -> Judgement:
    """Return that no result carries a claim."""
    return Judgement(verdict, FindingCode.UNSUPPORTED_CLAIM, predicate.start, predicate.end, reason)


def contradicted(predicate: Predicate, code: FindingCode, cell: Cell, why: str, expected: str = "") -> Judgement:
    """Return that a cell of the ledger says otherwise, with the change that it has."""
    comparison = cell.comparison
    return Judgement(
        Verdict.CONTRADICTED,
        code,
        predicate.start,
        predicate.end,
        f'"{predicate.text}": {why}; {cell.measured}',
        expected or (comparison.change if comparison else ""),
        f"\\change{{{cell.address}}}" if comparison and cell.against == BASELINE else "",
        (cell.address,),
    )


def refuted(predicate: Predicate, why: str, right: str = "") -> Judgement:
    """Return that the values say otherwise, with what is right."""
    reason = f'"{predicate.text}": {why}'
    code = FindingCode.CONTRADICTED_CLAIM
    return Judgement(Verdict.CONTRADICTED, code, predicate.start, predicate.end, reason, right)
