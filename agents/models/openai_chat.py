"""The client for servers that speak OpenAI's chat completions: Ollama, vLLM, DeepSeek, OpenRouter and many more."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

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
from agents.models.config import ModelSpec
from agents.models.errors import Malformed, Refused
from agents.models.openai_sdk import OpenAIClient
from agents.models.protocol_common import (
    Request,
    answer_tokens,
    arguments_object,
    estimate_tokens,
    keep,
    kept,
    raw,
    readable,
    said,
    strict_schema,
    tool_name,
    tool_text,
)
from agents.models.usage import UsageDetail

_PROVIDER = "openai_compatible"
_FINISHED = {"length": "length", "content_filter": "content_filter"}


class Called(BaseModel):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class Call(BaseModel):
    """A call of a tool, or in a stream a piece of one."""

    index: int | None = None
    id: str | None = None
    function: Called = Called()


class Said(BaseModel):
    """What the model says, or in a stream a piece of it."""

    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[Call] | None = None


class Choice(BaseModel):
    message: Said | None = None
    delta: Said | None = None
    finish_reason: str | None = None


class PromptDetails(BaseModel):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class AnswerDetails(BaseModel):
    reasoning_tokens: int | None = None


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: AnswerDetails | None = None
    prompt_cache_hit_tokens: int | None = None
    """DeepSeek's name for the cached part."""


class Reply(BaseModel):
    """The fields of a completion, or of a chunk of one, that are read. Anything else is not an answer."""

    model: str = ""
    choices: list[Choice]
    usage: Usage | None = None


class Answer(BaseModel):
    """An answer put together from its pieces."""

    model: str = ""
    content: str = ""
    refusal: str = ""
    reasoning: str = ""
    calls: dict[int, FunctionCall] = Field(default_factory=dict)
    finish_reason: str | None = None
    usage: Usage | None = None

    def add(self, reply: Reply) -> str:
        """Add a piece; the text that it brings, for those who watch."""
        self.model = reply.model or self.model
        self.usage = reply.usage or self.usage
        if not reply.choices:
            return ""
        choice = reply.choices[0]
        self.finish_reason = choice.finish_reason or self.finish_reason
        piece = choice.message or choice.delta or Said()
        self.content += piece.content or ""
        self.refusal += piece.refusal or ""
        self.reasoning += piece.reasoning_content or piece.reasoning or ""
        for position, call in enumerate(piece.tool_calls or []):
            self._add_call(position if call.index is None else call.index, call)
        return piece.content or ""

    def _add_call(self, index: int, piece: Call) -> None:
        call = self.calls.setdefault(index, FunctionCall(id="", name="", arguments=""))
        arguments = piece.function.arguments or ""
        call.id = piece.id or call.id
        call.name += piece.function.name or ""
        call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)


class OpenAIChatClient(OpenAIClient):
    """A model behind a compatible server. `options` of the spec are fields of the request."""

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        # The SDK takes these from the environment, and they are OpenAI's business alone.
        self._sdk.organization = self._sdk.project = None

    async def answer(self, request: Request) -> AsyncGenerator[str | CreateResult, None]:
        sent = {**body(self.spec, request), **self.spec.options, **request.extra}
        known = {name: sent.pop(name) for name in ("model", "messages")}
        whole = Answer()
        with self._faults():
            if not self.spec.stream:
                reply = await self._sdk.chat.completions.with_raw_response.create(**known, extra_body=sent)
                whole.add(Reply.model_validate_json(reply.text))
            else:
                sent["stream_options"] = {"include_usage": True}
                create = self._sdk.chat.completions.create
                async with await create(**known, stream=True, extra_body=sent) as events:
                    async for event in events:
                        if text := whole.add(Reply.model_validate(raw(event))):
                            yield text
        yield self._result(whole, request)

    def _result(self, whole: Answer, request: Request) -> CreateResult:
        label = self.spec.label
        calls = [whole.calls[index] for index in sorted(whole.calls)]
        if whole.finish_reason is None and (self.spec.stream or not (whole.content or calls)):
            raise Malformed(f"{label}: malformed answer: it ended before it was whole")
        for call in calls:
            call.arguments = call.arguments or "{}"
        reasoning = whole.reasoning.strip()
        thought = "\n\n".join(filter(None, [reasoning, whole.content if calls else ""]))
        if reasoning:
            part = {"content": whole.content, "reasoning_content": whole.reasoning}
            thought = keep(thought, _PROVIDER, [part])
        calling = calls or (whole.finish_reason == "tool_calls" and not whole.content)
        finish: Any = _FINISHED.get(whole.finish_reason or "", "function_calls" if calling else "stop")
        result = CreateResult(
            finish_reason=finish,
            content=calls or whole.content,
            usage=UsageDetail(0, 0),
            cached=False,
            thought=thought or None,
        )
        result.usage = _usage(whole, request, result)
        if whole.refusal:
            raise Refused(f"{label}: refused to answer: {self.clean(whole.refusal)}", usage=result.usage)
        return result


