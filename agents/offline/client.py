"""A `ChatCompletionClient` that answers from scripts instead of a model."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionCall,
    FunctionExecutionResultMessage,
    LLMMessage,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from agents.models.base import BaseClient, model_info
from agents.models.config import ModelSpec
from agents.models.errors import Malformed
from agents.models.protocol_common import Request
from agents.offline.roles import script_for
from agents.offline.script import Call, Calls, Heard, Opening, Result, Say

_LAB = "lab"


class OfflineClient(BaseClient):
    """`seed` decides every choice that the rules leave open. Calls that do not wait for each other come in one answer, or one
    by one where they may not come `at_once`."""

    def __init__(self, seed: int = 0, *, at_once: bool = True) -> None:
        super().__init__(model_info())
        self._seed, self._at_once = seed, at_once

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, seed: int, role: str) -> OfflineClient:
        return cls(seed)

    async def answer(self, request: Request) -> CreateResult:
        act = self._next_act(request.messages, _schemas(request))
        if isinstance(act, Say):
            return CreateResult(finish_reason="stop", content=act.text, usage=RequestUsage(0, 0), cached=False)
        number = sum(isinstance(m, AssistantMessage) for m in request.messages) + 1
        functions = [
            FunctionCall(id=f"call_{number}_{place}", name=call.tool, arguments=json.dumps(call.arguments))
            for place, call in enumerate(act.calls if self._at_once else act.calls[:1], start=1)
        ]
        return CreateResult(finish_reason="function_calls", content=functions, usage=RequestUsage(0, 0), cached=False)

    def _next_act(self, messages: Sequence[LLMMessage], tools: dict[str, dict[str, Any]]) -> Calls | Say:
        """Replay the role's script over the conversation; answers the act, or the part of it, that the conversation does not
        hold yet."""
        opening, rest = self._opening(messages, tools)
        script = script_for(opening)(opening)
        results: list[Result] = []
        try:
            act = next(script)
            for index, message in enumerate(rest):
                if isinstance(message, FunctionExecutionResultMessage):
                    results += [Result(answer.content, bool(answer.is_error)) for answer in message.content]
                    if isinstance(act, Call):
                        act, results = script.send(results[0]), []
                    elif isinstance(act, Calls) and len(results) == len(act.calls):
                        act, results = script.send(results), []
                elif isinstance(message, AssistantMessage) and isinstance(message.content, str):
                    act, results = script.send(_heard_in(rest[index + 1 :])), []
        except StopIteration:
            return Say("I have nothing to add.")
        if isinstance(act, Say):
            return act
        return Calls(act.calls[len(results) :]) if isinstance(act, Calls) else Calls((act,))

    def _opening(
        self, messages: Sequence[LLMMessage], tools: dict[str, dict[str, Any]]
    ) -> tuple[Opening, Sequence[LLMMessage]]:
        card = "\n".join(str(m.content) for m in messages if isinstance(m, SystemMessage))
        name = re.search(r"Your name in this chat is (\w+)\.", card)
        first = next((i for i, m in enumerate(messages) if isinstance(m, AssistantMessage)), len(messages))
        before = [m for m in messages[:first] if isinstance(m, UserMessage)]
        task = next((str(m.content) for m in before if m.source == _LAB), "")
        if not task:
            raise Malformed("offline: the conversation does not begin with a task", permanent=True)
        heard = tuple(Heard(m.source, str(m.content)) for m in before if m.source != _LAB)
        opening = Opening(name[1] if name else "", card, task, tools, self._seed, heard)
        return opening, messages[first:]


def _heard_in(messages: Sequence[LLMMessage]) -> list[Heard]:
    """What others say before the role acts again."""
    heard = []
    for message in messages:
        if not isinstance(message, UserMessage):
            break
        heard.append(Heard(message.source, str(message.content)))
    return heard


def _schemas(request: Request) -> dict[str, dict[str, Any]]:
    return {tool["name"]: dict(tool.get("parameters", {})) for tool in request.tools}
