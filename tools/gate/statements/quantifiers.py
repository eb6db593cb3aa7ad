"""Read over how many datasets or runs a clause speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tools.gate.statements.lexicon import pattern
from tools.gate.statements.numerals import numerals

_EXCEPT = re.compile(
    r"\b(?:except|but|apart from|other than|save|besides|excluding)\s+(?:for\s+|on\s+)?"
    r"(\w+(?:(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+)\w+)*)",
    re.IGNORECASE,
)
_NOT_ALL = r"\bnot\s+(?:\w+\s+)?(?:on|for|in|across|at)?\s*(?:all|every|each|both)\b[^,;]{0,25}?"
_NONE = r"\b(?:no|none of (?:the|our|these)?|neither|not (?:a single|one))\s+(?:\w+\s+){0,2}?"
_ALL = (
    r"\b(?:all|every|each|both|any|the whole|whatever|either)\s+(?:of\s+)?(?:the\s+|our\s+|its\s+|other\s+)?"
    r"(?:[\w-]+\s+){0,2}?"
)
_ALL_BUT = r"\b(?:all|every)\s+but\s+(?P<missing>\w+)\s+(?:of\s+)?(?:the\s+|our\s+)?(?:\w+\s+)?"
_MOST = r"\b(?:most\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+)?|(?:a|the) majority of (?:the )?)"
_SOME = r"\b(?:some|several|at least one)\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+)?"
_COUNT = r"\b(?P<n>\w+)(?:\s+(?:out\s+)?of\s+(?:the\s+|our\s+|all\s+)?(?P<m>\w+))?\s+(?:\w+\s+)?"


@dataclass(frozen=True)
class Quantifier:
    """Over how many datasets or runs a claim goes."""

    kind: Literal["all", "none", "not_all", "some", "most", "count"]
    count: int = 0
    except_for: tuple[str, ...] = ()


def quantifier(text: str, noun: Literal["datasets", "runs"], names: Sequence[str]) -> Quantifier | None:
    """Return the quantifier over datasets or runs in a text. `names` are all datasets or runs."""

    def says(words: str) -> re.Match[str] | None:
        return re.search(rf"{words}{pattern(noun).pattern}", text, re.IGNORECASE)

    excluded = _EXCEPT.search(text)
    left_out = re.findall(r"\w+", excluded[1].lower()) if excluded else []
    except_for = tuple(name for name in names if name.lower() in left_out)
    if says(_NOT_ALL):
        return Quantifier("not_all")
    if says(_NONE):
        return Quantifier("none")
    if (but := says(_ALL_BUT)) and (missing := whole_number(but["missing"])) is not None:
        return Quantifier("count", len(names) - missing)
    if says(_ALL):
        return Quantifier("all", except_for=except_for)
    if says(_MOST):
        return Quantifier("most")
    if says(_SOME):
        return Quantifier("some")
    if match := says(_COUNT):
        count = whole_number(match["n"])
        if noun == "runs" and count == len(names) + 1:
            return Quantifier("all", except_for=except_for)  # with the baseline
        if count is not None and count <= len(names):
            part = count < len(names) or (match["m"] and whole_number(match["m"]) is not None)
            return Quantifier("count", count) if part else Quantifier("all", except_for=except_for)
    return None


def whole_number(word: str) -> int | None:
    """Return the whole number that a word is; None for other words."""
    if word.lower() == "one":
        return 1
    found = list(numerals(f"{word} "))
    whole = len(found) == 1 and found[0].form == "integer" and found[0].text.strip() == word
    return int(found[0].value) if whole else None
