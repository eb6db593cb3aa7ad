"""Client of servers with OpenAI's chat completions API: Ollama, vLLM, DeepSeek, OpenRouter and many more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

import openai
from pydantic import BaseModel, Field

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionCall,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    SystemMessage,
)
from agents.models.base import RemoteClient
from agents.models.config import ModelSpec
from agents.models.errors import Malformed, Refused
from agents.models.protocol_common import (
    Request,
    answer_tokens,
    arguments_object,
    estimate_tokens,
    event_json,
    join_thought,
    provider_parts,
    speaker_parts,
    tool_name,
    tool_parameters,
    tool_text,
    visible_thought,
)
from agents.models.usage import UsageDetail

_PROVIDER = "openai_compatible"
_FINISH_REASONS = {"length": "length", "content_filter": "content_filter"}


class FunctionPiece(BaseModel):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class ToolCallPiece(BaseModel):
    """A tool call, or a part of one in a stream."""

    index: int | None = None
    id: str | None = None
    function: FunctionPiece = FunctionPiece()


class ChatMessage(BaseModel):
    """The model's message, or a part of it in a stream."""

    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[ToolCallPiece] | None = None


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
    """The fields that are read of a completion, or of a part of one in a stream. Without them, it is malformed."""

    model: str = ""
    choices: list[ChatChoice]
    usage: ChatUsage | None = None


class Completion(BaseModel):
    """A completion assembled from its chunks."""

    model: str = ""
    content: str = ""
    refusal: str = ""
    reasoning: str = ""
    calls: dict[int, FunctionCall] = Field(default_factory=dict)
    finish_reason: str | None = None
    usage: ChatUsage | None = None

    def add(self, chunk: CompletionChunk) -> None:
        """Add a chunk."""
        self.model = chunk.model or self.model
        self.usage = chunk.usage or self.usage
        if not chunk.choices:
            return
        choice = chunk.choices[0]
        self.finish_reason = choice.finish_reason or self.finish_reason
        piece = choice.message or choice.delta or ChatMessage()
        self.content += piece.content or ""
        self.refusal += piece.refusal or ""
        self.reasoning += piece.reasoning_content or piece.reasoning or ""
        for position, call in enumerate(piece.tool_calls or []):
            self._add_call(position if call.index is None else call.index, call)

    def _add_call(self, index: int, piece: ToolCallPiece) -> None:
        call = self.calls.setdefault(index, FunctionCall(id="", name="", arguments=""))
        arguments = piece.function.arguments or ""
        call.id = piece.id or call.id
        call.name += piece.function.name or ""
        call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)


class OpenAIChatClient(RemoteClient):
    """A model behind a compatible server. `options` of the spec are request fields."""

    sdk: ClassVar[Any] = openai

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        self._client = openai.AsyncOpenAI(**self._sdk_options)
        # The SDK reads these from the environment, but only OpenAI itself may receive them.
        self._client.organization = self._client.project = None

    async def answer(self, request: Request) -> CreateResult:
        sent = {**body(self.spec, request), **self.spec.options}
        known = {name: sent.pop(name) for name in ("model", "messages")}
        completion = Completion()
        with self.translated_errors():
            if not self.spec.stream:
                reply = await self._client.chat.completions.with_raw_response.create(**known, extra_body=sent)
                completion.add(CompletionChunk.model_validate_json(reply.text))
            else:
                sent["stream_options"] = {"include_usage": True}
                create = self._client.chat.completions.create
                async with await create(**known, stream=True, extra_body=sent) as events:
                    async for event in events:
                        completion.add(CompletionChunk.model_validate(event_json(event)))
        return self._result(completion, request)

    def _result(self, completion: Completion, request: Request) -> CreateResult:
        label = self.spec.label
        calls = [completion.calls[index] for index in sorted(completion.calls)]
        if completion.finish_reason is None and (self.spec.stream or not (completion.content or calls)):
            raise Malformed(f"{label}: malformed answer: it ended early")
        for call in calls:
            call.arguments = call.arguments or "{}"
        reasoning = completion.reasoning.strip()
        thought = "\n\n".join(filter(None, [reasoning, completion.content if calls else ""]))
        if reasoning:
            part = {"content": completion.content, "reasoning_content": completion.reasoning}
            thought = join_thought(thought, _PROVIDER, [part])
        calling = calls or (completion.finish_reason == "tool_calls" and not completion.content)
        finish: Any = _FINISH_REASONS.get(completion.finish_reason or "", "function_calls" if calling else "stop")
        result = CreateResult(
            finish_reason=finish,
            content=calls or completion.content,
            usage=UsageDetail(0, 0),
            cached=False,
            thought=thought or None,
        )
        result.usage = _usage(completion, request, result)
        if completion.refusal:
            raise Refused(f"{label}: refused to answer: {self.clean(completion.refusal)}", usage=result.usage)
        return result


