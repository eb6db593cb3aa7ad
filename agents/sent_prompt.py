"""Rebuild the prompt of a recorded model call.

The journal records what a turn added to its participant's conversation, and a digest of each prompt. The prompt of a call is
everything before its answer, shortened as it was then; the digest says whether the result is exactly what was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
)
from agents.durable.turn_state import digest
from agents.history_compaction import HistoryCompaction

_MESSAGE: TypeAdapter[LLMMessage] = TypeAdapter(LLMMessage)


@dataclass(frozen=True)
class PromptPart:
    """One message of a prompt as text."""

    role: str
    """system, user, assistant or tool."""
    source: str
    text: str


@dataclass(frozen=True)
class SentPrompt:
    """The prompt of a model call."""

    parts: list[PromptPart]
    left_out: list[PromptPart]
    """Messages of the conversation that were removed or shortened, in full."""
    is_exact: bool
    """The digest in the journal confirms it."""


def sent_prompt(
    contexts: Sequence[Sequence[Mapping[str, Any]]],
    call: int,
    recorded: str,
    *,
    system_messages: Sequence[str] = (),
    compactions: Sequence[HistoryCompaction | None] = (None,),
    briefs: Mapping[str, str] = MappingProxyType({}),
) -> SentPrompt | None:
    """Return the prompt of a call; None if the turn had no such call.

    Args:
        contexts: what each turn of the participant in this phase added, up to the turn of the call.
        call: number of the call within its turn, from 1.
        recorded: the digest of the prompt in the journal.
        system_messages: what the system message may have been, the likeliest first.
        compactions: how the conversation may have been shortened, the likeliest first.
        briefs: call id -> the short form of its result.
    """
    before = [message for context in contexts[:-1] for message in map(_MESSAGE.validate_python, context)]
    turn = [_MESSAGE.validate_python(message) for message in contexts[-1]]
    answers = [at for at, message in enumerate(turn) if isinstance(message, AssistantMessage)]
    if call > len(answers) + 1:
        return None
    conversation = before + turn[: answers[call - 1] if call <= len(answers) else len(turn)]
    found: SentPrompt | None = None
    for system in system_messages or ("",):
        whole: list[LLMMessage] = [*([SystemMessage(content=system)] if system else []), *conversation]
        for compaction in compactions:
            sent = compaction.shorten(whole, briefs) if compaction else whole
            is_exact = digest([message.model_dump(mode="json") for message in sent]) == recorded
            if found is None or is_exact:
                left_out = [message for message in whole if message not in sent]
                found = SentPrompt([*map(_part, sent)], [*map(_part, left_out)], is_exact)
            if is_exact:
                return found
    return found


def _part(message: LLMMessage) -> PromptPart:
    if isinstance(message, SystemMessage):
        return PromptPart("system", "", message.content)
    if isinstance(message, FunctionExecutionResultMessage):
        return PromptPart(
            "tool", ", ".join(r.name for r in message.content), "\n\n".join(r.content for r in message.content)
        )
    if isinstance(message, AssistantMessage):
        words = [message.thought] if message.thought else []
        calls = message.content if isinstance(message.content, list) else []
        words += [message.content] if isinstance(message.content, str) else []
        words += [f"{call.name}({_arguments(call)})" for call in calls]
        return PromptPart("assistant", message.source, "\n".join(words))
    parts = [message.content] if isinstance(message.content, str) else message.content
    return PromptPart(
        "user", message.source, "\n".join(part if isinstance(part, str) else "(an image)" for part in parts)
    )


def _arguments(call: FunctionCall) -> str:
    try:
        return json.dumps(json.loads(call.arguments), ensure_ascii=False, indent=1)
    except ValueError:
        return call.arguments
