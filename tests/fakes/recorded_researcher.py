"""A brain for a model server that plays an offline run again, from what comes over the wire.

Everything it remembers is the recording. Each request must show where the conversation stands (by the ids of its own calls
and the number of its own speeches), and every fact of the next act that the recorded participant learned from a tool or
from somebody else. So a prompt that lost needed context fails the test.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    ToolSchema,
    UserMessage,
)
from agents.conversation.conversation import MAX_RETRIES
from agents.history_compaction import READ_AGAIN
from agents.journal import read_journal
from agents.role_card import ROLES, load_roles
from tests.fakes.answer import Answer
from tests.fakes.faults import ENDING
from tools.toolsets.registry import tool_names

_MESSAGE: TypeAdapter[LLMMessage] = TypeAdapter(LLMMessage)
_FACT = re.compile(r"[\w:./-]*[\d_/.:][\w:./-]*")
"""Addresses, numbers, file names, identifiers, keys: what nobody writes without having read it."""
_OWN_ID = re.compile(r"act_(\d+)_(\d+)")


@dataclass(frozen=True)
class RecordedConversation:
    """What one participant read and did in one phase."""

    phase: str
    participant: str
    messages: tuple[LLMMessage, ...]

    @cached_property
    def acts(self) -> list[str | list[FunctionCall]]:
        """Return the speeches and the calls, in their order."""
        return [m.content for m in self.messages if isinstance(m, AssistantMessage)]

    @cached_property
    def speeches(self) -> list[int]:
        """Return the numbers of the acts that are speeches."""
        return [number for number, act in enumerate(self.acts) if isinstance(act, str)]

    @cached_property
    def task(self) -> str:
        return next(str(m.content) for m in self.messages if isinstance(m, UserMessage))

    @cached_property
    def facts(self) -> list[frozenset[str]]:
        """Return for each act its facts that came from tools and other participants, and not from the task."""
        learned, found = list[str](), list[frozenset[str]]()
        for message in self.messages:
            if isinstance(message, AssistantMessage):
                source = "\n".join(learned)
                tokens = {token.strip(".:/-") for token in _FACT.findall(_text_of(message))}
                known = {token for token in tokens if len(token) > 2 and token in source and token not in self.task}
                found.append(frozenset(known))
            elif not (isinstance(message, UserMessage) and str(message.content) == self.task):
                learned.append(_text_of(message))
        return found


@dataclass(frozen=True)
class Position:
    """The next call or speech of a conversation; `act` is past the last one at its end."""

    conversation: RecordedConversation
    act: int
    call: int

    @property
    def key(self) -> str:
        return f"{self.conversation.phase}/{self.conversation.participant}/{self.act}.{self.call}"


class Recording:
    """The conversations of a finished offline run."""

    def __init__(self, run: Path) -> None:
        found: defaultdict[tuple[str, str], list[LLMMessage]] = defaultdict(list)
        for record in read_journal(run / "journal.jsonl"):
            if record.type == "turn":
                phase, participant, _ = record.key.rsplit("/", 2)
                found[phase, participant] += [_MESSAGE.validate_python(m) for m in record.data["context"]]
        self.conversations = [
            RecordedConversation(phase, participant, tuple(messages))
            for (phase, participant), messages in found.items()
        ]
        self._cards = {name: card.prompt for name, card in load_roles([ROLES], tool_names()).items()}

    def positions(self) -> Iterator[Position]:
        """Return every position of the recording, in an order that does not depend on timing."""
        for conversation in sorted(self.conversations, key=lambda c: (c.phase, c.participant)):
            for number, act in enumerate(conversation.acts):
                for call in range(1 if isinstance(act, str) else len(act)):
                    yield Position(conversation, number, call)

    def position(self, messages: Sequence[LLMMessage]) -> Position:
        """Return where the conversation of a prompt stands."""
        conversation = self._conversation(messages)
        act, call, speeches = 0, 0, 0
        for message in messages:
            if not isinstance(message, AssistantMessage):
                continue
            if isinstance(message.content, str):
                own = conversation.speeches[speeches : speeches + 1] or [len(conversation.acts)]
                act, call, speeches = own[0] + 1, 0, speeches + 1
                continue
            for made in message.content:
                if own_id := _OWN_ID.fullmatch(made.id):
                    act, call = int(own_id[1]), int(own_id[2]) + 1
        if act < len(conversation.acts) and call >= len(conversation.acts[act]) and call:
            act, call = act + 1, 0
        return Position(conversation, act, call)

    def _conversation(self, messages: Sequence[LLMMessage]) -> RecordedConversation:
        """Return the recorded conversation with the prompt's role card and the task most like its own."""
        opening = itertools.takewhile(lambda m: not isinstance(m, AssistantMessage), messages)
        role = "\n".join(str(m.content) for m in opening)  # reviewers read their role after the task
        task = _lines(next(str(m.content) for m in messages if isinstance(m, UserMessage)))
        same_role = [c for c in self.conversations if self._cards[c.participant] in role]
        return max(same_role, key=lambda c: len(task & _lines(c.task)) / len(task | _lines(c.task)))


