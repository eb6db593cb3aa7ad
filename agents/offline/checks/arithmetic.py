"""Percentages that a paper states beside the two values they come from, worked out again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.offline.checks.paper import ReadPaper

_STATED = re.compile(
    r"(?P<percent>\d+(?:\.\d+)?) ?%\s+(?:\w+ )?(?P<word>reduction|decrease|drop|lower|increase|rise|higher|improvement|gain|"
    r"better|worse)\w*,? ?\(?from (?P<before>\d+(?:\.\d+)?)%? to (?P<after>\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_DOWN, _UP = {"reduction", "decrease", "drop", "lower"}, {"increase", "rise", "higher"}
_GOOD = {"improvement", "gain", "better"}
_SLACK = 0.15
"""Percentage points that rounding of the two values may take, beside their own last digit."""


@dataclass(frozen=True)
class Stated:
    """One such statement; `problem` is what is wrong with it, empty where it agrees."""

    text: str
    problem: str


def percentages(paper: ReadPaper) -> list[Stated]:
    """Every percentage with its two values. A wrong size, and a direction that contradicts the word or its neighbours."""
    matches = [(s.text, match) for s in paper.sentences for match in _STATED.finditer(s.text)]
    falls = [float(m["after"]) < float(m["before"]) for _, m in matches if m["word"].lower() in _DOWN | _GOOD]
    mostly_down = sum(falls) > len(falls) / 2
    return [Stated(text, _problem(match, mostly_down, len(falls))) for text, match in matches]


def _problem(match: re.Match[str], mostly_down: bool, neighbours: int) -> str:
    percent, before, after = float(match["percent"]), float(match["before"]), float(match["after"])
    if before == 0:
        return ""
    change = 100 * (after - before) / before
    went = "rise" if change > 0 else "fall"
    word = match["word"].lower()
    slack = _SLACK + 100 * 10.0 ** -len(match["before"].partition(".")[2]) / before
    if abs(abs(change) - percent) > slack:
        return f"The values give a {went} of {abs(change):.1f}%, not {percent:g}%"
    if (word in _DOWN and change > 0) or (word in _UP and change < 0):
        return f"It says {word}, and the values {went} by {abs(change):.1f}%"
    if word in _GOOD and neighbours > 1 and (change < 0) != mostly_down:
        others = "fall" if mostly_down else "rise"
        return f"The values {went} by {abs(change):.1f}%, called an {word}, while most others here {others}"
    return ""
