"""The authors on a panel: answer the reviews point by point from the paper as it stands. They promise nothing."""

from __future__ import annotations

import re

from agents.offline.script import Opening, Script, call, say


def authors(opening: Opening) -> Script:
    """Reads the reviews and answers each weakness once; without a new version of the paper the answer is an open one."""
    reviews = yield from call("read_reviews")
    blocks = re.findall(r"^Weaknesses: \n((?:  - .*\n?)+)", reviews.text, re.MULTILINE)
    points = list(dict.fromkeys(point[4:].strip() for block in blocks for point in block.splitlines()))
    answers = [
        f"- {point} The paper before the panel does not answer this; a new version would have to." for point in points
    ]
    text = "\n".join(answers) or "- The reviews name no weakness that could be answered."
    answer = yield from call("submit_rebuttal", answers=f"# Answer to the reviews\n\n{text}")
    yield from say(answer.text)
    while True:
        yield from say("Everything we can say stands in the rebuttal.")
