"""The area chair and the authors of a panel. The chair decides as the form's rule does; the authors promise nothing."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agents.offline.script import Opening, Script, call, say, submit
from agents.offline.state import PanelVariables
from agents.offline.text import join
from tools.review import ReviewRecord
from tools.toolsets.data import PanelReviews

_POINTS = 6


def chair(opening: Opening) -> Script:
    """Read the reviews, name agreement and disagreement, and submit the decision that follows from the scores."""
    form = opening.state.variables.read(PanelVariables).form
    everyone = (yield from call("read_reviews")).read(PanelReviews).reviews
    records = [record for record in everyone if not record.abstained]
    if not records:
        why = "All reviewers abstained" if everyone else "No review was submitted"
        while True:
            yield from say(f"{why}, so there is nothing to base a decision on. I make none.")
    scores = form.valid_scores([record.review for record in records], form.overall)
    score = int(statistics.median_low(scores)) if scores and form.rule.by == "chair" else None
    decision = form.decide([record.review for record in records], score)
    arguments: dict[str, object] = {
        "summary": f"{len(records)} reviewers ({join([r.reviewer for r in records])}) read the paper. "
        "These reviews come from checklists; no language model has read the paper.",
        "discussion": _discussion(records, scores, [record for record in everyone if record.abstained]),
        "reasons": "The decision follows from the scores by the form's rule; a checklist has no arguments beyond them.",
        "decision": decision,
    }
    if score is not None:
        arguments["score"] = score
    answer = yield from call("submit_meta_review", **arguments)
    yield from say(answer.text)


def authors(opening: Opening) -> Script:
    """Answer each weakness once; without a new version of the paper no answer can be more than an open one."""
    records = (yield from call("read_reviews")).read(PanelReviews).reviews
    points = weaknesses(record.review for record in records)
    answers = [
        f"- {point} The paper under review does not answer this; a new version would have to." for point in points
    ]
    text = "\n".join(answers) or "- The reviews name no weakness that could be answered."
    answer = yield from submit("submit_rebuttal", answers=f"# Answer to the reviews\n\n{text}")
    yield from say(answer.text)
    while True:
        yield from say("Everything we can say is in the rebuttal.")


def weaknesses(reviews: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the points under the forms' questions for weaknesses, each once."""
    found = [point for review in reviews for points in _weak_points(review) for point in points]
    return list(dict.fromkeys(str(point).strip() for point in found))


def _weak_points(review: Mapping[str, Any]) -> list[list[Any]]:
    return [value for name, value in review.items() if "weak" in name.lower() and isinstance(value, list)]


def _discussion(records: Sequence[ReviewRecord], scores: Sequence[float], abstained: Sequence[ReviewRecord]) -> str:
    """Return how far the scores lie apart and what weighs most with each reviewer."""
    spread = f"from {min(scores):g} to {max(scores):g}" if scores else "nowhere, since none is given"
    names = join([record.reviewer for record in abstained])
    without = f" {names} abstained and count for nothing here." if abstained else ""
    points = [weaknesses([record.review]) for record in records]
    count = sum(map(len, points))
    if not count:
        return f"The overall scores go {spread}. No reviewer found a countable weakness.{without}"
    first = [point for row in range(max(map(len, points))) for of_one in points for point in of_one[row : row + 1]]
    lost = sum(bool(record.not_found) for record in records)
    trust = f" {lost} of the reviews quote what the paper does not say, and weigh less." if lost else ""
    found = f"The reviewers found {count} weaknesses in all, each in a field of its own, so none contradicts another."
    if count == 1:
        found = "The reviewers found one weakness."
    return (
        f"The overall scores go {spread}. {found}{trust}{without} {'It is:' if count == 1 else 'The first ones:'}\n"
        + "\n".join(f"- {point}" for point in first[:_POINTS])
    )
