"""The turn that a seat is in, shared by its three seams."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class TurnState:
    """The turn that one seat is in: the key its calls are recorded under, and what they have led to."""

    speaker: str
    key: str = ""
    model_calls: int = 0
    tool_calls: Counter[str] = field(default_factory=Counter)
    submissions: list[tuple[str, str]] = field(default_factory=list)
    handed_in: str = ""
    """What the tool said with which the newest deliverable was handed in, accepted or returned."""

    def begin(self, key: str) -> None:
        self.key, self.model_calls = key, 0
        self.tool_calls.clear()
        self.submissions.clear()

    def submitted(self, submissions: Iterable[tuple[str, str]], answer: str) -> None:
        """Note what a tool call has handed in, which may be nothing, and what the tool said."""
        if found := list(submissions):
            self.submissions += found
            self.handed_in = answer

    def statuses(self, *wanted: str) -> list[str]:
        return sorted({deliverable for deliverable, status in self.submissions if status in wanted})


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
