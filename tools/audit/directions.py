"""Words that name a change, and the direction that they claim."""

from __future__ import annotations

import re

from tools.audit.values import lower_is_better

_DOWN = re.compile(r"\b(?:reduc\w+|decreas\w+|drop\w*|lower\w*|fell|falls?|declin\w+|faster)\b", re.IGNORECASE)
_UP = re.compile(r"\b(?:increas\w+|higher|ris\w+|rose|grew|growth|slower)\b", re.IGNORECASE)
_BETTER = re.compile(r"\b(?:improv(?:es?|ed|ements?|ing)|gains?|better|outperform\w*)\b", re.IGNORECASE)
_WORSE = re.compile(r"\b(?:worse\w*|degrad\w+|deteriorat\w+)\b", re.IGNORECASE)


def names_a_change(text: str) -> bool:
    """Tell whether a text speaks of a change."""
    return any(pattern.search(text) for pattern in (_DOWN, _UP, _BETTER, _WORSE))


def claimed_sign(text: str, place: int, metric: str) -> int:
    """Return the sign of the change that the word nearest to a position claims; 0 if unknown."""
    lower = lower_is_better(metric)
    good = 0 if lower is None else (-1 if lower else 1)
    signs = ((_DOWN, -1), (_UP, 1), (_BETTER, good), (_WORSE, -good))
    found = [(abs(m.start() - place), sign) for pattern, sign in signs for m in pattern.finditer(text)]
    return min(found)[1] if found else 0
