"""Find what a word of comparison is about: a metric, a setting, or something that the study did not measure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.gate.statements.clause_words import ClauseWord, separated
from tools.gate.statements.clauses import Clause
from tools.gate.statements.lexicon import is_neutral, lemmas, may_be_verb, word_sense, words
from tools.gate.statements.numerals import numerals
from tools.gate.statements.predicate import Predicate

_CONDITION = re.compile(
    r"\b(?:with|at|by|using|for|under|of|to|from|use|uses|used|train\w*|chose|choose|try|tried|test\w*|run|ran)\s+"
    r"(?:the|a|an|its|our|even|still)?\s*(?:\w+ly\s+)?$",
    re.IGNORECASE,
)
_THAN_A_LIMIT = re.compile(
    r"\s+than\s+(?:\d|the noise|chance|expected|that many)"
    r"|\s+(?:from\s+(?:[\w-]+\s+){1,4})?than\s+(?:one|two|three|four|five|six|ten)\s+(?:standard|times|units|widths)\b"
)
_MADE = re.compile(r"\bma[dk]e\s+(?:it|them|the\s+\w+)\s+$", re.IGNORECASE)
_ENDS_ARGUMENT = frozenset(
    ["on", "in", "at", "than", "by", "over", "for", "with", "without", "across", "from", "when", "while"]
)
_VERB_AFTER_NAME = re.compile(r"(?:\s+(?:[a-z]+ly|also|then|even|again|still|now|clearly))*\s+([a-z]+)(?![\w-])")


def of_condition(word: ClauseWord) -> bool:
    """Tell whether a word belongs to a condition, as in 'with a larger batch'."""
    return _CONDITION.search(word.text_before) is not None


def comparative_subject(found: Sequence[ClauseWord], index: int) -> str | None:
    """Return what a comparative is about if it was not measured, '' if it is about a result, None if it is no claim."""
    word = found[index]
    if _THAN_A_LIMIT.match(word.text_after) or _MADE.search(word.text_before):
        return None
    following = found[index + 1] if index + 1 < len(found) else None
    if following is None or separated(word, following):
        return unmeasured_subject(found, index)
    noun = following.text
    if noun == "than":
        of_setting = [m.kind for m in word.clause.mentions if m.end <= word.start and m.kind != "dataset"][-1:] == [
            "setting"
        ]
        return None if of_setting else unmeasured_subject(found, index)
    mention = next(
        (
            m
            for m in word.clause.mentions
            if m.start <= following.start < m.end or (m.kind == "metric" and 0 <= m.start - word.end <= 10)
        ),
        None,
    )
    if mention and mention.kind in ("metric", "dataset"):
        return ""
    if mention and mention.kind == "setting":
        return None
    if mention and mention.kind == "run":
        return "" if word.text in ("best", "worst") else None
    head = _head_noun(found, index + 1)
    if head in words("vague_metrics"):
        return ""  # 'better diffusion samples'
    if head and (noun in words("vague_metrics") or noun in ("sample", "samples", "training", "model")):
        return head
    if noun in words("settings_nouns") | words("no_subjects") - _ENDS_ARGUMENT:
        condition = of_condition(word) and noun not in ("values", "value", "results", "samples", "sample")
        return None if condition or noun in words("never_measured") else ""
    known = noun in words("prepositions") or noun in words("vague_metrics")
    if not known and (not lemmas(noun) or "NOUN" in lemmas(noun)):
        return noun
    return unmeasured_subject(found, index)


def _head_noun(found: Sequence[ClauseWord], index: int) -> str:
    """Return the noun behind a word that modifies it, as in 'sample diversity'; '' if there is none or it is named."""
    if index + 1 >= len(found) or separated(found[index], found[index + 1]):
        return ""
    head = found[index + 1]
    if head.text in words("vague_metrics"):
        return head.text
    known = head.text in words("prepositions") or head.text in words("no_subjects")
    return "" if known or head.is_named or set(lemmas(head.text)) != {"NOUN"} else head.text


def unmeasured_subject(found: Sequence[ClauseWord], index: int) -> str:
    """Return a noun near a predicate that the study did not measure, '' if there is none."""
    word = found[index]
    clause = word.clause
    metrics = clause.named("metric")
    if word.text in ("best", "worst", "better", "worse") and word.previous[-1:] in (("did",), ("does",), ("do",)):
        return ""  # 'the sampler that did best': who does best is no measure
    if (metrics and abs(metrics[0].start - word.start) < 80) or (clause.measured and not metrics):
        return ""
    for other in [*_words_before(found, index), *_words_after(found, index)]:
        text = other.text
        skipped = text in words("no_subjects") or text in words("vague_metrics") or text in words("prepositions")
        modifies = other.next[:1] and other.next[0] in words("vague_metrics")  # 'a diffusion model'
        if skipped or modifies or text.endswith("ly") or other.is_named or next(numerals(text), None):
            continue
        forms = lemmas(text)
        if not forms or ("NOUN" in forms and "ADV" not in forms and not is_neutral(text)):
            return text
    return ""


def _words_before(found: Sequence[ClauseWord], index: int) -> list[ClauseWord]:
    near: list[ClauseWord] = []
    for step in range(index - 1, max(-1, index - 5), -1):
        if separated(found[step], found[step + 1]):
            break
        near.append(found[step])
    return near


def _words_after(found: Sequence[ClauseWord], index: int) -> list[ClauseWord]:
    near: list[ClauseWord] = []
    for step in range(index + 1, min(len(found), index + 4)):
        if found[step].text in _ENDS_ARGUMENT or separated(found[step - 1], found[step]):
            break
        near.append(found[step])
    return near


def unknown_verb(clause: Clause) -> Predicate | None:
    """Return a verb that says something of a run or metric and that the vocabulary lacks."""
    for mention in clause.mentions:
        match = _VERB_AFTER_NAME.match(clause.text[mention.end - clause.start :])
        if not match or mention.kind == "setting":
            continue
        word = match[1]
        known = word in words("prepositions") or word in words("no_subjects") or is_neutral(word) or word_sense(word)
        if known or not may_be_verb(word):
            continue
        if word.endswith(("s", "ed")) or set(lemmas(word)) == {"VERB"}:
            start = mention.end + match.start(1)
            return Predicate("unknown", start, start + len(word), word, "verb")
    return None
