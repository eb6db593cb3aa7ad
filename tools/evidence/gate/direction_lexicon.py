"""The words that say in which direction a result changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Claim = Literal["lower", "higher", "better", "worse", "same"]

_VERBS: dict[Claim, str] = {
    "lower": r"lowers?|lowered|reduces?|reduced|reductions?|decreases?|decreased|drops?|dropped|falls?|fell|shrinks?"
    r"|shrank|declines?|declined|halves|halved",
    "higher": r"raises?|raised|increases?|increased|rises?|rose|grows?|grew|exceeds?|exceeded|doubles|doubled",
    "better": r"improves?|improved|improving|improvements?|outperforms?|outperformed|outperforming|surpass(?:es|ed)?"
    r"|beats?|enhances?|enhanced|benefits?|benefited",
    "worse": r"worsens?|worsened|degrades?|degraded|degradations?|deteriorates?|deteriorated|underperforms?"
    r"|underperformed|harms?|harmed|hurts?",
}
_GERUNDS: dict[Claim, str] = {"lower": r"lowering|reducing|decreasing", "higher": r"raising|increasing|doubling"}
_ADJECTIVES: dict[Claim, str] = {
    "lower": r"lower|smaller",
    "higher": r"higher|larger|greater",
    "better": r"better|superior|best",
    "worse": r"worse|inferior|worst",
}
_SAME = (
    r"unchanged|indistinguishable|insignificant|no (?:\w+ ){0,2}(?:change|difference|effect)"
    r"|not (?:\w+ )?significant(?:ly)?|within (?:the )?(?:noise|chance)"
)
_PATTERN = re.compile(
    rf"(?<![-\w])(?:(?P<same>{_SAME})|"
    + "|".join(
        rf"(?P<{kind}_{claim}>{words})"
        for kind, table in (("verb", _VERBS), ("gerund", _GERUNDS), ("adjective", _ADJECTIVES))
        for claim, words in table.items()
    )
    + r")\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|no|never|without|neither|nor|hardly|cannot|rather than|fail(?:s|ed)? to|n't)\b", re.I)
# Suppositions, intentions and questions are not claims.
_OPEN = re.compile(
    r"\b(?:may|might|could|would|if|whether|expect(?:ed|s)?|hypothesi[sz]\w*|aims?|intend\w*|in order to|hop(?:e|ed)"
    r"|predict(?:s|ed)?|conjecture\w*|should|future)\b",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r"\b(?<!leads )(?<!led )(?<!leading )(?<!due )to\s+$", re.IGNORECASE)
_BASE_FORM = re.compile(
    r"(?:lower|reduce|decrease|raise|increase|improve|enhance|outperform|surpass|beat)$", re.IGNORECASE
)
_CONVENTION = re.compile(
    r"\b(?:lower|higher|smaller|larger|greater) (?:values? )?(?:is|are|means?) (?:better|worse)\b", re.I
)
_GIVEN = re.compile(r"\b(?:the|an|a|our|this|its)\s+$", re.IGNORECASE)
_NOISE = re.compile(
    r"not (?:\w+ )?significant|no (?:\w+ )?significant|insignificant|within (?:the )?(?:noise|error|chance)"
    r"|\bby chance\b|from chance|indistinguishable|inconclusive|not (?:been )?tested|untested|(?:single|one) seed"
    r"|noise floor",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?<!not on )(?<!not across )(?<!not for )(?<!not )(?<!nor on )"
    r"\b(?:(?:all|every|each|both)\s+(?:\w+\s+){0,2}datasets?|consistently|uniformly|in (?:all|every) cases?"
    r"|across the board)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DirectionWord:
    """A direction word and its position. An adjective or a gerund may belong to any noun ("increasing the width")."""

    claim: Claim
    kind: Literal["verb", "gerund", "adjective", "same"]
    text: str
    start: int
    end: int
    negated: bool


def direction_words(prose: str, start: int, end: int) -> list[DirectionWord]:
    """Return the direction words between two positions, except suppositions, intentions and questions."""
    text = prose[start:end]
    found = []
    explained = [match.span() for match in _CONVENTION.finditer(text)]
    for match in _PATTERN.finditer(text):
        kind, _, claim = (match.lastgroup or "").partition("_")
        before = text[: match.start()]
        if any(low <= match.start() < high for low, high in explained):
            continue  # "lower is better" says how to read a metric
        if _OPEN.search(before) or (_PURPOSE.search(before) and _BASE_FORM.match(match[0])):
            continue
        if claim == "better" and match[0].lower() in ("improved", "enhanced") and _GIVEN.search(before):
            continue  # "the improved schedule" is a name
        nearby = " ".join(before.split()[-4:])
        found.append(
            DirectionWord(
                claim=claim or "same",  # type: ignore[arg-type]
                kind=kind,  # type: ignore[arg-type]
                text=match[0],
                start=start + match.start(),
                end=start + match.end(),
                negated=kind != "same" and _NEGATION.search(nearby) is not None,
            )
        )
    return found


def admits_noise(text: str) -> bool:
    """Return whether a sentence admits that the difference may be chance, or was seen once."""
    return _NOISE.search(text) is not None


def claims_all_datasets(text: str) -> bool:
    """Return whether a sentence makes a claim about all datasets."""
    return _ALL.search(" ".join(text.split())) is not None
