"""What the model behind a server answers, and what a model is to a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agents.autogen import CreateResult, FunctionCall, LLMMessage, ToolSchema


@dataclass(frozen=True)
class Answer:
    """Words, or calls of tools with perhaps some words before them."""

    text: str = ""
    calls: tuple[FunctionCall, ...] = ()
    thinking: str = ""

    @classmethod
    def of(cls, result: CreateResult) -> Answer:
        """The answer of one of our own clients, so that it can stand behind the server."""
        if isinstance(result.content, str):
            return cls(text=result.content)
        return cls(text=result.thought or "", calls=tuple(result.content))


Brain = Callable[[list[LLMMessage], list[ToolSchema]], Answer | Awaitable[Answer]]
