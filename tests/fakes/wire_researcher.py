"""A mind for a model server: it answers what the offline researcher would, from what comes over the wire."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace

from agents.autogen import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    ToolSchema,
    UserMessage,
)
from agents.models.base import BaseClient
from tests.fakes.answer import Answer

_REMINDER = "Your last reply failed"


class Mind:
    """A prompt may hold less than what was said: old tool output is shortened, and what a server made up in a model's
    place is in it, too. So the mind remembers. It knows its own acts again, a call by its id and a speech by its
    number, and takes up from the newest of them the conversation as it was, every tool result in full. Acts that are
    not its own it passes over. It makes one call at a time where they may not come `at_once`. Safe for several requests at
    once."""

    def __init__(self, seed: int = 0, *, at_once: bool = True) -> None:
        self._researcher: BaseClient
        raise NotImplementedError(
            "the offline researcher no longer reads prompts; a stub that replays a recording follows"
        )
        self._numbers = itertools.count(1)
        self._until: dict[str, list[LLMMessage]] = {}
        """The conversation up to an act of its own, the act included, by the act's name."""
        self._results: dict[str, FunctionExecutionResult] = {}

    async def __call__(self, messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        so_far = self._recall(messages)
        result = await self._researcher.create(so_far, tools=tools)
        if isinstance(result.content, str):
            name = _speech(messages, sum(map(_is_speech, so_far)))
            self._until[name] = [*so_far, AssistantMessage(content=result.content, source="assistant")]
            return Answer(text=result.content)
        calls = [replace(call, id=f"call_{next(self._numbers):05d}") for call in result.content]
        for call in calls:
            self._until[call.id] = [*so_far, AssistantMessage(content=calls, source="assistant")]
        return Answer(calls=tuple(calls))

    def _recall(self, messages: list[LLMMessage]) -> list[LLMMessage]:
        """The conversation in full: as remembered up to the newest act of its own, then as it came."""
        speeches = sum(map(_is_speech, messages))
        for index in range(len(messages) - 1, -1, -1):
            if known := self._known(messages, index, speeches):
                return [*known, *self._own(messages[index + 1 :])]
            speeches -= _is_speech(messages[index])
        opening = next(i for i, m in enumerate(messages) if isinstance(m, UserMessage))
        return [*messages[: opening + 1], *self._own(messages[opening + 1 :])]

    def _known(self, messages: list[LLMMessage], index: int, speeches: int) -> list[LLMMessage] | None:
        message = messages[index]
        if _is_speech(message):
            return self._until.get(_speech(messages, speeches - 1))
        if isinstance(message, AssistantMessage):
            return next((self._until[call.id] for call in message.content if call.id in self._until), None)
        return None

    def _own(self, messages: list[LLMMessage]) -> list[LLMMessage]:
        """What others said since, and the results of its own calls, in full also where they come shortened. Of an
        answer that was lost on the way it need not be told."""
        own: list[LLMMessage] = []
        for message in messages:
            if isinstance(message, FunctionExecutionResultMessage):
                known = [result for result in message.content if result.call_id in self._until]
                results = [self._results.setdefault(result.call_id, result) for result in known]
                own += [FunctionExecutionResultMessage(content=results)] if results else []
            elif isinstance(message, UserMessage) and not str(message.content).startswith(_REMINDER):
                own.append(message)
        return own


def _is_speech(message: LLMMessage) -> bool:
    return isinstance(message, AssistantMessage) and isinstance(message.content, str)


def _speech(messages: list[LLMMessage], number: int) -> str:
    """The name of the speech of that number in the conversation that begins like this one."""
    system = [message.content for message in messages if isinstance(message, SystemMessage)]
    task = next(str(message.content) for message in messages if isinstance(message, UserMessage))
    digest = hashlib.sha256("\0".join([*system, task]).encode()).hexdigest()[:16]
    return f"{digest}/{number}"
