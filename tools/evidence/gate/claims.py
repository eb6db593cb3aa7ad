"""Check direction words against the comparisons that they describe.

A sentence is split into clauses (at semicolons, "but", "while", ...). In a clause, each \\change and \\result is bound to
the nearest direction word before it, else to its neighbour's, else to the next one after it. The word must agree with
`Ledger.compare`: the sign for "lower" and "higher", the metric's goal for "better" and "worse", and significance for
both, unless the sentence admits that the difference may be chance.

Not detected: claims about numbers in another sentence, a table or a figure; comparisons of changes with each other; irony,
double negation, and direction words that are not in `direction_lexicon`. Words about something else, as in "a larger
network lowers the loss", are recognized by what is next to them: the metric's name, a setting's name, or the reference.
If that does not decide, there is no finding.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.errors import ToolError
from tools.evidence import BASELINE, Ledger, ResultComparison
from tools.evidence.gate.direction_lexicon import DirectionWord, admits_noise, claims_all_datasets, direction_words
from tools.evidence.gate.report import FindingCode, GateFinding
from tools.evidence.gate.section_source import EvidenceReference, SectionSource
from tools.paper import cited_keys

_CLAUSE = re.compile(r";|---|—|\s(?:but|while|whereas|although|though|yet|however)\s|,\s+and\s+(?=(?:on|its|the)\s)")
_VERSUS = re.compile(r"\b(?:than|against|vs|versus|compared|below|above|over|instead of|from)\b", re.IGNORECASE)
_PREDICATE = frozenset(["by", "at", "to", "of", "than", "with", "in", "on", "for", "and", "here", "again", "the"])
_FAR = 4
"""Maximum distance in words between a metric's name and its direction word."""
_CLAIMING = ("title", "abstract", "results", "conclusion")


@dataclass(frozen=True)
class _BoundClaim:
    """A comparison in the text and the word that describes it."""

    word: DirectionWord
    comparison: ResultComparison
    reference: EvidenceReference


def check_claims(source: SectionSource, ledger: Ledger) -> Iterator[GateFinding]:
    """Yield sentences that the ledger contradicts and, as notes, claims of quality without any reference."""
    for start, end in source.sentences:
        references = [r for r in source.references if start <= r.start < end and r.macro in ("result", "change")]
        sentence = source.prose[start:end]
        if not references:
            yield from _unsupported(source, start, end)
            continue
        for low, high in _clauses(sentence, start):
            inside = [r for r in references if low <= r.start < high]
            for bound in _bind(source, inside, low, high, ledger):
                found = contradiction(bound.word, bound.comparison, admits_noise=admits_noise(sentence))
                if not found and claims_all_datasets(sentence):
                    found = _not_all(bound, ledger, admits_noise(sentence))
                if found:
                    code, reason = found
                    position = min(bound.word.start, bound.reference.start)
                    yield GateFinding(
                        code=code,
                        file=source.file,
                        line=source.line(bound.reference.start),
                        excerpt=source.excerpt(position, max(bound.word.end, bound.reference.end)),
                        reason=f'"{bound.word.text}" of {bound.comparison.result.address}: {reason}',
                    )


def contradiction(
    word: DirectionWord, comparison: ResultComparison, *, admits_noise: bool
) -> tuple[FindingCode, str] | None:
    """Return why the comparison contradicts the word, None if it supports it."""
    contradicted = FindingCode.CONTRADICTED_CLAIM
    measured = f"the ledger has {comparison.change}, against {comparison.baseline.run}"
    actual = "lower" if comparison.difference < 0 else "higher"
    side = comparison.direction if word.claim in ("better", "worse") else actual
    if word.claim == "same":
        return (contradicted, f"the difference is significant; {measured}") if comparison.significant else None
    if word.negated:
        agrees = comparison.significant and side == word.claim
        return (contradicted, f"it is {word.claim}, and significantly; {measured}") if agrees else None
    if comparison.result.censored or comparison.baseline.censored:
        return contradicted, f"a value hit its cap, so nothing can be compared; {measured}"
    if comparison.difference == 0:
        return contradicted, f"there is no difference; {measured}"
    if word.claim in ("better", "worse") and comparison.direction == "changed":
        reason = f"the template does not say whether higher or lower {comparison.result.metric.name} is better"
        return FindingCode.UNDEFINED_DIRECTION, f"{reason}; write lower or higher"
    if side != word.claim:
        return contradicted, f"it is {side}; {measured}"
    if admits_noise or comparison.significant:
        return None
    if comparison.p_value is None:
        untested = FindingCode.INSIGNIFICANT_CLAIM, f"untested, so neither better nor worse; {measured}"
        return None if word.claim in ("lower", "higher") else untested
    return FindingCode.INSIGNIFICANT_CLAIM, f"the difference is not significant; {measured}"


def _not_all(bound: _BoundClaim, ledger: Ledger, noise_admitted: bool) -> tuple[FindingCode, str] | None:
    """Return the first dataset that contradicts a claim about all of them."""
    run, metric = bound.comparison.result.run, bound.comparison.result.metric.name
    for address in ledger.addresses():
        if address.startswith(f"{run}/") and address.endswith(f"/{metric}"):
            comparison = _compare(ledger, address, bound.comparison.baseline.run)
            found = contradiction(bound.word, comparison, admits_noise=noise_admitted) if comparison else None
            if found:
                return FindingCode.NOT_ALL_DATASETS, f"not on all datasets: {address}: {found[1]}"
    return None