@dataclass
class RecordedResearcher:
    """The brain. It makes one call at a time unless calls may come `at_once`; `missing` are the facts that a prompt did not
    show. Safe for several requests at once."""

    recording: Recording
    at_once: bool = True
    missing: list[str] = field(default_factory=list)

    def __call__(self, messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        at = self.recording.position(messages)
        if at.act >= len(at.conversation.acts):
            return Answer(text="I have nothing to add.")
        shown = "\n".join(_text_of(message) for message in messages) + json.dumps(tools, ensure_ascii=False)
        lacking = sorted(fact for fact in at.conversation.facts[at.act] if fact not in shown)
        if lacking:
            return self._read_again(at, lacking, messages)
        act = at.conversation.acts[at.act]
        if isinstance(act, str):
            return Answer(text=act)
        calls = [
            FunctionCall(id=f"act_{at.act}_{number}", name=call.name, arguments=call.arguments)
            for number, call in enumerate(act)
        ]
        return Answer(calls=tuple(calls[at.call :] if self.at_once else calls[at.call : at.call + 1]))

    def _read_again(self, at: Position, lacking: Sequence[str], messages: Sequence[LLMMessage]) -> Answer:
        """Ask for the results that the prompt offers and that had the facts; without such an offer, say what is missing."""
        asked = {
            call.id
            for message in messages
            if isinstance(message, AssistantMessage) and isinstance(message.content, list)
            for call in message.content
        }
        for number in self._offered(messages):
            name = f"again_{at.act}_{number}"
            if name not in asked:
                arguments = json.dumps({"result": number})
                return Answer(calls=(FunctionCall(id=name, name=READ_AGAIN, arguments=arguments),))
        self.missing.append(f"{at.key}: {', '.join(lacking)}")
        return Answer(text=f"The prompt lacks what my next act needs: {', '.join(lacking)}.")

    @staticmethod
    def _offered(messages: Sequence[LLMMessage]) -> list[int]:
        """Return the numbers of results that the prompt offers to show again, the newest first."""
        text = "\n".join(_text_of(m) for m in messages if not isinstance(m, SystemMessage))
        shortened = {int(number) for number in re.findall(rf"{READ_AGAIN}\(result=(\d+)\)", text)}
        dropped = min(shortened - {1}, default=40) if 1 in shortened else 0
        return sorted(shortened | set(range(1, dropped)), reverse=True)


class DealtFaults:
    """Faults by position in the recording and number of the try: so large a share of the tries, every kind before one comes
    again. Timing changes nothing of it."""

    def __init__(self, recording: Recording, kinds: Sequence[str], share: float, seed: int) -> None:
        dice, self._recording = random.Random(seed), recording
        self._faults: dict[str, list[str]] = {}
        deck: list[str] = []
        ended = 0  # after MAX_RETRIES turns without an answer the next speaker follows, which no recording shows
        for position in recording.positions():
            act = position.conversation.acts[position.act]
            speaks = isinstance(act, str)
            submits = not isinstance(act, str) and act[position.call].name.startswith("submit_")
            dealt: list[str] = []
            while dice.random() < share and len(dealt) < 2:
                deck = deck or dice.sample(kinds, len(kinds))
                fits, unfit = ("cut text", "cut call") if speaks else ("cut call", "cut text")
                # A submission ends a turn, but not with a failed call beside it: what the speaker says then is not recorded.
                unfits = {unfit, "two calls at once"} if submits else {unfit}
                rest = [kind for kind in deck if kind not in unfits and (kind not in ENDING or ended < MAX_RETRIES)]
                fault = fits if fits in rest else next(iter(rest), None)
                if fault is None:
                    break
                deck.remove(fault)
                dealt.append(fault)
                ended += fault in ENDING
            self._faults[position.key] = dealt
            ended = 0 if speaks else ended

    def __call__(self, messages: Sequence[LLMMessage], tools: Sequence[ToolSchema]) -> str | None:
        dealt = self._faults.get(self._recording.position(messages).key)
        return dealt.pop(0) if dealt else None


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip()}


def _text_of(message: LLMMessage) -> str:
    """Return the words of a message, those inside the arguments of calls unescaped."""
    if isinstance(message, FunctionExecutionResultMessage):
        return "\n".join(result.content for result in message.content)
    if isinstance(message, AssistantMessage) and isinstance(message.content, list):
        return "\n".join(text for call in message.content for text in _texts(_arguments(call)))
    return str(message.content)


def _arguments(call: FunctionCall) -> Any:
    try:
        return json.loads(call.arguments)
    except ValueError:
        return call.arguments


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield str(value)
