"""Durable tool calls."""

from __future__ import annotations

import asyncio
import errno
import json
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from agents.autogen import CancellationToken, ParametersSchema, TextResultContent, ToolResult, ToolSchema, Workbench
from agents.durable.turn_state import TurnState, digest
from agents.history_compaction import placeholder_in
from agents.journal import Journal
from agents.models.arguments import read_arguments
from agents.models.checked_arguments import checked_arguments, unknown_arguments
from agents.models.protocol_common import tool_name
from agents.models.text_answers import UNREADABLE_CALL
from agents.prompts import render
from agents.run_context import RunContext, Stopped
from tools.errors import MachineError, ToolError, nearest
from tools.toolsets.tool import Shown, Submission, Tool, ToolAnswer

_OF_THE_CALL = {errno.EACCES, errno.EEXIST, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT,
                errno.ENOTDIR, errno.ENOTEMPTY, errno.EPERM}  # fmt: skip
"""What comes of the names that a call was given, not of the machine."""


class Checkpoint(Protocol):
    """Saves the files that tools change, so that an interrupted call can be undone."""

    async def save(self, message: str) -> str:
        """Save the files as they are now and return the name of that state."""


@dataclass(frozen=True)
class ToolOutcome:
    """The result of a tool call as the journal records it."""

    text: str
    failed: bool = False
    data: dict[str, Any] | None = None
    brief: str = ""
    submissions: list[tuple[str, str]] = field(default_factory=list)


class ToolResults:
    """The typed data of one participant's tool calls in one phase, and their short forms, by call id."""

    def __init__(self, journal: Journal, participant_key: str) -> None:
        """Start from what the journal holds under `{phase key}/{participant}`, so that a resumed phase has it too."""
        self._data: dict[str, dict[str, Any]] = {}
        self.briefs: dict[str, str] = {}
        for record in journal.records():
            if record.type == "tool" and record.key.startswith(f"{participant_key}/"):
                self.put(record.data.get("call_id", ""), record.data.get("data"), record.data.get("brief", ""))

    def put(self, call_id: str, data: dict[str, Any] | None, brief: str = "") -> None:
        if call_id and data is not None:
            self._data[call_id] = data
        if call_id and brief:
            self.briefs[call_id] = brief

    def get(self, call_id: str) -> dict[str, Any] | None:
        return self._data.get(call_id)


