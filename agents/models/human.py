"""A person at the terminal in the place of a model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Literal

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionCall,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    ModelInfo,
    SystemMessage,
    ToolSchema,
)
from agents.models.base import BaseClient
from agents.models.errors import PersonLeft
from agents.models.protocol_common import Request, readable
from agents.models.usage import UsageDetail

_SHOWN = 6000

Ask = Callable[[str], Awaitable[str]]
"""Shows a text to the person and gives back the line that the person types."""


async def ask_terminal(text: str) -> str:
    """Ask on standard input, without holding up the rest of the run."""
    return await asyncio.to_thread(input, text)


class HumanClient(BaseClient):
    """Shows what is new in the conversation and takes the answer: text up to an empty line, or one call of a tool as
    `/name {"argument": value}`. Any beginning of the name that tells it apart will do, and a tool with one argument
    takes plain words: `/accept well argued`. `/tools` lists the tools."""

    def __init__(self, role: str = "", ask: Ask = ask_terminal) -> None:
        super().__init__(
            ModelInfo(vision=False, function_calling=True, json_output=True, structured_output=False, family="unknown")
        )
        self._role, self._ask, self._calls = role or "you", ask, 0

    async def answer(self, request: Request) -> AsyncGenerator[str | CreateResult, None]:
        shown = _new(request.messages) + f"\n{self._role} (/tools; an empty line ends your text)> "
        called = isinstance(request.messages[-1], FunctionExecutionResultMessage)
        lines: list[str] = []
        while True:
            try:
                line = await self._ask(shown)
            except EOFError:
                raise PersonLeft("the input was closed; resume the run to go on") from None
            shown = "> "
            if line.strip() == "/tools":
                shown = _listed(request.tools) + "\n> "
            elif line.startswith("/") and not lines:
                call, problem = self._call(line[1:], request.tools)
                if call:
                    yield _result([call])
                    return
                shown = f"{problem}\n> "
            elif line.strip():
                lines.append(line)
            elif lines or called:
                yield _result("\n".join(lines) or "(done)")
                return

    def _call(self, line: str, tools: Sequence[ToolSchema]) -> tuple[FunctionCall | None, str]:
        name, _, rest = line.partition(" ")
        fitting = [tool for tool in tools if tool["name"] == name] or [t for t in tools if t["name"].startswith(name)]
        if len(fitting) != 1:
            return None, f"{len(fitting)} tools are called {name!r}; " + _listed(tools)
        arguments, problem = _arguments(rest.strip(), fitting[0])
        if problem:
            return None, problem
        self._calls += 1
        return FunctionCall(id=f"human_{self._calls}", name=fitting[0]["name"], arguments=arguments), ""


def _arguments(given: str, tool: ToolSchema) -> tuple[str, str]:
    """What was typed as the JSON of a call's arguments, or what is wrong with it."""
    names = list(tool.get("parameters", {"properties": {}})["properties"])
    if given and not given.startswith("{") and len(names) == 1:
        return json.dumps({names[0]: given}, ensure_ascii=False), ""
    try:
        json.loads(given or "{}")
    except json.JSONDecodeError as error:
        return "", f"the arguments are not JSON: {error}"
    return given or "{}", ""


def _new(messages: Sequence[LLMMessage]) -> str:
    """What came since the person's own last word; all, with the role's card, the first time."""
    own = [index for index, message in enumerate(messages) if isinstance(message, AssistantMessage)]
    return "\n\n".join(_told(message) for message in messages[own[-1] + 1 if own else 0 :])


def _told(message: LLMMessage) -> str:
    if isinstance(message, SystemMessage):
        return message.content
    if isinstance(message, FunctionExecutionResultMessage):
        return "\n".join(f"[{r.name}{' failed' if r.is_error else ''}] {r.content}" for r in message.content)
    if isinstance(message, AssistantMessage):
        return (
            f"[{message.source}] {message.content if isinstance(message.content, str) else readable(message.thought)}"
        )
    parts = [message.content] if isinstance(message.content, str) else message.content
    text = "\n".join("(an image)" if isinstance(part, Image) else part for part in parts)
    more = f" … ({len(text) - _SHOWN:,} more characters are in the transcript)" if len(text) > _SHOWN else ""
    return f"[{message.source}] {text[:_SHOWN]}{more}"


def _listed(tools: Sequence[ToolSchema]) -> str:
    lines = []
    for tool in tools:
        arguments = ", ".join(tool.get("parameters", {"properties": {}})["properties"])
        purpose = tool.get("description", "").partition("\n")[0]
        lines.append(f"  /{tool['name']} {{{arguments}}}  {purpose}")
    return "tools:\n" + "\n".join(lines) if lines else "there are no tools"


def _result(content: str | list[FunctionCall]) -> CreateResult:
    finish: Literal["stop", "function_calls"] = "stop" if isinstance(content, str) else "function_calls"
    return CreateResult(finish_reason=finish, content=content, usage=UsageDetail(0, 0, model="human"), cached=False)
