"""The words of comparisons, by sense, read from configs/claim_words.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import yaml

from tools.project import CONFIGS

Degree = Literal["verb", "positive", "comparative", "superlative"]

_IRREGULAR: dict[str, tuple[str, Degree]] = {
    "better": ("good", "comparative"),
    "best": ("good", "superlative"),
    "worse": ("bad", "comparative"),
    "worst": ("bad", "superlative"),
    "less": ("little", "comparative"),
    "least": ("little", "superlative"),
    "more": ("much", "comparative"),
    "most": ("much", "superlative"),
    "fewer": ("few", "comparative"),
    "fewest": ("few", "superlative"),
    "superior": ("superior", "comparative"),
    "inferior": ("inferior", "comparative"),
    "minimal": ("low", "superlative"),
    "maximal": ("high", "superlative"),
    "minimum": ("low", "superlative"),
    "maximum": ("high", "superlative"),
}


@dataclass(frozen=True)
class ClaimWords:
    """The vocabulary. Verbs, adjectives and words of size are given as word -> sense."""

    verbs: dict[str, str]
    adjectives: dict[str, str]
    size: dict[str, str]
    neutral: frozenset[str]
    phrases: dict[str, re.Pattern[str]]
    """Phrases that compare, by sense."""
    patterns: dict[str, re.Pattern[str]]
    """Phrases that tell how a clause is meant, by name."""
    sets: dict[str, frozenset[str]]
    """Named sets of words."""


@dataclass(frozen=True)
class WordSense:
    """What a single word says: its sense, and whether it compares."""

    sense: str
    degree: Degree
    lemma: str


@cache
def claim_words() -> ClaimWords:
    """Load the vocabulary once."""
    data = yaml.safe_load((CONFIGS / "claim_words.yaml").read_text(encoding="utf-8"))
    return ClaimWords(
        verbs=_by_word(data["verbs"]),
        adjectives=_by_word(data["adjectives"]),
        size=_by_word(data["size"]),
        neutral=frozenset(data["neutral"]),
        phrases=_compiled(data["phrases"]),
        patterns=_compiled(data["patterns"]),
        sets={name: frozenset(words) for name, words in data["sets"].items()},
    )


def _by_word(table: dict[str, list[str]]) -> dict[str, str]:
    return {word: sense for sense, words in table.items() for word in words}


def _compiled(table: dict[str, list[Any]]) -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<![\w-])(?:{'|'.join(map(str, alternatives))})(?![\w-])", re.IGNORECASE)
        for name, alternatives in table.items()
    }


def words(name: str) -> frozenset[str]:
    """Return a named set of words."""
    return claim_words().sets[name]


def pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of the phrases that tell how a clause is meant."""
    return claim_words().patterns[name]


@cache
def lemmas(word: str) -> dict[str, tuple[str, ...]]:
    """Return the lemmas of a lower-case word by part of speech (NOUN, VERB, ADJ, ADV)."""
    from lemminflect import getAllLemmas  # type: ignore[import-untyped]  # slow to import

    return {str(part): tuple(found) for part, found in getAllLemmas(word).items()}


@cache
def word_sense(word: str) -> WordSense | None:
    """Return what a lower-case word says in a comparison; None if it compares nothing.

    A comparative or superlative that the vocabulary lacks has the sense 'unknown'.
    """
    known = claim_words()
    if word in _IRREGULAR:
        lemma, degree = _IRREGULAR[word]
        return WordSense(known.adjectives.get(lemma, "unknown"), degree, lemma)
    if word in words("not_comparative"):
        return None
    found = lemmas(word)
    for lemma in found.get("VERB", ()):
        if sense := known.verbs.get(lemma):
            comparative = word.endswith("er") and "ADJ" in found and found["ADJ"][0] != word
            return WordSense(sense, "comparative" if comparative else "verb", lemma)
    for part in ("ADJ", "ADV"):
        for lemma in found.get(part, ()):
            if lemma == word or (part == "ADV" and word.endswith("ly")):
                if sense := known.adjectives.get(lemma):
                    return WordSense(sense, "positive", lemma)
            elif word.endswith("est"):
                return WordSense(known.adjectives.get(lemma, "unknown"), "superlative", lemma)
            elif word.endswith("er"):
                return WordSense(known.adjectives.get(lemma, "unknown"), "comparative", lemma)
    if sense := known.adjectives.get(word):
        return WordSense(sense, "positive", word)
    if sense := known.verbs.get(word):
        return WordSense(sense, "verb", word)
    return None


def may_be_verb(word: str) -> bool:
    """Tell whether a lower-case word is an inflected form of some verb, or a word that no dictionary knows."""
    found = lemmas(word)
    return not found or "VERB" in found


def is_neutral(word: str) -> bool:
    """Tell whether a verb compares nothing, such as 'reaches' or 'uses'."""
    neutral = claim_words().neutral
    return word in neutral or any(lemma in neutral for lemma in lemmas(word).get("VERB", ()))