def _unsupported(source: SectionSource, start: int, end: int) -> Iterator[GateFinding]:
    if source.section not in _CLAIMING or cited_keys(source.tex[start:end]):
        return
    for word in direction_words(source.prose, start, end):
        if word.claim in ("better", "worse") and not word.negated:
            yield GateFinding(
                kind="note",
                code=FindingCode.UNSUPPORTED_CLAIM,
                file=source.file,
                line=source.line(word.start),
                excerpt=source.excerpt(word.start, word.end, around=70),
                reason="a claim of quality without a reference to a result in the sentence",
            )
            return


def _clauses(sentence: str, offset: int) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _CLAUSE.finditer(sentence):
        yield offset + start, offset + match.start()
        start = match.end()
    yield offset + start, offset + len(sentence)


def _bind(
    source: SectionSource, references: list[EvidenceReference], low: int, high: int, ledger: Ledger
) -> Iterator[_BoundClaim]:
    words = direction_words(source.prose, low, high)
    settings = {name.rpartition(".")[2].replace("_", " ") for run in ledger.completed for name in run.settings}
    previous: DirectionWord | None = None
    begin = low
    pairs = _pairs(source, references, low)
    for number, reference in enumerate(references):
        comparison = _comparison(source, reference, pairs, low, high, ledger)
        until = references[number + 1].start if number + 1 < len(references) else high
        if comparison is None:
            continue
        fits = [word for word in words if _belongs(word, reference, comparison, source.prose, settings)]
        before = [word for word in fits if begin <= word.start < reference.start]
        after = [word for word in fits if reference.end <= word.start < until and _close(word, reference, source.prose)]
        previous = before[-1] if before else previous or (after[0] if after else None)
        begin = reference.end
        if previous:
            yield _BoundClaim(previous, comparison, reference)


def _pairs(
    source: SectionSource, references: list[EvidenceReference], low: int
) -> dict[EvidenceReference, EvidenceReference | None]:
    """Pair adjacent \\result of the same metric and dataset: which is compared with which.

    None means nothing: it is the reference value of another, or the words between the two do not decide.
    """
    pairs: dict[EvidenceReference, EvidenceReference | None] = {}
    for first, second in itertools.pairwise(references):
        same = first.address.partition("/")[2] == second.address.partition("/")[2] and first.address != second.address
        if not same or "change" in (first.macro, second.macro):
            continue
        between = source.prose[first.end : second.start]
        leading = source.prose[low : first.start].split()
        if leading[-1:] == ["from"] and re.search(r"\bto\b", between):
            pairs |= {second: first, first: None}
        elif _VERSUS.search(between):
            pairs |= {first: second, second: None}
        else:
            pairs |= {first: None, second: None}
    return pairs


def _comparison(
    source: SectionSource,
    reference: EvidenceReference,
    pairs: dict[EvidenceReference, EvidenceReference | None],
    low: int,
    high: int,
    ledger: Ledger,
) -> ResultComparison | None:
    if reference in pairs:
        other = pairs[reference]
        return _compare(ledger, reference.address, other.address.partition("/")[0]) if other else None
    run = reference.address.partition("/")[0]
    if reference.macro == "result":
        named = {f"run_{n}" for n in re.findall(r"\brun[\s~]*(?:\\?_)?[\s~]*(\d+)", source.prose[low:high])}
        if named - {run, BASELINE}:
            return None  # the clause compares with another run
    return _compare(ledger, reference.address, BASELINE)


def _compare(ledger: Ledger, address: str, against: str) -> ResultComparison | None:
    """Return None if there is nothing to compare. Unknown addresses are found by another check."""
    try:
        return ledger.compare(address, against)
    except ToolError:
        return None


def _belongs(
    word: DirectionWord, reference: EvidenceReference, comparison: ResultComparison, prose: str, settings: set[str]
) -> bool:
    """Return whether a direction word describes the reference's metric and not a setting or another noun."""
    ahead = _tokens(prose[word.end : word.end + 80])[:_FAR]
    behind = _tokens(prose[max(0, word.start - 80) : word.start])[-_FAR:]
    metric = comparison.result.metric
    own = {token for token in _tokens(f"{metric.name.replace('_', ' ')} {metric.label}") if len(token) > 1}
    following = f" {' '.join(ahead)} "
    if any(f" {setting} " in following for setting in settings) and not own & set(ahead[:2]):
        return False
    if word.kind == "same" or word.claim in ("better", "worse"):
        return True
    if own & set(ahead) or own & set(behind):
        return True
    if word.kind == "gerund" or word.end > reference.start:
        return False
    between = _tokens(prose[word.end : reference.start])
    return len(between) < _FAR and (not between or between[0] in _PREDICATE or word.kind == "verb")


def _close(word: DirectionWord, reference: EvidenceReference, prose: str) -> bool:
    between = prose[reference.end : word.start]
    return len(_tokens(between)) <= _FAR and not re.search(r"\band\b", between)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
