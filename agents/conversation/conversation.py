"""The floor of one phase: the turns so far, who has it next, and when the phase is over. Knows nothing of autogen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from agents.conversation.policies import Participants, Policy, Turn
from agents.run_context import RunContext

MAX_RETRIES = 2
"""How often running a seat whose model gave no answer is asked again before the chat goes on without it."""


@dataclass(frozen=True)
class Ending:
    """Why a phase is over, in a word and in a sentence."""

    kind: Literal["accepted", "turns", "budget", "silence", "stopped"]
    reason: str


@dataclass(frozen=True)
class TurnPrompt:
    """What a seat is told before it speaks. `alone`: it does not hear yet what the others have said."""

    text: str = ""
    alone: bool = False


Selector = Callable[[Sequence[Turn], Participants], Awaitable[str]]


@dataclass
class Conversation:
    """`deliverable` is what the phase is for; the phase ends when a turn has it accepted."""

    participants: Participants
    policy: Policy | None
    """None where a model picks the next speaker."""
    deliverable: str
    turn_limit: int
    run_context: RunContext
    selector: Selector | None = None
    stages: Callable[[Sequence[Turn]], str] = lambda turns: ""
    """Which policy of several calls next."""
    turn_prompt: Callable[[str], TurnPrompt] = lambda speaker: TurnPrompt()
    """What a speaker is told before a turn."""
    approver: str = ""
    """Who has the last word on what the others accepted; empty where nobody has to be asked."""
    turns: list[Turn] = field(default_factory=list)
    round: int = 0
    stage: str = ""
    """The policy that called those who speak now."""
    ending: Ending | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody who may speak."""
        return (*self.participants.names, self.approver) if self.approver else self.participants.names

    def said(self, turn: Turn) -> None:
        self.turns.append(replace(turn, stage=self.stage))
        self.turns.sort(key=lambda t: (t.round, self.names.index(t.speaker)))

    async def next(self) -> list[str]:
        """The next speakers; none when the phase is over, and then `ending` says why."""
        self.ending = self._over()
        if self.ending:
            return []
        turns = taken(self._of_the_cast())
        if self._awaits_approval():
            speakers = [self.approver]
        elif self.selector:
            speakers = [await self.selector(turns, self.participants)]
        else:
            speakers = self.policy(turns) if self.policy else []
            self.stage = self.stages(turns)
        if not speakers:
            missing = f", {self.deliverable} was not submitted" if self.deliverable else ""
            self.ending = Ending("silence", f"everybody has spoken{missing}")
        self.round += 1
        return speakers

    def _over(self) -> Ending | None:
        if self.run_context.stopping:
            kind: Literal["budget", "stopped"] = "budget" if self.run_context.stop_scope == "phase" else "stopped"
            return Ending(kind, self.run_context.stop_reason)
        count = len(taken(self._of_the_cast()))
        final = [turn for turn in self.turns if not self.approver or turn.speaker == self.approver]
        if any(self.deliverable in turn.accepted for turn in final):
            return Ending("accepted", f"{self.deliverable} accepted after {_turns(len(self.turns))}")
        if self._awaits_approval():
            return None
        if count >= self.turn_limit:
            return Ending("turns", f"turn limit: {_turns(count)} of {self.turn_limit}")
        if reason := self.run_context.exhausted("phase"):
            return Ending("budget", reason)
        return None

    def _awaits_approval(self) -> bool:
        if not self.approver or not self.turns:
            return False
        newest = [turn for turn in self._of_the_cast() if turn.round == self.turns[-1].round]
        return any(self.deliverable in turn.accepted for turn in newest)

    def _of_the_cast(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.speaker != self.approver]


def taken(turns: Sequence[Turn]) -> list[Turn]:
    """The turns as policies see them. One without an answer is as if it had not been: the same seat is called again,
    and what it had handed in by then counts for its next turn. After `ASKED_AGAIN` such turns running it is a turn."""
    whole: list[Turn] = []
    missed: defaultdict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        before = missed[turn.speaker]
        if turn.answered or len(before) >= MAX_RETRIES:
            submitted = turn.submitted.union(*(earlier.submitted for earlier in before))
            whole.append(replace(turn, submitted=submitted))
            before.clear()
        else:
            before.append(turn)
    return whole


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"
