"""A person at the terminal, or at a page of the viewer, who plays a role instead of a model."""

from __future__ import annotations

import asyncio
import functools
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionCall,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    SystemMessage,
    ToolSchema,
)
from agents.mailbox import Mailbox, OfferedTool
from agents.models.base import BaseClient, model_info
from agents.models.config import ModelSpec
from agents.models.errors import PersonLeft
from agents.models.protocol_common import Request, tool_parameters, visible_thought
from agents.models.terminal_input import TerminalInput
from agents.models.usage import UsageDetail

_MAX_SHOWN = 6000

Ask = Callable[[str], Awaitable[str]]
"""Shows a text to the person and returns the line that the person types."""


async def ask_terminal(text: str) -> str:
    """Ask on standard input without blocking the rest of the run. Raises EOFError at the end of the input."""
    sys.stdout.write(text)
    sys.stdout.flush()
    return await _standard_input().line()


@functools.cache
def _standard_input() -> TerminalInput:
    """Return the input that all people of a run share, since lines may be read ahead."""
    return TerminalInput(sys.stdin.fileno())


class HumanClient(BaseClient):
    """Shows new messages and reads the answer: text up to an empty line, or one tool call.

    A call is written `/name {"argument": value}`. An unambiguous prefix of the name suffices, and a tool with one
    argument takes plain text: `/accept well argued`. `/tools` lists the tools.
    """

    def __init__(self, role: str = "", ask: Ask = ask_terminal) -> None:
        super().__init__(model_info())
        self._role, self._ask, self._calls = role or "you", ask, 0
        self.mailbox: Mailbox | None = None
        """Where a page may answer instead of the terminal."""

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, seed: int, role: str) -> HumanClient:
        return cls(role)

    async def answer(self, request: Request) -> CreateResult:
        if self.mailbox is None:
            return await self._typed(request)
        typed, written = (asyncio.ensure_future(work) for work in (self._typed(request), self._written(request)))
        try:
            await asyncio.wait({typed, written}, return_when=asyncio.FIRST_COMPLETED)
            if typed.done() and isinstance(typed.exception(), PersonLeft) and self.mailbox.is_attended:
                await asyncio.wait({written})
            return (written if written.done() else typed).result()
        finally:
            typed.cancel()
            written.cancel()
            await asyncio.gather(typed, written, return_exceptions=True)

    async def _written(self, request: Request) -> CreateResult:
        """Return the answer of a person at a page of the viewer."""
        assert self.mailbox
        called = isinstance(request.messages[-1], FunctionExecutionResultMessage)
        tools = [_offered(tool) for tool in request.tools]
        answer = await self.mailbox.ask(self._role, _new_messages(request.messages), tools, may_end=called)
        if not answer.tool:
            return _result(answer.text.strip() or "(done)")
        self._calls += 1
        arguments = json.dumps(answer.arguments, ensure_ascii=False)
        return _result([FunctionCall(id=f"human_{self._calls}", name=answer.tool, arguments=arguments)])

    async def _typed(self, request: Request) -> CreateResult:
        """Return the answer of a person at the terminal."""
        shown = _new_messages(request.messages) + f"\n{self._role} (/tools; end your text with an empty line)> "
        called = isinstance(request.messages[-1], FunctionExecutionResultMessage)
        lines: list[str] = []
        while True:
            try:
                line = await self._ask(shown)
            except EOFError:
                raise PersonLeft("the terminal input was closed; resume the run to continue") from None
            shown = "> "
            if line.strip() == "/tools":
                shown = _listed(request.tools) + "\n> "
            elif line.startswith("/") and not lines:
                call, problem = self._call(line[1:], request.tools)
                if call:
                    return _result([call])
                shown = f"{problem}\n> "
            elif line.strip():
                lines.append(line)
            elif lines or called:
                return _result("\n".join(lines) or "(done)")

    def _call(self, line: str, tools: Sequence[ToolSchema]) -> tuple[FunctionCall | None, str]:
        name, _, rest = line.partition(" ")
        matching = [tool for tool in tools if tool["name"] == name] or [t for t in tools if t["name"].startswith(name)]
        if len(matching) != 1:
            return None, f"{len(matching)} tools match {name!r}; " + _listed(tools)
        arguments, problem = _arguments(rest.strip(), matching[0])
        if problem:
            return None, problem
        self._calls += 1
        return FunctionCall(id=f"human_{self._calls}", name=matching[0]["name"], arguments=arguments), ""


def _arguments(given: str, tool: ToolSchema) -> tuple[str, str]:
    """Return the typed text as JSON arguments, or what is wrong with it."""
    names = list(tool_parameters(tool)["properties"])
    if given and not given.startswith("{") and len(names) == 1:
        return json.dumps({names[0]: given}, ensure_ascii=False), ""
    try:
        json.loads(given or "{}")
    except json.JSONDecodeError as error:
        return "", f"the arguments are not JSON: {error}"
    return given or "{}", ""


def _new_messages(messages: Sequence[LLMMessage]) -> str:
    """Return the messages since the person's last one, or all messages and the role card the first time."""
    own = [index for index, message in enumerate(messages) if isinstance(message, AssistantMessage)]
    return "\n\n".join(_format(message) for message in messages[own[-1] + 1 if own else 0 :])


def _format(message: LLMMessage) -> str:
    if isinstance(message, SystemMessage):
        return message.content
    if isinstance(message, FunctionExecutionResultMessage):
        return "\n".join(f"[{r.name}{' failed' if r.is_error else ''}] {r.content}" for r in message.content)
    if isinstance(message, AssistantMessage):
        text = message.content if isinstance(message.content, str) else visible_thought(message.thought)
        return f"[{message.source}] {text}"
    parts = [message.content] if isinstance(message.content, str) else message.content
    text = "\n".join("(an image)" if isinstance(part, Image) else part for part in parts)
    more = f" ... ({len(text) - _MAX_SHOWN:,} more characters in the transcript)" if len(text) > _MAX_SHOWN else ""
    return f"[{message.source}] {text[:_MAX_SHOWN]}{more}"


def _offered(tool: ToolSchema) -> OfferedTool:
    properties = tool_parameters(tool)["properties"]
    purpose = tool.get("description", "").partition("\n")[0]
    types = {name: str(schema.get("type", "")) for name, schema in properties.items()}
    return OfferedTool(name=tool["name"], purpose=purpose, parameters=types)


def _listed(tools: Sequence[ToolSchema]) -> str:
    lines = []
    for tool in tools:
        arguments = ", ".join(tool_parameters(tool)["properties"])
        purpose = tool.get("description", "").partition("\n")[0]
        lines.append(f"  /{tool['name']} {{{arguments}}}  {purpose}")
    return "tools:\n" + "\n".join(lines) if lines else "there are no tools"


def _result(content: str | list[FunctionCall]) -> CreateResult:
    finish: Literal["stop", "function_calls"] = "stop" if isinstance(content, str) else "function_calls"
    return CreateResult(finish_reason=finish, content=content, usage=UsageDetail(0, 0, model="human"), cached=False)
