"""What the provider clients share: one request in neutral form, speaker names, and what must be sent back verbatim."""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

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

_KEPT = "\n\n[kept for the provider] "
CHARACTERS_PER_TOKEN = 3.5
_TOKENS_PER_IMAGE = 1_600
ToolChoice = Literal["auto", "required", "none"]


@dataclass(frozen=True)
class Request:
    """One call, before it is written in a provider's words."""

    messages: Sequence[LLMMessage]
    tools: Sequence[ToolSchema] = ()
    tool_choice: ToolChoice = "auto"
    forced_tool: str = ""
    schema: type[BaseModel] | None = None
    any_json: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


def request_of(
    messages: Sequence[LLMMessage],
    tools: Sequence[Tool | ToolSchema],
    tool_choice: Tool | ToolChoice,
    json_output: bool | type[BaseModel] | None,
    extra: Mapping[str, Any],
) -> Request:
    """The request behind the arguments of `ChatCompletionClient.create`."""
    return Request(
        messages=with_own_turns(messages),
        tools=[tool.schema if isinstance(tool, Tool) else tool for tool in tools],
        tool_choice="auto" if isinstance(tool_choice, Tool) else tool_choice,
        forced_tool=tool_choice.name if isinstance(tool_choice, Tool) else "",
        schema=json_output if isinstance(json_output, type) else None,
        any_json=json_output is True,
        extra=extra,
    )


def with_own_turns(messages: Sequence[LLMMessage]) -> list[LLMMessage]:
    """The messages, with a word in between where a speaker has two turns running and at the end where it is to go on
    after itself: providers answer somebody. The same word at the same place in every later call keeps caches whole."""
    whole: list[LLMMessage] = []
    for index, message in enumerate(messages):
        whole.append(message)
        following = messages[index + 1] if index + 1 < len(messages) else None
        ended_turn = isinstance(message, AssistantMessage) and isinstance(message.content, str)
        if ended_turn and (following is None or isinstance(following, AssistantMessage)):
            whole.append(UserMessage(content="It is your turn again.", source="lab"))
    return whole


def said(message: UserMessage) -> list[str | Image]:
    """What somebody said, with the name of who said it: without it, nobody in a group chat knows who spoke."""
    content = [message.content] if isinstance(message.content, str) else list(message.content)
    return (
        [f"[{message.source}] says:", *content]
        if len(content) != 1 or isinstance(content[0], Image)
        else [f"[{message.source}] says:\n{content[0]}"]
    )


def tool_text(result: FunctionExecutionResult) -> str:
    """A tool's answer where the protocol has no mark for failure."""
    return f"ERROR: {result.content}" if result.is_error else result.content


def tool_name(name: str) -> str:
    """A tool name that every provider takes back, also where the model made one up."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64] or "unnamed"


def read_arguments(text: str) -> dict[str, Any]:
    """The arguments of a call as the model wrote them; none where it wrote nothing.

    Raises:
        ValueError: they are no object of JSON, or one that could not be sent back.
    """
    try:
        value = json.loads(text or "{}", parse_constant=_finite, parse_float=_finite)
        cleaned = json.loads(in_unicode(json.dumps(value, ensure_ascii=False)))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(cleaned, dict):
        raise ValueError(f"a {type(cleaned).__name__} where an object must be")
    return cleaned


def arguments_object(text: str) -> dict[str, Any]:
    """The arguments of a call as an object; what is no object is kept under one key, so that the model can see it."""
    try:
        return read_arguments(text)
    except ValueError:
        return {"not_an_object": text}


def in_unicode(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair that stands alone: JSON can hold one, UTF-8
    cannot, so neither a request nor a file could."""
    return text.encode("utf-8", "replace").decode()


def own_ids(calls: Sequence[FunctionCall]) -> list[FunctionCall]:
    """The calls, each with an id of its own: some servers send none, or the same twice."""
    seen: set[str] = set()
    whole = []
    for call in calls:
        identity = call.id if call.id and call.id not in seen else f"call_{uuid.uuid4().hex[:24]}"
        seen.add(identity)
        whole.append(FunctionCall(id=identity, name=in_unicode(call.name), arguments=in_unicode(call.arguments)))
    return whole


def keep(thought: str, provider: str, parts: Sequence[Mapping[str, Any]]) -> str:
    """A thought with the provider's own form of the answer behind it. Signed or encrypted reasoning must go back as it
    came; `thought` is the one field of an answer that autogen and the journal carry through unchanged."""
    return f"{thought}{_KEPT}{json.dumps({'provider': provider, 'parts': list(parts)}, ensure_ascii=False)}"


def readable(thought: str | None) -> str:
    """A thought as people may read it."""
    return (thought or "").partition(_KEPT)[0]


def kept(message: AssistantMessage, provider: str) -> list[dict[str, Any]] | None:
    """The provider's own form of an answer, None where there is none for this provider."""
    text = (message.thought or "").partition(_KEPT)[2]
    if not text:
        return None
    try:
        held = json.loads(text)
    except json.JSONDecodeError:
        return None  # a model may write the mark itself; its words are then only words
    if not isinstance(held, dict) or held.get("provider") != provider or not isinstance(held.get("parts"), list):
        return None
    return [part for part in held["parts"] if isinstance(part, dict)]


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model in the strict form: every property required, no others allowed, no defaults."""
    return dict(_strict(model.model_json_schema()))


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    strict = {key: _strict(value) for key, value in node.items() if key not in ("default", "title")}
    if isinstance(node.get("properties"), dict):
        strict["properties"] = {name: _strict(value) for name, value in node["properties"].items()}
        strict |= {"required": list(node["properties"]), "additionalProperties": False}
    return strict


def raw(event: Any) -> Any:
    """A stream's event as the JSON it came as. SDKs build it without validation; it is checked by our own models."""
    return event.to_dict(warnings=False) if hasattr(event, "to_dict") else event


def estimate_tokens(messages: Sequence[LLMMessage], tools: Sequence[Tool | ToolSchema] = ()) -> int:
    """About how many tokens a prompt has, from its length: 3.5 characters a token, 1,600 tokens an image."""
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
    """About how many tokens an answer has, from its length."""
    return int((len(str(result.content)) + len(readable(result.thought))) / CHARACTERS_PER_TOKEN) + 1
