"""Responses of Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages), plain or streamed."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Tag

from agents.autogen import CreateResult, FunctionCall
from agents.models.anthropic_request import PROVIDER, ContentBlock
from agents.models.arguments import arguments_object
from agents.models.config import ModelSpec
from agents.models.errors import ContextTooLong, Refused
from agents.models.protocol_common import OrNone, join_thought, tool_name, with_words
from agents.models.usage import UsageDetail


class ResponseText(BaseModel):
    type: Literal["text"]
    text: str


class ThinkingBlock(BaseModel):
    type: Literal["thinking"]
    thinking: str
    signature: str


class RedactedThinkingBlock(BaseModel):
    type: Literal["redacted_thinking"]
    data: str


class ToolUseBlock(BaseModel):
    type: Literal["tool_use"]
    id: str
    name: str
    input: Any
    """An object, or a string if the streamed arguments are not JSON."""


class OtherBlock(BaseModel):
    """A block of a type that this client does not use."""

    type: str


def _block_tag(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", "")
    return kind if kind in ("text", "thinking", "redacted_thinking", "tool_use") else "other"


ResponseBlock = Annotated[
    Annotated[ResponseText, Tag("text")]
    | Annotated[ThinkingBlock, Tag("thinking")]
    | Annotated[RedactedThinkingBlock, Tag("redacted_thinking")]
    | Annotated[ToolUseBlock, Tag("tool_use")]
    | Annotated[OtherBlock, Tag("other")],
    Discriminator(_block_tag),
]


class ThinkingTokens(BaseModel):
    thinking_tokens: int = 0


class AnthropicUsage(BaseModel):
    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: ThinkingTokens | None = None


class StopDetails(BaseModel):
    category: str | None = None
    explanation: str | None = None


class MessageResponse(BaseModel):
    """The fields of a response that are read. A response without them is malformed."""

    model: str = ""
    content: list[ResponseBlock]
    stop_reason: str | None = None
    stop_details: StopDetails | None = None
    usage: OrNone[AnthropicUsage] = None


def add_event(message: dict[str, Any], event: Any) -> None:
    """Add a stream event to the message that it is part of. Unknown events are ignored, as the protocol requires.

    Raises:
        ValueError: an event of a known type does not fit the message.
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
            _add_delta(blocks[last], delta)
        case {"type": "content_block_stop", "index": index} if index == last >= 0:
            if blocks[last].get("type") == "tool_use":
                blocks[last]["input"] = _parsed_input(str(blocks[last]["input"]))
        case {"type": "message_delta", "delta": dict(delta)}:
            message.update({key: value for key, value in delta.items() if key.startswith("stop_")})
            counts = event.get("usage")
            if isinstance(counts, dict) and isinstance(message.get("usage"), dict):
                message["usage"] = message["usage"] | {k: v for k, v in counts.items() if v is not None}
        case {"type": str(kind)} if kind.startswith(("message_", "content_block_")) and kind != "message_stop":
            raise ValueError(f"unexpected {kind} event: {event}")


def _add_delta(block: dict[str, Any], delta: dict[str, Any]) -> None:
    match delta:
        case {"type": "text_delta", "text": str(text)}:
            _append(block, "text", text)
        case {"type": "input_json_delta", "partial_json": str(part)}:
            _append(block, "input", part)
        case {"type": "thinking_delta", "thinking": str(text)}:
            _append(block, "thinking", text)
        case {"type": "signature_delta", "signature": str(signature)}:
            _append(block, "signature", signature)
        case {"type": "text_delta" | "input_json_delta" | "thinking_delta" | "signature_delta"}:
            raise ValueError(f"unexpected delta: {delta}")


def _append(block: dict[str, Any], key: str, text: str) -> None:
    """Append to a text field. A value of another type is left unchanged and fails validation later."""
    before = block.get(key, "")
    if isinstance(before, str):
        block[key] = before + text


def _parsed_input(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):  # Not JSON, a number with 5,000 digits, or lists nested 1,000 deep.
        return text


def result_of(message: MessageResponse, spec: ModelSpec) -> CreateResult:
    """Convert a response to autogen's form.

    Raises:
        Refused: the model declined to answer.
        ContextTooLong: prompt and answer fill the context.
    """
    usage = _usage(message)
    if message.stop_reason == "refusal":
        reason = message.stop_details.explanation or message.stop_details.category if message.stop_details else ""
        raise Refused(f"{spec.label}: refused to answer{': ' + reason if reason else ''}", usage=usage)
    if message.stop_reason == "model_context_window_exceeded":
        raise ContextTooLong(f"{spec.label}: context too long; prompt and answer fill it", usage=usage)
    uses = [block for block in message.content if isinstance(block, ToolUseBlock)]
    calls = [FunctionCall(id=use.id, name=use.name, arguments=_arguments_text(use)) for use in uses]
    text = "".join(b.text for b in message.content if isinstance(b, ResponseText))
    thinking = [b.thinking for b in message.content if isinstance(b, ThinkingBlock) and b.thinking]
    thought = with_words(thinking, text) if calls else "\n\n".join(thinking)
    if any(isinstance(b, ThinkingBlock | RedactedThinkingBlock) for b in message.content):
        thought = join_thought(thought, PROVIDER, _resendable(message))
    finish: Any = {"max_tokens": "length", "tool_use": "function_calls"}.get(message.stop_reason or "", "stop")
    return CreateResult(
        finish_reason=finish,
        content=calls or text,
        usage=usage,
        cached=False,
        thought=thought or None,
    )


def _arguments_text(block: ToolUseBlock) -> str:
    return block.input if isinstance(block.input, str) else json.dumps(block.input)


def _resendable(message: MessageResponse) -> list[ContentBlock]:
    """Return the blocks of a response in the form in which the API accepts them in a later request."""
    blocks = []
    for block in message.content:
        if isinstance(block, OtherBlock) or (isinstance(block, ResponseText) and not block.text):
            continue
        sent = block.model_dump()
        if isinstance(block, ToolUseBlock):
            sent |= {"name": tool_name(block.name), "input": arguments_object(_arguments_text(block))}
        blocks.append(sent)
    return blocks


def _usage(message: MessageResponse) -> UsageDetail:
    counts = message.usage or AnthropicUsage(input_tokens=0, output_tokens=0)
    read, written = counts.cache_read_input_tokens or 0, counts.cache_creation_input_tokens or 0
    return UsageDetail(
        prompt_tokens=counts.input_tokens + read + written,
        completion_tokens=counts.output_tokens,
        cached_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=counts.output_tokens_details.thinking_tokens if counts.output_tokens_details else 0,
        stop_reason=message.stop_reason or "",
        model=message.model,
        estimated=message.usage is None,
    )
