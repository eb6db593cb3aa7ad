"""The area chair: puts the reviews side by side; the decision is the one that the form's rule gives."""

from __future__ import annotations

import re
import statistics

from agents.offline.script import Opening, Script, call, say

_POINTS = 6


def chair(opening: Opening) -> Script:
    """Reads the reviews, names agreement and disagreement, and decides as the scores do."""
    reviews = yield from call("read_reviews")
    asked = opening.tools["submit_meta_review"]["properties"]
    overall = [
        float(score) for score in re.findall(r"^(?:Overall|Rating)[^:\n]*: (\d+(?:\.\d+)?)", reviews.text, re.MULTILINE)
    ]
    names = re.findall(r"^\[(\w+)\]", reviews.text, re.MULTILINE)
    names = [name for name in names if name != "rebuttal"]
    arguments: dict[str, object] = {
        "summary": f"{len(names)} reviewers ({', '.join(names)}) read the paper. These reviews come from checklists; no "
        "language model has read the paper.",
        "discussion": _discussion(overall, reviews.text),
        "reasons": "The decision follows from the scores by the form's rule; a checklist has no arguments beyond them.",
    }
    if "score" in asked and overall:
        arguments["score"] = int(statistics.median_low(overall))
    words = re.search(r"one of: (.+)", str(asked["decision"]["description"]))
    choices = words[1].split(", ") if words else ["Accept", "Reject"]
    bar = re.search(r"is at least (\d+(?:\.\d+)?)", opening.task)
    likely = bool(overall and bar and round(statistics.fmean(overall)) >= float(bar[1]))
    answer = None
    for decision in choices if likely else reversed(choices):
        answer = yield from call("submit_meta_review", decision=decision, **arguments)
        if not answer.failed:
            break
    yield from say(answer.text if answer else "There is no decision to choose from.")


def _discussion(overall: list[float], reviews: str) -> str:
    """How far the scores lie apart, and what weighs most with each reviewer."""
    spread = f"from {min(overall):g} to {max(overall):g}" if overall else "nowhere, since none is given"
    blocks = re.findall(r"^Weaknesses: \n((?:  - .*\n?)+)", reviews, re.MULTILINE)
    points = [[point[4:].strip() for point in block.splitlines()] for block in blocks]
    count = sum(map(len, points))
    if not count:
        return f"The overall scores go {spread}. No reviewer found a weakness among the things that can be counted."
    first = [point for row in range(max(map(len, points))) for of_one in points for point in of_one[row : row + 1]]
    lost = len(re.findall(r"^\(a program looked the quotations up; not in the paper", reviews, re.MULTILINE))
    trust = f" {lost} of the reviews quote what the paper does not say, and weigh less." if lost else ""
    return (
        f"The overall scores go {spread}. The reviewers found {count} weaknesses in all, each in a field of its own, so "
        f"none contradicts another.{trust} The first ones:\n" + "\n".join(f"- {point}" for point in first[:_POINTS])
    )
