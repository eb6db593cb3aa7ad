"""Requests of Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages).

Cache breakpoints are set at the end of the system prompt, which covers the tools before it, of the task, and of the last two
user turns, so that each call reads what the previous call, or the first one of another participant, wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.autogen import (
    AssistantMessage,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from agents.models.arguments import arguments_object
from agents.models.config import ModelSpec
from agents.models.protocol_common import (
    Request,
    provider_parts,
    speaker_parts,
    tool_name,
    tool_parameters,
    visible_thought,
)

ContentBlock = dict[str, Any]
PROVIDER = "anthropic"
_CACHE_BREAKPOINT = {"type": "ephemeral"}


def body(spec: ModelSpec, request: Request, with_thinking: bool = True) -> dict[str, Any]:
    """Return the JSON body of a request."""
    sent: dict[str, Any] = {
        "model": spec.model,
        "max_tokens": spec.max_output_tokens,
        "messages": _turns(request.messages, with_thinking),
    }
    system: list[ContentBlock] = [
        {"type": "text", "text": m.content} for m in request.messages if isinstance(m, SystemMessage)
    ]
    if system:
        system[-1]["cache_control"] = _CACHE_BREAKPOINT
        sent["system"] = system
    if request.tools:
        sent["tools"] = [
            {
                "name": tool["name"],
                "description": tool.get("description", ""),
                "input_schema": tool_parameters(tool),
            }
            for tool in request.tools
        ]
        if not system:
            sent["tools"][-1]["cache_control"] = _CACHE_BREAKPOINT
        sent["tool_choice"] = {"type": "auto"}
    if spec.temperature is not None:
        sent["temperature"] = spec.temperature
    if spec.reasoning_effort:
        sent["output_config"] = {"effort": spec.reasoning_effort}
    return sent


def _turns(messages: Sequence[LLMMessage], with_thinking: bool) -> list[dict[str, Any]]:
    """Return the conversation as alternating user and assistant turns. In a user turn, tool results come first."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        role, blocks = (
            ("assistant", _assistant_blocks(message, with_thinking))
            if isinstance(message, AssistantMessage)
            else ("user", _user_blocks(message))
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
    if users and len(users[0]["content"]) > 1:  # the task, which others may read from the cache too
        users[0]["content"][0]["cache_control"] = _CACHE_BREAKPOINT
    for turn in users[-2:]:
        turn["content"][-1]["cache_control"] = _CACHE_BREAKPOINT
    return turns


def _user_blocks(message: UserMessage | FunctionExecutionResultMessage) -> list[ContentBlock]:
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
    return [
        _image(part) if isinstance(part, Image) else {"type": "text", "text": part} for part in speaker_parts(message)
    ]


def _image(image: Image) -> ContentBlock:
    source = {"type": "base64", "media_type": "image/png", "data": image.to_base64()}
    return {"type": "image", "source": source}


def _assistant_blocks(message: AssistantMessage, with_thinking: bool) -> list[ContentBlock]:
    """Return the model's own turn, verbatim if its blocks were stored, but with the arguments as they are sent now.

    The API does not accept empty text.
    """
    calls = [] if isinstance(message.content, str) else message.content
    stored = provider_parts(message, PROVIDER)
    if stored is not None and [part["id"] for part in stored if part.get("type") == "tool_use"] == [
        c.id for c in calls
    ]:
        inputs = {call.id: arguments_object(call.arguments) for call in calls}  # compaction may have shortened them
        return [
            part | {"input": inputs[part["id"]]} if part.get("type") == "tool_use" else part
            for part in stored
            if with_thinking or "thinking" not in part.get("type", "")
        ]
    text = message.content if isinstance(message.content, str) else visible_thought(message.thought)
    return [
        *([{"type": "text", "text": text}] if text.strip() else []),
        *(
            {"type": "tool_use", "id": call.id, "name": tool_name(call.name), "input": arguments_object(call.arguments)}
            for call in calls
        ),
    ]
