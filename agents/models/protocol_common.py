"""Helpers of all provider protocols: the neutral request, speaker names, and content that must be sent back verbatim."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionCall,
    FunctionExecutionResult,
    Image,
    LLMMessage,
    Tool,
    ToolSchema,
    UserMessage,
)
from agents.models.arguments import without_surrogates
from tools.tokens import CHARACTERS_PER_TOKEN

_PARTS_MARKER = "\n\n[kept for the provider] "
"""Separates a thought from the provider's own form of the answer. Journals contain it, so it must not change."""
_WORDS_MARKER = "\n\n[said beside the calls] "
"""Separates reasoning from what others may hear. Journals contain it, so it must not change."""
_TOKENS_PER_IMAGE = 1_600

_T = TypeVar("_T")


def _value_or_none(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


OrNone = Annotated[_T | None, WrapValidator(_value_or_none)]
"""A field that is not worth an answer: None if the server sends something else."""


@dataclass(frozen=True)
class Request:
    """One model call, independent of the provider's protocol."""

    messages: Sequence[LLMMessage]
    tools: Sequence[ToolSchema] = ()


def with_turn_prompts(messages: Sequence[LLMMessage]) -> list[LLMMessage]:
    """Return the messages with a user message after each turn of the speaker that nobody else follows.

    Providers require alternating roles. Every later call inserts the same text, so prompt caches stay valid.
    """
    prompted: list[LLMMessage] = []
    for index, message in enumerate(messages):
        prompted.append(message)
        following = messages[index + 1] if index + 1 < len(messages) else None
        ended_turn = isinstance(message, AssistantMessage) and isinstance(message.content, str)
        if ended_turn and (following is None or isinstance(following, AssistantMessage)):
            prompted.append(UserMessage(content="It is your turn again.", source="lab"))
    return prompted


def speaker_parts(message: UserMessage) -> list[str | Image]:
    """Return the parts of a message, preceded by the name of its speaker: protocols cannot name one in a group chat."""
    content = [message.content] if isinstance(message.content, str) else list(message.content)
    return (
        [f"[{message.source}] says:", *content]
        if len(content) != 1 or isinstance(content[0], Image)
        else [f"[{message.source}] says:\n{content[0]}"]
    )


def tool_parameters(tool: ToolSchema) -> Mapping[str, Any]:
    """Return the JSON schema of a tool's arguments."""
    return tool.get("parameters", {"type": "object", "properties": {}})


def tool_text(result: FunctionExecutionResult) -> str:
    """Return a tool result for protocols that cannot mark a failure."""
    return f"ERROR: {result.content}" if result.is_error else result.content


def tool_name(name: str) -> str:
    """Return the name in a form that every provider accepts, even if the model invented it."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64] or "unnamed"


def with_options(body: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with a model's own request fields. A null removes a field, and `max_completion_tokens` replaces
    `max_tokens`, because servers refuse both together."""
    replaced = {"max_tokens"} if "max_completion_tokens" in options else set()
    merged = {**{name: value for name, value in body.items() if name not in replaced}, **options}
    return {name: value for name, value in merged.items() if value is not None}


def with_unique_ids(calls: Sequence[FunctionCall]) -> list[FunctionCall]:
    """Return the calls with unique ids, because some servers send none or the same one twice."""
    seen: set[str] = set()
    unique = []
    for call in calls:
        identity = call.id if call.id and call.id not in seen else f"call_{uuid.uuid4().hex[:24]}"
        seen.add(identity)
        name, arguments = without_surrogates(call.name), without_surrogates(call.arguments)
        unique.append(FunctionCall(id=identity, name=name, arguments=arguments))
    return unique


def with_words(reasoning: Sequence[str], words: str) -> str:
    """Return the thought of an answer with calls: its reasoning, and the words beside the calls."""
    reasons = "\n\n".join(filter(None, reasoning))
    return f"{reasons}{_WORDS_MARKER}{words}" if reasons else words


def words_beside_calls(thought: str | None) -> str:
    """Return what an answer with calls says to others, without its reasoning."""
    reasons, marker, words = (thought or "").partition(_PARTS_MARKER)[0].partition(_WORDS_MARKER)
    return (words if marker else reasons).strip()


def join_thought(thought: str, provider: str, parts: Sequence[Mapping[str, Any]]) -> str:
    """Return a thought with the provider's own form of the answer appended.

    Signed or encrypted reasoning must be sent back verbatim, and `thought` is the only field of a result that autogen
    and the journal preserve.
    """
    return f"{thought}{_PARTS_MARKER}{json.dumps({'provider': provider, 'parts': list(parts)}, ensure_ascii=False)}"


def visible_thought(thought: str | None) -> str:
    """Return the part of a thought that people read: reasoning, and words beside calls."""
    return (thought or "").partition(_PARTS_MARKER)[0].replace(_WORDS_MARKER, "\n\n").rstrip("\n")


def provider_parts(message: AssistantMessage, provider: str) -> list[dict[str, Any]] | None:
    """Return this provider's own form of an answer, or None if the message has none."""
    text = (message.thought or "").partition(_PARTS_MARKER)[2]
    if not text:
        return None
    try:
        stored = json.loads(text)
    except json.JSONDecodeError:
        return None  # The model wrote the marker itself.
    if not isinstance(stored, dict) or stored.get("provider") != provider or not isinstance(stored.get("parts"), list):
        return None
    return [part for part in stored["parts"] if isinstance(part, dict)]


def event_json(event: Any) -> Any:
    """Return a stream event as JSON. SDKs build events without validation; our own models validate them."""
    return event.to_dict(warnings=False) if hasattr(event, "to_dict") else event


def estimate_tokens(messages: Sequence[LLMMessage], tools: Sequence[Tool | ToolSchema] = ()) -> int:
    """Return an estimate of a prompt's tokens from its length and its number of images."""
    images = 0
    characters = 0
    for message in messages:
        parts: list[Any] = message.content if isinstance(message.content, list) else [message.content]
        images += sum(isinstance(part, Image) for part in parts)
        characters += sum(len(str(part)) for part in parts if not isinstance(part, Image))
        characters += len(getattr(message, "thought", None) or "")
    schemas = [tool.schema if isinstance(tool, Tool) else tool for tool in tools]
    characters += sum(len(json.dumps(schema)) for schema in schemas)
    return int(characters / CHARACTERS_PER_TOKEN) + images * _TOKENS_PER_IMAGE


def answer_tokens(result: CreateResult) -> int:
    """Return an estimate of an answer's tokens from its length."""
    return int((len(str(result.content)) + len(visible_thought(result.thought))) / CHARACTERS_PER_TOKEN) + 1
