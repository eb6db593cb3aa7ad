"""Anthropic's Messages protocol: requests from neutral messages, answers from JSON.

The protocol: https://platform.claude.com/docs/en/api/messages. Marks for the prompt cache stand at the end of the system
prompt (which covers the tools before it) and of the last two user turns, so that each call finds what the call before
it has written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from anthropic import transform_schema
from autogen_core import FunctionCall, Image
from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from pydantic import BaseModel, Discriminator, Field, Tag

from agents.models.config import ModelSpec
from agents.models.errors import ContextTooLong, Refused
from agents.models.usage import UsageDetail
from agents.models.wire import Request, arguments_object, keep, kept, readable, said, tool_name

Block = dict[str, Any]
_PROVIDER = "anthropic"
_CACHE = {"type": "ephemeral"}


class Text(BaseModel):
    type: Literal["text"]
    text: str


class Thinking(BaseModel):
    type: Literal["thinking"]
    thinking: str
    signature: str


class RedactedThinking(BaseModel):
    type: Literal["redacted_thinking"]
    data: str


class ToolUse(BaseModel):
    type: Literal["tool_use"]
    id: str
    name: str
    input: Any
    """An object; a string where the stream of a call held no JSON."""


class Other(BaseModel):
    """A block of a kind that this client does not ask for."""

    type: str


def _kind(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", "")
    return kind if kind in ("text", "thinking", "redacted_thinking", "tool_use") else "other"


Content = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[Thinking, Tag("thinking")]
    | Annotated[RedactedThinking, Tag("redacted_thinking")]
    | Annotated[ToolUse, Tag("tool_use")]
    | Annotated[Other, Tag("other")],
    Discriminator(_kind),
]


class ThinkingCount(BaseModel):
    thinking_tokens: int = 0


class Usage(BaseModel):
    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: ThinkingCount | None = None


class StopDetails(BaseModel):
    category: str | None = None
    explanation: str | None = None


class Message(BaseModel):
    """The fields of an answer that are read. Anything else is not an answer."""

    model: str = ""
    content: list[Content]
    stop_reason: str | None = None
    stop_details: StopDetails | None = None
    usage: Usage


def body(spec: ModelSpec, request: Request, with_thinking: bool = True) -> dict[str, Any]:
    """The JSON body of a request."""
    sent: dict[str, Any] = {
        "model": spec.model,
        "max_tokens": spec.max_output_tokens,
        "messages": _turns(request.messages, with_thinking),
    }
    system = [{"type": "text", "text": m.content} for m in request.messages if isinstance(m, SystemMessage)]
    if system:
        system[-1]["cache_control"] = _CACHE
        sent["system"] = system
    if request.tools:
        sent["tools"] = [
            {
                "name": tool["name"],
                "description": tool.get("description", ""),
                "input_schema": tool.get("parameters", {"type": "object", "properties": {}}),
            }
            for tool in request.tools
        ]
        if not system:
            sent["tools"][-1]["cache_control"] = _CACHE
        if request.forced_tool:
            sent["tool_choice"] = {"type": "tool", "name": request.forced_tool}
        else:
            choice = "any" if request.tool_choice == "required" else request.tool_choice
            sent["tool_choice"] = {"type": choice}
    if spec.temperature is not None:
        sent["temperature"] = spec.temperature
    output: dict[str, Any] = {}
    if spec.reasoning_effort:
        output["effort"] = spec.reasoning_effort
    if request.schema and spec.capabilities.structured_output:
        output["format"] = {"type": "json_schema", "schema": transform_schema(request.schema)}
    if output:
        sent["output_config"] = output
    return sent


def _turns(messages: Sequence[LLMMessage], with_thinking: bool) -> list[dict[str, Any]]:
    """The conversation as turns of user and assistant by turns. In a user turn, results of tools come first."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        role, blocks = ("assistant", _own(message, with_thinking)) if isinstance(message, AssistantMessage) else (
            "user", _heard(message)
        )
        if not blocks:
            continue
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    users = [turn for turn in turns if turn["role"] == "user"]
    for turn in users:
        turn["content"].sort(key=lambda block: block["type"] != "tool_result")
    for turn in users[-2:]:
        turn["content"][-1]["cache_control"] = _CACHE
    return turns


def _heard(message: UserMessage | FunctionExecutionResultMessage) -> list[Block]:
    if isinstance(message, FunctionExecutionResultMessage):
        return [
            {"type": "tool_result", "tool_use_id": result.call_id, "content": result.content,
             "is_error": bool(result.is_error)}
            for result in message.content
        ]
    return [_image(part) if isinstance(part, Image) else {"type": "text", "text": part} for part in said(message)]


def _image(image: Image) -> Block:
    source = {"type": "base64", "media_type": "image/png", "data": image.to_base64()}
    return {"type": "image", "source": source}