def body(spec: ModelSpec, request: Request) -> dict[str, Any]:
    """The JSON body of a request."""
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
                    "parameters": tool.get("parameters", {"type": "object", "properties": {}}),
                },
            }
            for tool in request.tools
        ]
        forced = {"type": "function", "function": {"name": request.forced_tool}}
        sent["tool_choice"] = forced if request.forced_tool else request.tool_choice
    if spec.temperature is not None:
        sent["temperature"] = spec.temperature
    if spec.reasoning_effort:
        sent["reasoning_effort"] = spec.reasoning_effort
    if request.schema and spec.capabilities.structured_output:
        schema = {"name": request.schema.__name__, "strict": True, "schema": strict_schema(request.schema)}
        sent["response_format"] = {"type": "json_schema", "json_schema": schema}
    return sent


def _messages(messages: Sequence[LLMMessage]) -> list[dict[str, Any]]:
    """The conversation; what several said in a row is one user message, since some servers' templates demand turns."""
    sent: list[dict[str, Any]] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            sent.append({"role": "system", "content": message.content})
        elif isinstance(message, AssistantMessage):
            sent.append(_own(message))
        elif isinstance(message, FunctionExecutionResultMessage):
            sent += [
                {"role": "tool", "tool_call_id": result.call_id, "content": tool_text(result)}
                for result in message.content
            ]
        else:
            parts = [_part(part) for part in said(message)]
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


def _own(message: AssistantMessage) -> dict[str, Any]:
    held = (kept(message, _PROVIDER) or [{}])[0]
    if isinstance(message.content, str):
        return {"role": "assistant", "content": message.content}
    # A model that reasons between its calls of tools goes on from that reasoning; after its turn, it is not wanted.
    return {
        "role": "assistant",
        "content": held.get("content", readable(message.thought)),
        **({"reasoning_content": held["reasoning_content"]} if "reasoning_content" in held else {}),
        "tool_calls": [
            {
                "type": "function",
                "id": call.id,
                "function": {"name": tool_name(call.name), "arguments": json.dumps(arguments_object(call.arguments))},
            }
            for call in message.content
        ],
    }


def _usage(whole: Answer, request: Request, result: CreateResult) -> UsageDetail:
    counts = whole.usage
    if counts is None:
        return UsageDetail(
            prompt_tokens=estimate_tokens(request.messages, request.tools),
            completion_tokens=answer_tokens(result),
            stop_reason=whole.finish_reason or "",
            model=whole.model,
            estimated=True,
        )
    prompt = counts.prompt_tokens_details or PromptDetails()
    answer = counts.completion_tokens_details or AnswerDetails()
    return UsageDetail(
        prompt_tokens=counts.prompt_tokens,
        completion_tokens=counts.completion_tokens,
        cached_tokens=prompt.cached_tokens or counts.prompt_cache_hit_tokens or 0,
        cache_write_tokens=prompt.cache_write_tokens or 0,
        reasoning_tokens=answer.reasoning_tokens or 0,
        stop_reason=whole.finish_reason or "",
        model=whole.model,
    )
