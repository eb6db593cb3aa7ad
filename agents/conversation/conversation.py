"""The conversation of one phase: the turns so far, who speaks next, and when it is over. Independent of autogen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from agents.conversation.policies import Participants, PolicySequence, Turn
from agents.run_context import RunContext
from tools.review import INDEPENDENT_STAGES

MAX_RETRIES = 2
"""How many times in a row a participant is called again after its model gave no answer."""


class EndingKind(StrEnum):
    """Why a conversation ended."""

    ACCEPTED = "accepted"
    TURNS = "turns"
    BUDGET = "budget"
    SILENCE = "silence"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Ending:
    """The end of a conversation; `reason` is a sentence for people."""

    kind: EndingKind
    reason: str


@dataclass(frozen=True)
class TurnContext:
    """What a participant needs to know to take its turn."""

    round: int
    stage: str
    prompt: str
    """Instructions for this turn; may be empty."""
    audible: tuple[Turn, ...]
    """Turns of others that the participant may hear by now, in canonical order. Empty while reviewers work alone."""


Selector = Callable[[Sequence[Turn], Participants], Awaitable[str]]
"""Chooses the next speaker from the turns so far."""
TurnPrompt = Callable[[str, str, Sequence[Turn]], str]
"""From stage, speaker and the turns so far to the instructions for the speaker's turn."""


def no_turn_prompt(stage: str, speaker: str, turns: Sequence[Turn]) -> str:
    return ""


@dataclass
class Conversation:
    """The state of one conversation. It ends when a turn has its `deliverable` accepted, or at a limit.

    A round is a call for one or more speakers. Speakers of one round do not hear each other. Turns are ordered by round,
    then by participant, and a retried turn belongs to the round of its first attempt, so that neither timing nor failed
    model calls change what participants hear.
    """

    participants: Participants
    policy: PolicySequence
    deliverable: str
    turn_limit: int
    run_context: RunContext
    selector: Selector | None = None
    """Replaces the policy where a model chooses the next speaker."""
    turn_prompt: TurnPrompt = no_turn_prompt
    approver: str = ""
    """Confirms a deliverable that the others have accepted; empty if nobody does."""
    turns: list[Turn] = field(default_factory=list)
    round: int = 0
    stage: str = ""
    """Name of the policy that called the speakers of this round."""
    ending: Ending | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everyone who may speak, in canonical order."""
        return (*self.participants.names, self.approver) if self.approver else self.participants.names

    def turn_context(self, speaker: str) -> TurnContext:
        """Return what the speaker needs for its turn in the current round."""
        earlier = [turn for turn in self.turns if turn.round < self.round]
        audible = (
            ()
            if self.stage in INDEPENDENT_STAGES
            else tuple(turn for turn in taken(earlier) if turn.speaker != speaker)
        )
        return TurnContext(self.round, self.stage, self.turn_prompt(self.stage, speaker, earlier), audible)

    def add(self, turn: Turn) -> None:
        """Add a finished turn of the current round."""
        self.turns.append(replace(turn, round=self.round, stage=self.stage))
        self.turns.sort(key=lambda t: (t.round, self.names.index(t.speaker)))

    async def next_speakers(self) -> list[str]:
        """Return the speakers of the next round; an empty list once the conversation is over, see `ending`."""
        self.ending = self._reached_end()
        if self.ending:
            return []
        if retries := self._retries():
            return retries
        if self._awaits_approval():
            speakers = [self.approver]
        else:
            turns = taken(self._participants_turns())
            if self.selector:
                speakers = [await self.selector(turns, self.participants)]
            else:
                self.stage, speakers = self.policy.next_speakers(turns)
        if not speakers:
            missing = f", and nobody submitted the deliverable ({self.deliverable})" if self.deliverable else ""
            self.ending = Ending(EndingKind.SILENCE, f"everybody has spoken{missing}")
        self.round += 1
        return speakers

    def has_submitted(self, deliverable: str) -> bool:
        """Tell whether a turn of this conversation submitted the deliverable, or had it accepted."""
        return any(deliverable in turn.submitted | turn.accepted for turn in self.turns)

    def _reached_end(self) -> Ending | None:
        if self.run_context.stopping:
            phase_only = self.run_context.stop_scope == "phase"
            return Ending(EndingKind.BUDGET if phase_only else EndingKind.STOPPED, self.run_context.stop_reason)
        final = [turn for turn in self.turns if not self.approver or turn.speaker == self.approver]
        if any(self.deliverable in turn.accepted for turn in final):
            return Ending(EndingKind.ACCEPTED, f"{self.deliverable} accepted after {_turns(len(self.turns))}")
        if self._awaits_approval():
            return None
        count = len(taken(self._participants_turns()))
        if count >= self.turn_limit:
            return Ending(EndingKind.TURNS, f"turn limit: {_turns(count)} of {self.turn_limit}")
        if reason := self.run_context.exhausted("phase"):
            return Ending(EndingKind.BUDGET, reason)
        return None

    def _retries(self) -> list[str]:
        """Return the speakers of this round whose model gave no answer and who are to be called again."""
        newest = {turn.speaker: turn for turn in self.turns if turn.round == self.round}
        attempts = Counter(turn.speaker for turn in self.turns if turn.round == self.round)
        return [name for name, turn in newest.items() if not turn.answered and attempts[name] <= MAX_RETRIES]

    def _awaits_approval(self) -> bool:
        if not self.approver or not self.turns:
            return False
        newest = [turn for turn in self._participants_turns() if turn.round == self.turns[-1].round]
        return any(self.deliverable in turn.accepted for turn in newest)

    def _participants_turns(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.speaker != self.approver]


def taken(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns as policies see them.

    A turn without an answer does not count: the speaker is called again, and what it had submitted counts for its next
    turn. After `MAX_RETRIES` such turns in a row, the next one counts, answered or not.
    """
    counted: list[Turn] = []
    missed: defaultdict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        before = missed[turn.speaker]
        if turn.answered or len(before) >= MAX_RETRIES:
            counted.append(replace(turn, submitted=turn.submitted.union(*(earlier.submitted for earlier in before))))
            before.clear()
        else:
            before.append(turn)
    return counted


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"
