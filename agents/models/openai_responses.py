"""The client for OpenAI's Responses API, on the `openai` SDK.

OpenAI's reasoning models take tools only here, not by chat completions. Nothing is stored on the server: reasoning
comes back encrypted and is sent with the next call.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Tag

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
from agents.models.errors import Malformed, Refused, refused_by_server
from agents.models.openai_sdk import OpenAIClient
from agents.models.protocol_common import (
    Request,
    arguments_object,
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

Item = dict[str, Any]
_PROVIDER = "openai"


class Part(BaseModel):
    """A part of a message or of a reasoning summary."""

    type: str = ""
    text: str = ""
    refusal: str = ""


class MessageItem(BaseModel):
    type: Literal["message"]
    content: list[Part]


class ReasoningItem(BaseModel):
    type: Literal["reasoning"]
    summary: list[Part] = []
    encrypted_content: str | None = None


class CallItem(BaseModel):
    type: Literal["function_call"]
    call_id: str = ""
    name: str
    arguments: str


class OtherItem(BaseModel):
    type: str


def _kind(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", "")
    return kind if kind in ("message", "reasoning", "function_call") else "other"


OutputItem = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[ReasoningItem, Tag("reasoning")]
    | Annotated[CallItem, Tag("function_call")]
    | Annotated[OtherItem, Tag("other")],
    Discriminator(_kind),
]


class InputDetails(BaseModel):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class OutputDetails(BaseModel):
    reasoning_tokens: int | None = None


class Usage(BaseModel):
    input_tokens: int
    output_tokens: int
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class Incomplete(BaseModel):
    reason: str = ""


class Reply(BaseModel):
    """The fields of a response that are read. Anything else is not an answer."""

    model: str = ""
    status: str
    output: list[OutputItem]
    usage: Usage | None = None
    incomplete_details: Incomplete | None = None
    error: dict[str, Any] | None = None


class OpenAIResponsesClient(OpenAIClient):
    """A model of OpenAI. `options` of the spec are fields of the request."""

    async def answer(self, request: Request) -> AsyncGenerator[str | CreateResult, None]:
        sent = {**body(self.spec, request), **self.spec.options, **request.extra}
        known = {name: sent.pop(name) for name in ("model", "input")}
        whole: Any = None
        with self._faults():
            if not self.spec.stream:
                reply = await self._sdk.responses.with_raw_response.create(**known, extra_body=sent)
                whole = json.loads(reply.text)
            else:
                async with await self._sdk.responses.create(**known, stream=True, extra_body=sent) as events:
                    async for event in events:
                        match raw(event):
                            case {"type": "response.output_text.delta", "delta": str(text)}:
                                yield text
                            case {
                                "type": "response.completed" | "response.incomplete" | "response.failed",
                                "response": dict(response),
                            }:
                                whole = response
                            case {"type": "error"} as error:
                                raise refused_by_server(
                                    self.spec.label, self.spec.key_variable, 200, error, {}, self._secret
                                )
                if whole is None:
                    raise Malformed(f"{self.spec.label}: malformed answer: the stream ended before the answer did")
            parsed = Reply.model_validate(whole)
        yield self._result(parsed, whole)

    def _result(self, reply: Reply, whole: dict[str, Any]) -> CreateResult:
        spec = self.spec
        usage = _usage(reply)
        if reply.status == "failed":
            raise refused_by_server(spec.label, spec.key_variable, 200, reply.error, {}, self._secret)
        messages = [part for item in reply.output if isinstance(item, MessageItem) for part in item.content]
        if refusal := " ".join(part.refusal for part in messages if part.refusal):
            raise Refused(f"{spec.label}: refused to answer: {self.clean(refusal)}", usage=usage)
        reason = reply.incomplete_details.reason if reply.incomplete_details else ""
        if reply.status not in ("completed", "incomplete"):
            raise Malformed(f"{spec.label}: malformed answer: its status is {self.clean(reply.status)}")
        text = "".join(part.text for part in messages)
        calls = [
            FunctionCall(id=item.call_id, name=item.name, arguments=item.arguments)
            for item in reply.output
            if isinstance(item, CallItem)
        ]
        summaries = [p.text for item in reply.output if isinstance(item, ReasoningItem) for p in item.summary]
        thought = "\n\n".join([*summaries, *([text] if calls and text else [])])
        if any(isinstance(item, ReasoningItem) and item.encrypted_content for item in reply.output):
            thought = keep(thought, _PROVIDER, _sent_back(whole["output"]))
        finish: Any = "function_calls" if calls else "stop"
        if reply.status == "incomplete":
            finish = "content_filter" if reason == "content_filter" else "length"
        return CreateResult(
            finish_reason=finish, content=calls or text, usage=usage, cached=False, thought=thought or None
        )


def body(spec: ModelSpec, request: Request) -> dict[str, Any]:
    """The JSON body of a request."""
    system = [message.content for message in request.messages if isinstance(message, SystemMessage)]
    sent: dict[str, Any] = {
        "model": spec.model,
        "input": _items(request.messages),
        "max_output_tokens": spec.max_output_tokens,
        "store": False,
    }
    if system:
        sent["instructions"] = "\n\n".join(system)
    if spec.reasoning_effort:
        sent |= {"reasoning": {"effort": spec.reasoning_effort}, "include": ["reasoning.encrypted_content"]}
    if request.tools:
        sent["tools"] = [
            {
                "type": "function",
                "name": tool["name"],
                "description": tool.get("description", ""),
                "parameters": tool.get("parameters", {"type": "object", "properties": {}}),
                "strict": False,
            }
            for tool in request.tools
        ]
        forced = {"type": "function", "name": request.forced_tool}
        sent["tool_choice"] = forced if request.forced_tool else request.tool_choice
    if spec.temperature is not None:
        sent["temperature"] = spec.temperature
    if request.schema and spec.capabilities.structured_output:
        sent["text"] = {
            "format": {
                "type": "json_schema",
                "name": request.schema.__name__,
                "strict": True,
                "schema": strict_schema(request.schema),
            }
        }
    elif request.any_json:
        sent["text"] = {"format": {"type": "json_object"}}
    return sent


def _items(messages: Sequence[LLMMessage]) -> list[Item]:
    items: list[Item] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        if isinstance(message, AssistantMessage):
            items += _own(message)
        elif isinstance(message, FunctionExecutionResultMessage):
            items += [
                {"type": "function_call_output", "call_id": result.call_id, "output": tool_text(result)}
                for result in message.content
            ]
        else:
            items.append({"role": "user", "content": [_part(part) for part in said(message)]})
    return items


def _part(part: str | Image) -> Item:
    if isinstance(part, Image):
        return {"type": "input_image", "image_url": part.data_uri, "detail": "auto"}
    return {"type": "input_text", "text": part}


def _own(message: AssistantMessage) -> list[Item]:
    calls = [] if isinstance(message.content, str) else message.content
    held = kept(message, _PROVIDER)
    ids = [item.get("call_id") for item in held or [] if item.get("type") == "function_call"]
    if held is not None and ids == [call.id for call in calls]:
        return held
    text = message.content if isinstance(message.content, str) else readable(message.thought)
    return [
        *([{"role": "assistant", "content": text}] if text.strip() else []),
        *(
            {
                "type": "function_call",
                "call_id": call.id,
                "name": tool_name(call.name),
                "arguments": json.dumps(arguments_object(call.arguments)),
            }
            for call in calls
        ),
    ]


def _sent_back(output: list[Item]) -> list[Item]:
    """The items of an answer in the form in which the API takes them back: reasoning that is not there in full would be
    looked for on the server, where nothing is stored. Names and arguments of calls are made such as it accepts."""
    return [
        {key: value for key, value in (item | _accepted(item)).items() if value is not None}
        for item in output
        if item.get("type") != "reasoning" or item.get("encrypted_content")
    ]


def _accepted(item: Item) -> Item:
    if item.get("type") != "function_call":
        return {}
    arguments = json.dumps(arguments_object(str(item["arguments"])))
    return {"name": tool_name(str(item["name"])), "arguments": arguments}


def _usage(reply: Reply) -> UsageDetail:
    counts = reply.usage or Usage(input_tokens=0, output_tokens=0)
    prompt = counts.input_tokens_details or InputDetails()
    answer = counts.output_tokens_details or OutputDetails()
    return UsageDetail(
        prompt_tokens=counts.input_tokens,
        completion_tokens=counts.output_tokens,
        cached_tokens=prompt.cached_tokens or 0,
        cache_write_tokens=prompt.cache_write_tokens or 0,
        reasoning_tokens=answer.reasoning_tokens or 0,
        stop_reason=(reply.incomplete_details.reason if reply.incomplete_details else "") or reply.status,
        model=reply.model,
        estimated=reply.usage is None,
    )
