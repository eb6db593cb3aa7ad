"""Client of OpenAI's Responses API, on the `openai` SDK.

OpenAI's reasoning models accept tools only here, not in chat completions. Nothing is stored on the server: reasoning
is returned encrypted and is sent with the next call.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import openai
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
from agents.models.arguments import arguments_object
from agents.models.base import RemoteClient
from agents.models.config import ModelSpec
from agents.models.errors import Malformed, Refused
from agents.models.protocol_common import (
    OrNone,
    Request,
    event_json,
    join_thought,
    provider_parts,
    speaker_parts,
    tool_name,
    tool_parameters,
    tool_text,
    visible_thought,
    with_options,
    with_words,
)
from agents.models.usage import UsageDetail

InputItem = dict[str, Any]
_PROVIDER = "openai"


class ContentPart(BaseModel):
    """A part of a message or of a reasoning summary."""

    type: str = ""
    text: str = ""
    refusal: str = ""


class MessageItem(BaseModel):
    type: Literal["message"]
    content: list[ContentPart]


class ReasoningItem(BaseModel):
    type: Literal["reasoning"]
    summary: list[ContentPart] = []
    encrypted_content: str | None = None


class CallItem(BaseModel):
    type: Literal["function_call"]
    call_id: str = ""
    name: str
    arguments: str


class OtherItem(BaseModel):
    type: str


def _item_tag(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", "")
    return kind if kind in ("message", "reasoning", "function_call") else "other"


OutputItem = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[ReasoningItem, Tag("reasoning")]
    | Annotated[CallItem, Tag("function_call")]
    | Annotated[OtherItem, Tag("other")],
    Discriminator(_item_tag),
]


class InputDetails(BaseModel):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class OutputDetails(BaseModel):
    reasoning_tokens: int | None = None


class ResponsesUsage(BaseModel):
    input_tokens: int
    output_tokens: int
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class IncompleteDetails(BaseModel):
    reason: str = ""


class ModelResponse(BaseModel):
    """The fields of a response that are read. A response without them is malformed."""

    model: str = ""
    status: str
    output: list[OutputItem]
    usage: OrNone[ResponsesUsage] = None
    incomplete_details: IncompleteDetails | None = None
    error: dict[str, Any] | None = None


class OpenAIResponsesClient(RemoteClient):
    """An OpenAI model. `options` of the spec are request fields."""

    sdk: ClassVar[Any] = openai

    sdk_client: ClassVar[Any] = openai.AsyncOpenAI

    async def _answer(self, request: Request) -> CreateResult:
        sent = with_options(body(self.spec, request), self.spec.options)
        known = {name: sent.pop(name) for name in ("model", "input")}
        body_json: Any = None
        with self.translated_errors():
            if not self.spec.stream:
                reply = await self._sdk_client.responses.with_raw_response.create(
                    **known, extra_body=sent, extra_headers=self.omitted_headers
                )
                body_json = json.loads(reply.text)
            else:
                async with await self._sdk_client.responses.create(
                    **known, stream=True, extra_body=sent, extra_headers=self.omitted_headers
                ) as events:
                    async for event in events:
                        match event_json(event):
                            case {
                                "type": "response.completed" | "response.incomplete" | "response.failed",
                                "response": dict(response),
                            }:
                                body_json = response
                            case {"type": "error"} as error:
                                raise self.server_error(error)
                if body_json is None:
                    raise Malformed(f"{self.spec.label}: malformed answer: the stream ended early")
            parsed = ModelResponse.model_validate(body_json)
        return self._result(parsed, body_json)

    def _result(self, reply: ModelResponse, body_json: dict[str, Any]) -> CreateResult:
        spec = self.spec
        usage = _usage(reply)
        if reply.status == "failed":
            raise self.server_error(reply.error)
        messages = [part for item in reply.output if isinstance(item, MessageItem) for part in item.content]
        if refusal := " ".join(part.refusal for part in messages if part.refusal):
            raise Refused(f"{spec.label}: refused to answer: {self.clean(refusal)}", usage=usage)
        reason = reply.incomplete_details.reason if reply.incomplete_details else ""
        if reply.status not in ("completed", "incomplete"):
            raise Malformed(f"{spec.label}: malformed answer with status {self.clean(reply.status)}")
        text = "".join(part.text for part in messages)
        calls = [
            FunctionCall(id=item.call_id, name=item.name, arguments=item.arguments)
            for item in reply.output
            if isinstance(item, CallItem)
        ]
        summaries = [p.text for item in reply.output if isinstance(item, ReasoningItem) for p in item.summary]
        thought = with_words(summaries, text) if calls else "\n\n".join(summaries)
        if any(isinstance(item, ReasoningItem) and item.encrypted_content for item in reply.output):
            thought = join_thought(thought, _PROVIDER, _resendable(body_json["output"]))
        finish: Any = "function_calls" if calls else "stop"
        if reply.status == "incomplete":
            finish = "content_filter" if reason == "content_filter" else "length"
        return CreateResult(
            finish_reason=finish, content=calls or text, usage=usage, cached=False, thought=thought or None
        )


def body(spec: ModelSpec, request: Request) -> dict[str, Any]:
    """Return the JSON body of a request."""
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
                "parameters": tool_parameters(tool),
                "strict": False,
            }
            for tool in request.tools
        ]
        sent["tool_choice"] = "auto"
    if spec.temperature is not None:
        sent["temperature"] = spec.temperature
    return sent


def _items(messages: Sequence[LLMMessage]) -> list[InputItem]:
    items: list[InputItem] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        if isinstance(message, AssistantMessage):
            items += _assistant_items(message)
        elif isinstance(message, FunctionExecutionResultMessage):
            items += [
                {"type": "function_call_output", "call_id": result.call_id, "output": tool_text(result)}
                for result in message.content
            ]
        else:
            items.append({"role": "user", "content": [_part(part) for part in speaker_parts(message)]})
    return items


def _part(part: str | Image) -> InputItem:
    if isinstance(part, Image):
        return {"type": "input_image", "image_url": part.data_uri, "detail": "auto"}
    return {"type": "input_text", "text": part}


def _assistant_items(message: AssistantMessage) -> list[InputItem]:
    calls = [] if isinstance(message.content, str) else message.content
    stored = provider_parts(message, _PROVIDER)
    ids = [item.get("call_id") for item in stored or [] if item.get("type") == "function_call"]
    if stored is not None and ids == [call.id for call in calls]:
        arguments = {call.id: json.dumps(arguments_object(call.arguments)) for call in calls}  # possibly shortened
        return [
            item | {"arguments": arguments[item["call_id"]]} if item.get("type") == "function_call" else item
            for item in stored
        ]
    text = message.content if isinstance(message.content, str) else visible_thought(message.thought)
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


def _resendable(output: list[InputItem]) -> list[InputItem]:
    """Return the items of a response in the form in which the API accepts them in a later request.

    Reasoning without its encrypted content is left out, because the server would look for it in its own storage, which
    holds nothing. Invalid names and arguments of calls are replaced.
    """
    return [
        {key: value for key, value in (item | _valid_call_fields(item)).items() if value is not None}
        for item in output
        if item.get("type") != "reasoning" or item.get("encrypted_content")
    ]


def _valid_call_fields(item: InputItem) -> InputItem:
    if item.get("type") != "function_call":
        return {}
    arguments = json.dumps(arguments_object(str(item["arguments"])))
    return {"name": tool_name(str(item["name"])), "arguments": arguments}


def _usage(reply: ModelResponse) -> UsageDetail:
    counts = reply.usage or ResponsesUsage(input_tokens=0, output_tokens=0)
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
