"""The state of a participant's current turn, shared by its durable wrappers."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tools.toolsets.tool import REQUEST

MOST_REPEATED_REFUSALS = 3
"""After so many refusals of the same call in a row, a turn ends."""


@dataclass
class TurnState:
    """The journal key of the current turn and what its calls have led to."""

    speaker: str
    key: str = ""
    model_calls: int = 0
    tool_calls: Counter[str] = field(default_factory=Counter)
    """Number of calls by `name:digest of the arguments`."""
    refusals: Counter[str] = field(default_factory=Counter)
    """How often in a row a call was refused for the same reason, by `name:digest of the arguments`."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a call was refused last, without numbers, by `name:digest of the arguments`."""
    stuck: str = ""
    """Why the turn cannot go on: the same call was refused again and again. Empty if it can."""
    submissions: list[tuple[str, str]] = field(default_factory=list)
    """Deliverable and status of every submission."""
    submission_text: str = ""
    """What the tool returned with the newest submission."""
    messages: list[str] = field(default_factory=list)
    """What the others must hear, whatever the turn says: requests, and what is missing in a returned deliverable."""

    def begin(self, key: str) -> None:
        self.key, self.model_calls, self.stuck = key, 0, ""
        self.refusals.clear()
        self.reasons.clear()
        self.tool_calls.clear()
        self.submissions.clear()
        self.messages.clear()

    def add_submissions(self, submissions: Iterable[tuple[str, str]], text: str) -> None:
        """Add the submissions of one tool call, possibly none, and the text that the tool returned."""
        if found := list(submissions):
            self.submissions += found
            self.submission_text = text
            if any(status == "returned" or deliverable.startswith(REQUEST) for deliverable, status in found):
                self.messages.append(text)

    def add_result(self, call: str, failed: bool, text: str) -> None:
        """Count refusals of the same call, so that a turn does not repeat it without end.

        Another reason is progress: a submission has the same arguments each time, and what it lacks becomes less.
        """
        name, reason = call.partition(":")[0], re.sub(r"\d+", "", text)
        before = self.refusals[call] if self.reasons.get(call) == reason else 0
        self.refusals[call], self.reasons[call] = (before + 1, reason) if failed else (0, "")
        if self.refusals[call] >= MOST_REPEATED_REFUSALS:
            self.stuck = (
                f"(My turn ended because {name} was refused {self.refusals[call]} times in the same way: {text})"
            )

    def statuses(self, *wanted: str) -> list[str]:
        """Return the deliverables with one of the wanted statuses, sorted."""
        return sorted({deliverable for deliverable, status in self.submissions if status in wanted})

    @property
    def tools_used(self) -> set[str]:
        return {call.partition(":")[0] for call in self.tool_calls}


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value, in hex."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