def _own(message: AssistantMessage, with_thinking: bool) -> list[Block]:
    """What the model itself said: as it came where it was kept, else built anew. Empty text is not taken back."""
    calls = [] if isinstance(message.content, str) else message.content
    held = kept(message, _PROVIDER)
    if held is not None and [part["id"] for part in held if part.get("type") == "tool_use"] == [c.id for c in calls]:
        return [part for part in held if with_thinking or "thinking" not in part.get("type", "")]
    text = message.content if isinstance(message.content, str) else readable(message.thought)
    return [
        *([{"type": "text", "text": text}] if text.strip() else []),
        *(
            {"type": "tool_use", "id": call.id, "name": tool_name(call.name), "input": arguments_object(call.arguments)}
            for call in calls
        ),
    ]


def collect(message: dict[str, Any], event: Any) -> str:
    """Add one event of a stream to the message that it is a part of; the text that it brings, for those who watch.
    Events of unknown kinds are passed over, as the protocol asks for."""
    blocks: list[Any] = message.setdefault("content", [])
    match event:
        case {"type": "message_start", "message": dict(start)}:
            message.update(start)
            message["content"] = []
        case {"type": "content_block_start", "content_block": dict(block)}:
            blocks.append({**block, "input": ""} if block.get("type") == "tool_use" else dict(block))
        case {"type": "content_block_delta", "delta": dict(delta)} if blocks:
            return _add(blocks[-1], delta)
        case {"type": "content_block_stop"} if blocks and blocks[-1].get("type") == "tool_use":
            blocks[-1]["input"] = _parsed(blocks[-1]["input"])
        case {"type": "message_delta", "delta": dict(delta)}:
            message.update(delta)
            counts = event.get("usage")
            if isinstance(counts, dict) and isinstance(message.get("usage"), dict):
                message["usage"] = message["usage"] | {k: v for k, v in counts.items() if v is not None}
    return ""


def _add(block: dict[str, Any], delta: dict[str, Any]) -> str:
    match delta:
        case {"type": "text_delta", "text": str(text)}:
            block["text"] = block.get("text", "") + text
            return text
        case {"type": "input_json_delta", "partial_json": str(part)}:
            block["input"] = block.get("input", "") + part
        case {"type": "thinking_delta", "thinking": str(text)}:
            block["thinking"] = block.get("thinking", "") + text
        case {"type": "signature_delta", "signature": str(signature)}:
            block["signature"] = block.get("signature", "") + signature
    return ""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except json.JSONDecodeError:
        return text


def result_of(message: Message, spec: ModelSpec, request: Request) -> CreateResult:
    """The answer in autogen's form.

    Raises:
        Refused: the model declines.
        ContextTooLong: the answer reached the end of the context.
    """
    usage = _usage(message)
    if message.stop_reason == "refusal":
        why = message.stop_details.explanation or message.stop_details.category if message.stop_details else ""
        raise Refused(f"{spec.label}: refused to answer{': ' + why if why else ''}", usage=usage)
    if message.stop_reason == "model_context_window_exceeded":
        raise ContextTooLong(f"{spec.label}: context too long, prompt and answer fill it", usage=usage)
    calls = [
        FunctionCall(id=b.id, name=b.name, arguments=b.input if isinstance(b.input, str) else json.dumps(b.input))
        for b in message.content
        if isinstance(b, ToolUse)
    ]
    text = "".join(b.text for b in message.content if isinstance(b, Text))
    thinking = [b.thinking for b in message.content if isinstance(b, Thinking) and b.thinking]
    thought = "\n\n".join([*thinking, *([text] if calls and text else [])])
    if any(isinstance(b, Thinking | RedactedThinking) for b in message.content):
        thought = keep(thought, _PROVIDER, _sent_back(message))
    finish = {"max_tokens": "length", "tool_use": "function_calls"}.get(message.stop_reason or "", "stop")
    return CreateResult(
        finish_reason=finish,
        content=calls or text,
        usage=usage,
        cached=False,
        thought=thought or None,
    )


def _sent_back(message: Message) -> list[Block]:
    """The blocks of an answer in the form in which the API takes them back."""
    blocks = []
    for block in message.content:
        if isinstance(block, Other) or (isinstance(block, Text) and not block.text):
            continue
        sent = block.model_dump()
        if isinstance(block, ToolUse):
            sent |= {"name": tool_name(block.name), "input": arguments_object(json.dumps(block.input))}
        blocks.append(sent)
    return blocks


def _usage(message: Message) -> UsageDetail:
    counts = message.usage
    read, written = counts.cache_read_input_tokens or 0, counts.cache_creation_input_tokens or 0
    return UsageDetail(
        prompt_tokens=counts.input_tokens + read + written,
        completion_tokens=counts.output_tokens,
        cached_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=counts.output_tokens_details.thinking_tokens if counts.output_tokens_details else 0,
        stop_reason=message.stop_reason or "",
        model=message.model,
    )
