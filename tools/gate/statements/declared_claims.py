"""Judge declared claims: what a \\claim declares must hold, and its words must say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.errors import ToolError
from tools.evidence.claim_spec import ClaimSpec, parse_claim
from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.section_source import DeclaredClaim
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import wants_lower
from tools.gate.statements.predicate import Predicate
from tools.gate.statements.quantifiers import quantifier
from tools.gate.statements.study import Study

_DIRECTIONS = ("better", "worse", "lower", "higher", "faster", "slower")
_NO_DIFFERENCE = ("same", "noise")


def declared(predicate: Predicate, clause: Clause, study: Study) -> ClaimSpec | None:
    """Return what the \\claim around a predicate declares; None without one or if it cannot be read."""
    for claim in clause.claims:
        if claim.words[0] <= predicate.start < claim.words[1]:
            return _parsed(claim, study)
    return None


def sense_of(spec: ClaimSpec) -> str:
    """Return the sense of the lexicon that a declared relation has."""
    return "noise" if spec.relation == "within_noise" else spec.relation


def judge_words_of_claims(clause: Clause, found: Sequence[Predicate], study: Study) -> Iterator[Judgement]:
    """Yield where the words of a declared claim say something else than it declares. `found` are the predicates."""
    for claim in clause.claims:
        spec = _parsed(claim, study)
        if spec is None:
            continue
        low, high = max(claim.words[0], clause.start), min(claim.words[1], clause.end)
        for predicate in found:
            inside = low <= predicate.start < high and not predicate.negated
            if inside and predicate.degree != "superlative" and not _agrees(predicate.sense, spec, study):
                reason = f'the words say "{predicate.text}", the claim declares {spec.relation}'
                yield _judgement(predicate.start, predicate.end, reason)
        allowed = {"run": {*spec.runs, spec.against, BASELINE}, "dataset": {*spec.datasets}, "metric": {spec.metric}}
        for mention in clause.mentions:
            names = allowed.get(mention.kind)
            if names and low <= mention.start < high and mention.names and not names & set(mention.names):
                reason = f"the words name {mention.names[0]}, the claim declares {', '.join(sorted(names))}"
                yield _judgement(mention.start, mention.end, reason)
        words = clause.text[low - clause.start : high - clause.start]
        over = quantifier(words, "datasets", study.datasets)
        if (
            over
            and over.kind == "all"
            and set(spec.datasets) - set(over.except_for) != set(study.datasets) - set(over.except_for)
        ):
            yield _judgement(low, high, f"the words speak of all datasets, the claim of {', '.join(spec.datasets)}")


def _parsed(claim: DeclaredClaim, study: Study) -> ClaimSpec | None:
    try:
        return parse_claim(claim.spec, study.ledger)
    except ToolError:
        return None  # reported as an unknown reference


def _agrees(sense: str, spec: ClaimSpec, study: Study) -> bool:
    """Tell whether a word's sense may stand for the declared relation. Words of size and cause say no direction."""
    declared_sense = sense_of(spec)
    if sense in _NO_DIFFERENCE or declared_sense in _NO_DIFFERENCE:
        return (sense in _NO_DIFFERENCE) == (declared_sense in _NO_DIFFERENCE) or sense not in (
            *_DIRECTIONS,
            *_NO_DIFFERENCE,
            "different",
        )
    if sense not in _DIRECTIONS or declared_sense == "different":
        return True
    return wants_lower(study, sense, spec.metric) == wants_lower(study, declared_sense, spec.metric)


def _judgement(start: int, end: int, reason: str) -> Judgement:
    return Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_CLAIM, start, end, reason)
