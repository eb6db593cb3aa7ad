"""Answers of OpenAI's chat completions API, plain or streamed, as compatible servers send them.

Servers differ in what does not change the model's words: indexes and ids of calls, content in parts, missing counts and
finish reasons. Such an answer was paid for and is read. Only one that may be incomplete is malformed.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, Field

from agents.autogen import FunctionCall
from agents.models.arguments import read_arguments
from agents.models.protocol_common import OrNone


class FunctionPiece(BaseModel):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class ToolCallPiece(BaseModel):
    """A tool call, or a part of one in a stream."""

    index: int | None = None
    id: str | None = None
    function: FunctionPiece = FunctionPiece()


class MessagePart(BaseModel):
    """A part of the content, as Mistral's reasoning models send it."""

    type: str
    text: str = ""
    thinking: str | list[MessagePart] = ""


class ChatMessage(BaseModel):
    """The model's message, or a part of it in a stream."""

    content: str | list[MessagePart] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[ToolCallPiece] | None = None

    @property
    def text(self) -> str:
        return _text(self.content or "")

    @property
    def thought(self) -> str:
        parts = self.content if isinstance(self.content, list) else []
        return self.reasoning_content or self.reasoning or "".join(_text(part.thinking) for part in parts)


def _text(content: str | list[MessagePart]) -> str:
    return content if isinstance(content, str) else "".join(part.text for part in content)


class ChatChoice(BaseModel):
    message: ChatMessage | None = None
    delta: ChatMessage | None = None
    finish_reason: str | None = None


class ChatPromptDetails(BaseModel):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class ChatAnswerDetails(BaseModel):
    reasoning_tokens: int | None = None


class ChatUsage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: ChatPromptDetails | None = None
    completion_tokens_details: ChatAnswerDetails | None = None
    prompt_cache_hit_tokens: int | None = None
    """DeepSeek's name for `cached_tokens`."""


class CompletionChunk(BaseModel):
    """The fields that are read of a completion, or of a part of one in a stream. Without `choices`, it is malformed."""

    model: str = ""
    choices: list[ChatChoice]
    usage: OrNone[ChatUsage] = None


class BegunCall(BaseModel):
    """A tool call, as far as its pieces have come."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""

    def continues_with(self, piece: ToolCallPiece) -> bool:
        """Return whether a piece with the same index, or none, belongs to this call.

        Some servers send no index, some the index 0 for each call, some the name again or a new id with each piece.
        """
        name, arguments = piece.function.name, piece.function.arguments
        if not name:
            return True
        if not arguments:
            return name == self.name and piece.id in (None, "", self.id)
        return name in (self.name, "") and not self._is_whole

    @property
    def _is_whole(self) -> bool:
        try:
            read_arguments(self.arguments)
        except ValueError:
            return False
        return self.arguments != ""

    def add(self, piece: ToolCallPiece) -> None:
        """Add a piece."""
        arguments = piece.function.arguments or ""
        self.id = piece.id or self.id
        self.name = piece.function.name or self.name
        self.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)


class Completion(BaseModel):
    """A completion assembled from its chunks."""

    model: str = ""
    content: str = ""
    refusal: str = ""
    reasoning: str = ""
    begun: list[BegunCall] = Field(default_factory=list)
    finish_reason: str | None = None
    usage: ChatUsage | None = None
    ended: bool = False
    """The server said that nothing follows."""

    def add(self, chunk: CompletionChunk) -> None:
        """Add a chunk."""
        self.model = chunk.model or self.model
        self.usage = chunk.usage or self.usage
        if not chunk.choices:
            return
        choice = chunk.choices[0]
        self.finish_reason = choice.finish_reason or self.finish_reason
        piece = choice.message or choice.delta or ChatMessage()
        self.content += piece.text
        self.refusal += piece.refusal or ""
        self.reasoning += piece.thought
        for call in piece.tool_calls or []:
            self._add_call(call, in_stream=choice.message is None)

    def _add_call(self, piece: ToolCallPiece, in_stream: bool) -> None:
        same_place = [call for call in self.begun if call.index == piece.index]
        if not (in_stream and same_place and same_place[-1].continues_with(piece)):
            self.begun.append(BegunCall(index=piece.index))
            same_place = self.begun
        same_place[-1].add(piece)

    @property
    def calls(self) -> list[FunctionCall]:
        """The tool calls, in the order of their index where the server gives one."""
        ordered = sorted(self.begun, key=lambda call: call.index or 0)
        return [FunctionCall(id=call.id, name=call.name, arguments=call.arguments or "{}") for call in ordered]
