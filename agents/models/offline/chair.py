"""The area chair: puts the reviews side by side; the decision is the one that the form's rule gives."""

from __future__ import annotations

import re

from agents.models.offline.script import Opening, Script, call, say


def chair(opening: Opening) -> Script:
    """Reads the reviews, names agreement and disagreement, and decides as the scores do."""
    reviews = yield from call("read_reviews")
    overall = [
        float(score) for score in re.findall(r"^(?:Overall|Rating)[^:\n]*: (\d+(?:\.\d+)?)", reviews.text, re.MULTILINE)
    ]
    names = re.findall(r"^\[(\w+)\]", reviews.text, re.MULTILINE)
    weaknesses = re.findall(r"^Weaknesses: \n((?:  - .*\n?)+)", reviews.text, re.MULTILINE)
    points = [point[4:].strip() for block in weaknesses for point in block.splitlines() if "None among" not in point]
    words = re.search(r"one of: (.+)", str(opening.tools["submit_meta_review"]["properties"]["decision"]))
    choices = re.findall(r"[A-Z]\w+", words[1]) if words else ["Accept", "Reject"]
    spread = f"from {min(overall):g} to {max(overall):g}" if overall else "not given"
    arguments = {
        "summary": f"{len(names)} reviewers ({', '.join(names)}) read the paper. These reviews come from checklists; no "
        "language model has read the paper.",
        "discussion": f"The overall scores go {spread}. "
        + (f"Points raised: {' '.join(points)}" if points else "No reviewer raised a point that is missing."),
        "reasons": "The decision follows from the scores by the form's rule; a checklist has no arguments beyond them.",
    }
    answer = None
    bar = re.search(r"is at least (\d+(?:\.\d+)?)", opening.task)
    likely = bool(overall and bar and round(sum(overall) / len(overall)) >= float(bar[1]))
    for decision in sorted(choices[:2], key=lambda choice: choice.startswith("Accept") != likely):
        answer = yield from call("submit_meta_review", decision=decision, **arguments)
        if not answer.failed:
            break
    yield from say(answer.text if answer else "There is no decision to choose from.")
