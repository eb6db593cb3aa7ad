"""Answers of Anthropic's Messages protocol (https://platform.claude.com/docs/en/api/messages), plain or streamed."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Tag

from agents.autogen import CreateResult, FunctionCall
from agents.models.anthropic_request import PROVIDER, Block
from agents.models.config import ModelSpec
from agents.models.errors import ContextTooLong, Refused
from agents.models.protocol_common import arguments_object, keep, tool_name
from agents.models.usage import UsageDetail


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


def collect(message: dict[str, Any], event: Any) -> str:
    """Add one event of a stream to the message that it is a part of; the text that it brings, for those who watch.
    Events of unknown kinds are passed over, as the protocol asks for.

    Raises:
        ValueError: an event of a known kind does not fit.
    """
    blocks: list[dict[str, Any]] = message.setdefault("content", [])
    last = len(blocks) - 1
    match event:
        case {"type": "message_start", "message": dict(start)}:
            message.update(start)
            message["content"] = []
        case {"type": "content_block_start", "index": index, "content_block": dict(block)} if index == last + 1:
            blocks.append({**block, "input": ""} if block.get("type") == "tool_use" else dict(block))
        case {"type": "content_block_delta", "index": index, "delta": dict(delta)} if index == last >= 0:
            return _add(blocks[last], delta)
        case {"type": "content_block_stop", "index": index} if index == last >= 0:
            if blocks[last].get("type") == "tool_use":
                blocks[last]["input"] = _parsed(str(blocks[last]["input"]))
        case {"type": "message_delta", "delta": dict(delta)}:
            message.update({key: value for key, value in delta.items() if key.startswith("stop_")})
            counts = event.get("usage")
            if isinstance(counts, dict) and isinstance(message.get("usage"), dict):
                message["usage"] = message["usage"] | {k: v for k, v in counts.items() if v is not None}
        case {"type": str(kind)} if kind.startswith(("message_", "content_block_")) and kind != "message_stop":
            raise ValueError(f"a {kind} event that does not fit: {event}")
    return ""


def _add(block: dict[str, Any], delta: dict[str, Any]) -> str:
    match delta:
        case {"type": "text_delta", "text": str(text)}:
            _append(block, "text", text)
            return text
        case {"type": "input_json_delta", "partial_json": str(part)}:
            _append(block, "input", part)
        case {"type": "thinking_delta", "thinking": str(text)}:
            _append(block, "thinking", text)
        case {"type": "signature_delta", "signature": str(signature)}:
            _append(block, "signature", signature)
        case {"type": "text_delta" | "input_json_delta" | "thinking_delta" | "signature_delta"}:
            raise ValueError(f"a delta that does not fit: {delta}")
    return ""


def _append(block: dict[str, Any], key: str, text: str) -> None:
    """Append, unless what is there is no text; then it stays, and is found out when the whole is validated."""
    before = block.get(key, "")
    if isinstance(before, str):
        block[key] = before + text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):  # no JSON, a number of 5,000 digits, or lists a thousand deep
        return text


def result_of(message: Message, spec: ModelSpec) -> CreateResult:
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
        FunctionCall(id=b.id, name=b.name, arguments=_as_written(b)) for b in message.content if isinstance(b, ToolUse)
    ]
    text = "".join(b.text for b in message.content if isinstance(b, Text))
    thinking = [b.thinking for b in message.content if isinstance(b, Thinking) and b.thinking]
    thought = "\n\n".join([*thinking, *([text] if calls and text else [])])
    if any(isinstance(b, Thinking | RedactedThinking) for b in message.content):
        thought = keep(thought, PROVIDER, _sent_back(message))
    finish: Any = {"max_tokens": "length", "tool_use": "function_calls"}.get(message.stop_reason or "", "stop")
    return CreateResult(
        finish_reason=finish,
        content=calls or text,
        usage=usage,
        cached=False,
        thought=thought or None,
    )


def _as_written(block: ToolUse) -> str:
    return block.input if isinstance(block.input, str) else json.dumps(block.input)


def _sent_back(message: Message) -> list[Block]:
    """The blocks of an answer in the form in which the API takes them back."""
    blocks = []
    for block in message.content:
        if isinstance(block, Other) or (isinstance(block, Text) and not block.text):
            continue
        sent = block.model_dump()
        if isinstance(block, ToolUse):
            sent |= {"name": tool_name(block.name), "input": arguments_object(_as_written(block))}
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
