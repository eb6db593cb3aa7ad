"""Requests of Anthropic's Messages protocol (https://platform.claude.com/docs/en/api/messages), from neutral messages.

Marks for the prompt cache stand at the end of the system prompt (which covers the tools before it) and of the last two
user turns, so that each call finds what the call before it has written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anthropic import transform_schema

from agents.autogen import (
    AssistantMessage,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from agents.models.config import ModelSpec
from agents.models.protocol_common import Request, arguments_object, kept, readable, said, tool_name

Block = dict[str, Any]
PROVIDER = "anthropic"
_CACHE = {"type": "ephemeral"}


def body(spec: ModelSpec, request: Request, with_thinking: bool = True) -> dict[str, Any]:
    """The JSON body of a request."""
    sent: dict[str, Any] = {
        "model": spec.model,
        "max_tokens": spec.max_output_tokens,
        "messages": _turns(request.messages, with_thinking),
    }
    system: list[Block] = [
        {"type": "text", "text": m.content} for m in request.messages if isinstance(m, SystemMessage)
    ]
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
        role, blocks = (
            ("assistant", _own(message, with_thinking))
            if isinstance(message, AssistantMessage)
            else ("user", _heard(message))
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
            {
                "type": "tool_result",
                "tool_use_id": result.call_id,
                "content": result.content,
                "is_error": bool(result.is_error),
            }
            for result in message.content
        ]
    return [_image(part) if isinstance(part, Image) else {"type": "text", "text": part} for part in said(message)]


def _image(image: Image) -> Block:
    source = {"type": "base64", "media_type": "image/png", "data": image.to_base64()}
    return {"type": "image", "source": source}


def _own(message: AssistantMessage, with_thinking: bool) -> list[Block]:
    """What the model itself said: as it came where it was kept, else built anew. Empty text is not taken back."""
    calls = [] if isinstance(message.content, str) else message.content
    held = kept(message, PROVIDER)
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