class ToolWorkbench(Workbench):
    """The tools of one participant. It never raises, because autogen would wait forever for a tool call that does."""

    component_config_schema = BaseModel

    def __init__(
        self,
        tools: Sequence[Tool],
        run_context: RunContext,
        turn_state: TurnState,
        checkpoint: Checkpoint | None,
        results: ToolResults | None = None,
    ) -> None:
        self._results = results or ToolResults(run_context.journal, turn_state.speaker)
        self._tools = {tool.name: tool for tool in tools}
        self._run_context, self._turn_state, self._checkpoint = run_context, turn_state, checkpoint
        self._order = asyncio.Lock()
        self._told: set[tuple[str, str]] = set()
        """Tool and argument of each unknown argument that was refused."""

    async def list_tools(self) -> list[ToolSchema]:
        return [
            ToolSchema(name=tool.name, description=tool.description, parameters=_parameters(tool.arguments))
            for tool in self._tools.values()
        ]

    async def call_as_written(self, name: str, arguments: str, call_id: str = "") -> ToolResult:
        """Carry out a call as the model wrote it. Calls of one reply run in order."""
        async with self._order:
            if name == UNREADABLE_CALL:
                return await self._call_recorded(name, {"as written": arguments}, call_id, render("call_as_text"))
            if name not in self._tools:
                problem = f"there is no tool {name[:80]!r}; {nearest(name, self._tools)}"
                return await self._call_recorded(tool_name(name), {"as written": arguments}, call_id, problem)
            try:
                given = read_arguments(arguments)
            except ValueError as error:
                problem = f"{name} was not called, its arguments are no JSON object: {error}"
                return await self._call_recorded(name, {"as written": arguments}, call_id, problem)
            return await self._call_recorded(name, given, call_id)

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        call_id: str | None = None,
    ) -> ToolResult:
        return await self._call_recorded(name, dict(arguments or {}), call_id or "")

    async def _call_recorded(self, name: str, arguments: dict[str, Any], call_id: str, problem: str = "") -> ToolResult:
        turn_state, run_context = self._turn_state, self._run_context
        given = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
        call = f"{name}:{digest([name, given])[:10]}"
        repeated = UNREADABLE_CALL if name == UNREADABLE_CALL else call
        turn_state.tool_calls[call] += 1
        key = f"{turn_state.key}/tool:{call}:{turn_state.tool_calls[call]}"
        if record := run_context.journal.get(key):
            found = [(deliverable, status) for deliverable, status in record.data["submissions"]]
            turn_state.add_submissions(found, record.data["text"])
            self._results.put(call_id, record.data.get("data"), record.data.get("brief", ""))
            turn_state.add_result(repeated, record.data["failed"], record.data["text"])
            return _result(name, record.data["text"], record.data["failed"])
        if run_context.stopping:
            return _result(name, run_context.stop_reason, failed=True)
        run_context.observer.tool_started(turn_state.speaker, name, given)
        began = time.monotonic()
        try:
            answer = ToolOutcome(problem, failed=True) if problem else await self._call(name, arguments)
        except (Stopped, asyncio.CancelledError):
            return _result(name, run_context.stop_reason or "cancelled", failed=True)
        try:
            commit = await self._checkpoint.save(f"{turn_state.speaker}: {name}") if self._checkpoint else ""
            data = {
                "tool": name,
                "arguments": arguments,
                "text": answer.text,
                "failed": answer.failed,
                "submissions": answer.submissions,
                "commit": commit,
                "call_id": call_id,
                **({"data": answer.data} if answer.data is not None else {}),
                **({"brief": answer.brief} if answer.brief else {}),
            }
            run_context.journal.put(key, "tool", data, time.monotonic() - began)
        except (OSError, MachineError) as error:
            run_context.stop(f"{name} could not be recorded: {error}")
            return _result(name, run_context.stop_reason, failed=True)
        turn_state.add_submissions(answer.submissions, answer.text)
        turn_state.add_result(repeated, answer.failed, answer.text)
        self._results.put(call_id, answer.data, answer.brief)
        run_context.observer.tool_ended(turn_state.speaker, name, answer.text, answer.failed)
        return _result(name, answer.text, answer.failed)

    async def _call(self, name: str, arguments: dict[str, Any]) -> ToolOutcome:
        tool = self._tools[name]
        if tool.for_others:
            return ToolOutcome(f"{name} was not called: it is for others; the task says for whom", failed=True)
        try:
            _check_placeholders(arguments)
            given = checked_arguments(tool.arguments, arguments, self._repeated(tool, arguments))
        except ToolError as error:
            return ToolOutcome(f"{name} was not called: {error}", failed=True)
        try:
            answer = await self._run_context.unless_stopped(tool.call(**given.values))
        except ToolError as error:
            return ToolOutcome(str(error), failed=True)
        except (Stopped, asyncio.CancelledError):
            raise
        except (MachineError, OSError) as error:
            if isinstance(error, OSError) and error.errno in _OF_THE_CALL:
                return ToolOutcome(f"{name} failed: {error.strerror}", failed=True)
            self._run_context.stop(f"{name}: {error}")
            raise Stopped(self._run_context.stop_reason) from error
        except Exception as error:  # a defect in a tool must not end the conversation; it is kept with its place
            self._run_context.observer.note(traceback.format_exc())
            return ToolOutcome(
                f"{name} failed inside ({type(error).__name__}: {error}); this is not your mistake", failed=True
            )
        notes = "".join(f"\n({note})" for note in given.notes)
        if not isinstance(answer, ToolAnswer):
            return ToolOutcome(answer + notes)
        data = answer.data.model_dump(mode="json") if answer.data is not None else None
        if isinstance(answer, Submission):
            return ToolOutcome(answer.text + notes, data=data, submissions=[(answer.deliverable, answer.status)])
        if isinstance(answer, Shown):
            marks = [self._run_context.image_store.store(image) for image in answer.images]
            return ToolOutcome("\n".join([answer.text + notes, *marks]), data=data)
        return ToolOutcome(answer.text + notes, data=data, brief=answer.brief)

    def _repeated(self, tool: Tool, arguments: Mapping[str, Any]) -> frozenset[str]:
        """Return the unknown arguments that were refused before. Who repeats one means nothing by it."""
        unknown = unknown_arguments(tool.arguments, arguments)
        repeated = frozenset(name for name in unknown if (tool.name, name) in self._told)
        self._told |= {(tool.name, name) for name in unknown}
        return repeated

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def reset(self) -> None: ...

    async def save_state(self) -> Mapping[str, Any]:
        return {}

    async def load_state(self, state: Mapping[str, Any]) -> None: ...


def _check_placeholders(arguments: Mapping[str, Any]) -> None:
    """Refuse an argument in which a note of this program stands for the text that it left out of the prompt.

    Raises:
        ToolError: names the argument and quotes the note.
    """
    for argument, value in arguments.items():
        if note := placeholder_in(json.dumps(value, ensure_ascii=False)):
            raise ToolError(
                f"{argument} contains {note!r}. That is a note of this program, which stands for a "
                "text that was left out of your prompt; write the text itself"
            )


def _result(name: str, text: str, failed: bool) -> ToolResult:
    return ToolResult(name=name, result=[TextResultContent(content=text)], is_error=failed)


def _parameters(arguments: type[BaseModel]) -> ParametersSchema:
    schema = arguments.model_json_schema()
    for prop in schema.get("properties", {}).values():
        prop.pop("title", None)
    parameters = ParametersSchema(
        type="object",
        properties=schema.get("properties", {}),
        required=schema.get("required", []),
        additionalProperties=False,
    )
    if "$defs" in schema:
        parameters["$defs"] = schema["$defs"]  # type: ignore[typeddict-unknown-key]
    return parameters
