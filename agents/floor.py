"""The floor of one phase: the turns so far, who has it next, and when the phase is over. Knows nothing of autogen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agents.conduct import Conduct
from agents.policies import Policy, Seats, Turn


@dataclass(frozen=True)
class Limits:
    """What a phase may take. None means no limit of its own."""

    turns: int = 20
    minutes: float | None = None
    dollars: float | None = None


@dataclass(frozen=True)
class Ending:
    """Why a phase is over, in a word and in a sentence."""

    kind: Literal["accepted", "turns", "time", "cost", "silence", "stopped"]
    reason: str


Selector = Callable[[Sequence[Turn], Seats], Awaitable[str]]


@dataclass
class Floor:
    """`deliverable` is what the phase is for; the phase ends when a turn has it accepted."""

    seats: Seats
    policy: Policy | None
    """None where a model picks the next speaker."""
    deliverable: str
    limits: Limits
    conduct: Conduct
    selector: Selector | None = None
    turns: list[Turn] = field(default_factory=list)
    seconds: float = 0.0
    dollars: float = 0.0
    round: int = 0
    ending: Ending | None = None

    def said(self, turn: Turn, seconds: float, dollars: float) -> None:
        self.turns.append(turn)
        self.turns.sort(key=lambda t: (t.round, self.seats.names.index(t.speaker)))
        self.seconds += seconds
        self.dollars += dollars

    async def next(self) -> list[str]:
        """The next speakers; none when the phase is over, and then `ending` says why."""
        self.ending = self._over()
        if self.ending:
            return []
        if self.selector:
            speakers = [await self.selector(self.turns, self.seats)]
        else:
            speakers = self.policy(self.turns) if self.policy else []
        if not speakers:
            missing = f", {self.deliverable} was not submitted" if self.deliverable else ""
            self.ending = Ending("silence", f"everybody has spoken{missing}")
        self.round += 1
        return speakers

    def _over(self) -> Ending | None:
        if self.conduct.stopping:
            return Ending("stopped", self.conduct.stop_reason)
        if any(self.deliverable in turn.accepted for turn in self.turns):
            return Ending("accepted", f"{self.deliverable} accepted after {_turns(len(self.turns))}")
        limits = self.limits
        if len(self.turns) >= limits.turns:
            return Ending("turns", f"turn limit: {_turns(len(self.turns))} of {limits.turns}")
        if limits.minutes is not None and self.seconds > limits.minutes * 60:
            return Ending("time", f"time limit: {self.seconds / 60:.1f} of {limits.minutes:g} minutes")
        if limits.dollars is not None and self.dollars > limits.dollars:
            return Ending("cost", f"cost limit: ${self.dollars:.2f} of ${limits.dollars:.2f}")
        return None


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"