def body(spec: ModelSpec, request: Request) -> dict[str, Any]:
    """Return the JSON body of a request."""
    sent: dict[str, Any] = {
        "model": spec.model,
        "messages": _messages(request.messages),
        "max_tokens": spec.max_output_tokens,
    }
    if request.tools:
        sent["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool["name"],
                    "description": tool.get("description", ""),
                    "parameters": tool_parameters(tool),
                },
            }
            for tool in request.tools
        ]
        sent["tool_choice"] = "auto"
    if spec.temperature is not None:
        sent["temperature"] = spec.temperature
    if spec.reasoning_effort:
        sent["reasoning_effort"] = spec.reasoning_effort
    return sent


def _messages(messages: Sequence[LLMMessage]) -> list[dict[str, Any]]:
    """Return the conversation. Adjacent user messages are joined, because some servers' templates require alternation."""
    sent: list[dict[str, Any]] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            sent.append({"role": "system", "content": message.content})
        elif isinstance(message, AssistantMessage):
            sent.append(_assistant_message(message))
        elif isinstance(message, FunctionExecutionResultMessage):
            sent += [
                {"role": "tool", "tool_call_id": result.call_id, "content": tool_text(result)}
                for result in message.content
            ]
        else:
            parts = [_part(part) for part in speaker_parts(message)]
            if sent and sent[-1]["role"] == "user":
                sent[-1]["content"] += parts
            else:
                sent.append({"role": "user", "content": parts})
    for message_sent in sent:
        if message_sent["role"] == "user" and all(part["type"] == "text" for part in message_sent["content"]):
            message_sent["content"] = "\n\n".join(part["text"] for part in message_sent["content"])
    return sent


def _part(part: str | Image) -> dict[str, Any]:
    if isinstance(part, Image):
        return {"type": "image_url", "image_url": {"url": part.data_uri}}
    return {"type": "text", "text": part}


def _assistant_message(message: AssistantMessage) -> dict[str, Any]:
    stored = (provider_parts(message, _PROVIDER) or [{}])[0]
    if isinstance(message.content, str):
        return {"role": "assistant", "content": message.content}
    # Reasoning between tool calls must be sent back within the turn, and must not be sent after it.
    return {
        "role": "assistant",
        "content": stored.get("content", visible_thought(message.thought)),
        **({"reasoning_content": stored["reasoning_content"]} if "reasoning_content" in stored else {}),
        "tool_calls": [
            {
                "type": "function",
                "id": call.id,
                "function": {"name": tool_name(call.name), "arguments": json.dumps(arguments_object(call.arguments))},
            }
            for call in message.content
        ],
    }


def _usage(completion: Completion, request: Request, result: CreateResult) -> UsageDetail:
    counts = completion.usage
    if counts is None:
        return UsageDetail(
            prompt_tokens=estimate_tokens(request.messages, request.tools),
            completion_tokens=answer_tokens(result),
            stop_reason=completion.finish_reason or "",
            model=completion.model,
            estimated=True,
        )
    prompt = counts.prompt_tokens_details or ChatPromptDetails()
    answer = counts.completion_tokens_details or ChatAnswerDetails()
    return UsageDetail(
        prompt_tokens=counts.prompt_tokens,
        completion_tokens=counts.completion_tokens,
        cached_tokens=prompt.cached_tokens or counts.prompt_cache_hit_tokens or 0,
        cache_write_tokens=prompt.cache_write_tokens or 0,
        reasoning_tokens=answer.reasoning_tokens or 0,
        stop_reason=completion.finish_reason or "",
        model=completion.model,
    )
