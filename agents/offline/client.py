"""A model client that follows scripts instead of asking a model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionCall,
    FunctionExecutionResultMessage,
    LLMMessage,
    RequestUsage,
    UserMessage,
)
from agents.models.base import BaseClient, model_info
from agents.models.config import ModelSpec
from agents.models.protocol_common import Request
from agents.offline.roles import script_for
from agents.offline.script import Call, CallResult, Calls, Message, Opening, Say
from agents.offline.state import NoConversation, ParticipantState, PromptVariables


class OfflineClient(BaseClient):
    """Plays one participant in one phase. `seed` decides every choice that the rules leave open."""

    def __init__(self, state: ParticipantState, seed: int = 0) -> None:
        super().__init__(model_info())
        self._state, self._seed = state, seed

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, seed: int, role: str) -> OfflineClient:
        """Return a client without a participant's state; it can be checked, but it cannot play a role."""
        return cls(ParticipantState(role, PromptVariables("", {}), NoConversation(), {}), seed)

    async def answer(self, request: Request) -> CreateResult:
        tools = {tool["name"]: dict(tool.get("parameters", {})) for tool in request.tools}
        act = self._next_act(request.messages, tools)
        if isinstance(act, Say):
            return CreateResult(finish_reason="stop", content=act.text, usage=RequestUsage(0, 0), cached=False)
        number = sum(isinstance(message, AssistantMessage) for message in request.messages) + 1
        functions = [
            FunctionCall(id=f"call_{number}_{place}", name=call.tool, arguments=json.dumps(call.arguments))
            for place, call in enumerate(act.calls, start=1)
        ]
        return CreateResult(finish_reason="function_calls", content=functions, usage=RequestUsage(0, 0), cached=False)

    def _next_act(self, messages: Sequence[LLMMessage], tools: dict[str, dict[str, Any]]) -> Calls | Say:
        """Replay the role's script over the conversation; return the act that the conversation does not hold yet."""
        first = next((i for i, m in enumerate(messages) if isinstance(m, AssistantMessage)), len(messages))
        opening = Opening(self._state, tools, self._seed, tuple(self._received(messages[:first])))
        script = script_for(opening)(opening)
        rest, results = messages[first:], list[CallResult]()
        try:
            act = next(script)
            for index, message in enumerate(rest):
                if isinstance(message, FunctionExecutionResultMessage):
                    results += [
                        CallResult(r.name, r.content, bool(r.is_error), self._state.results.get(r.call_id))
                        for r in message.content
                    ]
                    if isinstance(act, Call):
                        act, results = script.send(results[0]), []
                    elif isinstance(act, Calls) and len(results) == len(act.calls):
                        act, results = script.send(results), []
                elif isinstance(act, Say) and self._begins_turn(rest, index):
                    act, results = script.send(self._received(rest[index : _end_of_users(rest, index)])), []
                elif isinstance(message, AssistantMessage) and isinstance(message.content, str):
                    following = [i for i, m in enumerate(rest) if i > index and not isinstance(m, UserMessage)]
                    end = following[0] if following else len(rest)
                    act, results = script.send(self._received(rest[index + 1 : end])), []
        except StopIteration:
            return Say("I have nothing to add.")
        if isinstance(act, Say):
            return act
        return Calls(act.calls[len(results) :]) if isinstance(act, Calls) else Calls((act,))

    def _begins_turn(self, messages: Sequence[LLMMessage], index: int) -> bool:
        """True for the first words of others after a turn that ended with a tool call."""
        before = messages[index - 1] if index else None
        message = messages[index]
        return (
            isinstance(before, FunctionExecutionResultMessage)
            and isinstance(message, UserMessage)
            and message.source in self._state.conversation.names
        )

    def _received(self, messages: Sequence[LLMMessage]) -> list[Message]:
        """Return what other participants said in these messages; prompts have another source and are left out."""
        names = self._state.conversation.names
        return [
            Message(message.source, str(message.content))
            for message in messages
            if isinstance(message, UserMessage) and message.source in names
        ]


def _end_of_users(messages: Sequence[LLMMessage], index: int) -> int:
    """Return the index after the user messages that start at an index."""
    while index < len(messages) and isinstance(messages[index], UserMessage):
        index += 1
    return index
