"""Find what a clause claims: comparisons, superlatives, sizes, records, causes, and words that cannot be understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tools.gate.statements.clauses import Clause, denies_chance
from tools.gate.statements.lexicon import claim_words, pattern
from tools.gate.statements.predicate import Predicate
from tools.gate.statements.study import Study
from tools.gate.statements.word_predicates import word_predicates

_OF_SIGNIFICANCE = re.compile(
    r"^[^.;,(]*significan|^\w+ not \w+ (?:[\w-]+ ){0,6}(?:significan|much\b|strongly|noticeabl|marked|clearly|substantial)",
    re.IGNORECASE,
)
"""Of a phrase such as 'no change': it speaks of a test, and not of equal results."""
_WHY = re.compile(r"\b(?:why|how)\b", re.IGNORECASE)
_EXTREMES = {"best": "better", "last": "worse"}
_NONE = re.compile(r"\s+(?:none|neither)\b", re.IGNORECASE)
"""'It helps on two of them and harms none.'"""
_WE_DID_NOT = re.compile(r"\bwe\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_P_VALUE = re.compile(r"\bp\W{0,3}values?(?:\s+of\s+[^,;]{0,30})?\s+$", re.IGNORECASE)
_ZERO = re.compile(r"\s+(?:zero|0)(?![\w.])", re.IGNORECASE)
_OF_NOISE = re.compile(r"\s+(?:(?:the|its|this)\s+)?(?:\w+\s+)?(?:noise|chance|threshold)\b", re.IGNORECASE)
_NO_SELECTION = re.compile(r"\b(?:no|not|never|same|every|each|without selecting|neither)\b", re.IGNORECASE)


def predicates(clause: Clause, study: Study) -> list[Predicate]:
    """Return the predicates of a clause in order. Where two overlap, the longer one counts."""
    phrases = list(_phrases(clause, study))
    taken = [(p.start, p.end) for p in phrases] + [(m.start, m.end) for m in clause.mentions]
    kept: list[Predicate] = []
    for predicate in sorted([*phrases, *word_predicates(clause, study, taken)], key=lambda p: (p.start, -p.end)):
        if kept and predicate.start < kept[-1].end:
            continue
        if predicate.lemma == "equal" and any(0 <= r.start - predicate.end <= 3 for r in clause.measured):
            continue  # 'equals 0.3' states a value
        before = clause.text[: predicate.start - clause.start].split()[-5:]
        stated = _WHY.split(" ".join(before))[-1]  # 'it does not show why run 3 is lower' denies no difference
        denied = pattern("negation").search(stated) or _NONE.match(clause.text, predicate.end - clause.start)
        kept.append(replace(predicate, negated=denied is not None))
    return kept


def _metric_at(clause: Clause, at: int) -> bool:
    return any(0 <= m.start - at <= 2 for m in clause.named("metric"))


def _phrases(clause: Clause, study: Study) -> Iterator[Predicate]:
    for sense, phrases in claim_words().phrases.items():
        if sense in ("all", "none", "significant"):
            continue
        for match in phrases.finditer(clause.text):
            start, end = clause.start + match.start(), clause.start + match.end()
            if any(m.by_setting and m.start < end and start < m.end for m in clause.mentions):
                continue
            if sense == "cause" and match[0].lower().startswith("help") and _metric_at(clause, end):
                continue  # 'helps the loss' compares
            if sense == "seed" and _NO_SELECTION.search(clause.text[max(0, match.start() - 25) : match.end()]):
                continue
            if (
                sense in ("lower", "higher")
                and _ZERO.match(clause.text, match.end())
                and _has_sign(clause, study, sense)
            ):
                continue
            if sense in ("lower", "higher") and _OF_NOISE.match(clause.text, match.end()):
                continue
            if sense == "noise" and "tested" in match[0].lower() and _WE_DID_NOT.search(clause.text[: match.start()]):
                continue  # 'we have not tested this'
            if sense in ("lower", "higher") and _of_the_method(clause, study, match.start()):
                continue
            if sense in _EXTREMES:
                yield Predicate(_EXTREMES[sense], start, end, match[0], "superlative")
                continue
            if sense in ("lower", "higher") and _P_VALUE.search(clause.text[: match.start()]):
                yield Predicate("noise" if sense == "higher" else "different", start, end, match[0], "phrase")
                continue
            chance = sense == "same" and _OF_SIGNIFICANCE.search(match[0] + clause.text[match.end() : match.end() + 60])
            if sense == "noise" and denies_chance(clause.text, match):
                sense_here = "different"
            else:
                sense_here = "noise" if chance else sense
            yield Predicate(sense_here, start, end, match[0], "phrase")


def _has_sign(clause: Clause, study: Study, sense: str) -> bool:
    """Tell whether the values that a clause prints are below zero, or above it."""
    values = [
        study.ledger.result(r.address).mean
        for r in clause.measured
        if r.macro == "result" and r.address in study.addresses
    ]
    return bool(values) and all((value < 0) == (sense == "lower") for value in values)


def _of_the_method(clause: Clause, study: Study, at: int) -> bool:
    """Tell whether what is higher or lower is a part of the code, as in 'the gate rises above one', and no result."""
    if clause.measured or clause.claims or any(m.kind in ("metric", "run", "dataset") for m in clause.mentions):
        return False
    return any(word[:5] in study.name_stems for word in re.findall(r"[a-z]{4,}", clause.text[:at].lower())[-5:])
