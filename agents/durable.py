"""The seams between a conversation and the world: every model call, every tool call and every turn goes through here.

Each seam asks the journal first. What was finished is taken from there; what was not is done and recorded. A turn that
was cut short replays its own calls and goes on live where they end.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import traceback
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, TextMessage, ToolCallSummaryMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from autogen_core.tools import (
    ParametersSchema,
    TextResultContent,
    ToolResult,
    ToolSchema,
    Workbench,
)
from autogen_core.tools import (
    Tool as AutogenTool,
)
from pydantic import BaseModel, TypeAdapter, ValidationError

from agents.conduct import Conduct, Stopped
from agents.models.errors import ModelError
from tools.errors import MachineError, ToolError
from tools.tool import Submission, Tool

_MESSAGE: TypeAdapter[LLMMessage] = TypeAdapter(LLMMessage)


class Checkpoint(Protocol):
    """Keeps the state of the files that tools change, so that a half-done call can be undone."""

    async def save(self, message: str) -> str:
        """Keep the files as they are now; answers the name of that state."""


@dataclass
class TurnScope:
    """The turn that one seat is in: the key its calls are recorded under, and what they have led to."""

    speaker: str
    key: str = ""
    model_calls: int = 0
    tool_calls: Counter[str] = field(default_factory=Counter)
    submissions: list[tuple[str, str]] = field(default_factory=list)
    dollars: float = 0.0

    def begin(self, key: str) -> None:
        self.key, self.model_calls, self.dollars = key, 0, 0.0
        self.tool_calls.clear()
        self.submissions.clear()

    def statuses(self, *wanted: str) -> list[str]:
        return sorted({deliverable for deliverable, status in self.submissions if status in wanted})


class JournalClient(ChatCompletionClient):
    """A model client whose calls are looked up in the journal before they are made."""

    component_type = "model"
    component_config_schema = BaseModel

    def __init__(
        self,
        inner: ChatCompletionClient,
        conduct: Conduct,
        scope: TurnScope,
        model: str,
        dollars: Callable[[CreateResult], float],
        worst_case: Callable[[Sequence[LLMMessage]], tuple[int, float]],
    ) -> None:
        self._inner, self._conduct, self._scope = inner, conduct, scope
        self._model, self._dollars, self._worst_case = model, dollars, worst_case

    async def create(self, messages: Sequence[LLMMessage], **options: Any) -> CreateResult:
        scope, conduct = self._scope, self._conduct
        scope.model_calls += 1
        key = f"{scope.key}/model:{scope.model_calls}"
        digest = _digest([message.model_dump(mode="json") for message in messages])
        record = conduct.journal.get(key)
        if record and record.data["digest"] == digest:
            scope.dollars += record.data["dollars"]
            return CreateResult.model_validate(record.data["result"])
        conduct.check(*self._worst_case(messages))
        conduct.observer.model_called(scope.speaker, self._model)
        began = time.monotonic()
        result = await conduct.unless_stopped(self._inner.create(messages, **options))
        spent = self._dollars(result)
        data = {
            "digest": digest,
            "model": self._model,
            "dollars": spent,
            "tokens": result.usage.prompt_tokens + result.usage.completion_tokens,
            "result": result.model_dump(mode="json", serialize_as_any=True),
        }
        conduct.journal.put(key, "model", data, time.monotonic() - began)
        conduct.count(data)
        conduct.observer.model_answered(scope.speaker, spent)
        scope.dollars += spent
        return result

    async def create_stream(
        self, messages: Sequence[LLMMessage], **options: Any
    ) -> AsyncGenerator[str | CreateResult, None]:
        yield await self.create(messages, **options)

    async def close(self) -> None:
        await self._inner.close()

    def actual_usage(self) -> RequestUsage:
        return self._inner.actual_usage()

    def total_usage(self) -> RequestUsage:
        return self._inner.total_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[AutogenTool | ToolSchema] = ()) -> int:
        return self._inner.count_tokens(messages, tools=tools)

    def remaining_tokens(
        self, messages: Sequence[LLMMessage], *, tools: Sequence[AutogenTool | ToolSchema] = ()
    ) -> int:
        return self._inner.remaining_tokens(messages, tools=tools)

    @property
    def capabilities(self) -> ModelInfo:
        return self._inner.model_info

    @property
    def model_info(self) -> ModelInfo:
        return self._inner.model_info


class ToolWorkbench(Workbench):
    """The tools of one seat. It never raises: autogen waits for ever for a tool call that does."""

    component_config_schema = BaseModel

    def __init__(
        self, tools: Sequence[Tool], conduct: Conduct, scope: TurnScope, checkpoint: Checkpoint | None
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._conduct, self._scope, self._checkpoint = conduct, scope, checkpoint

    async def list_tools(self) -> list[ToolSchema]:
        return [
            ToolSchema(name=tool.name, description=tool.description, parameters=_parameters(tool.arguments))
            for tool in self._tools.values()
        ]

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        call_id: str | None = None,
    ) -> ToolResult:
        scope, conduct = self._scope, self._conduct
        given = json.dumps(arguments or {}, sort_keys=True, ensure_ascii=False)
        call = f"{name}:{_digest([name, given])[:10]}"
        scope.tool_calls[call] += 1
        key = f"{scope.key}/tool:{call}:{scope.tool_calls[call]}"
        if record := conduct.journal.get(key):
            scope.submissions += [(deliverable, status) for deliverable, status in record.data["submissions"]]
            return _result(name, record.data["text"], record.data["failed"])
        if conduct.stopping:
            return _result(name, conduct.stop_reason, failed=True)
        conduct.observer.tool_started(scope.speaker, name, given)
        began = time.monotonic()
        try:
            text, failed, submissions = await self._call(name, arguments)
        except (Stopped, asyncio.CancelledError):
            return _result(name, conduct.stop_reason or "cancelled", failed=True)
        try:
            commit = await self._checkpoint.save(f"{scope.speaker}: {name}") if self._checkpoint else ""
            data = {
                "tool": name,
                "arguments": arguments or {},
                "text": text,
                "failed": failed,
                "submissions": submissions,
                "commit": commit,
            }
            conduct.journal.put(key, "tool", data, time.monotonic() - began)
        except (OSError, MachineError) as error:
            conduct.stop(f"{name} could not be recorded: {error}")
            return _result(name, conduct.stop_reason, failed=True)
        scope.submissions += submissions
        conduct.observer.tool_ended(scope.speaker, name, text, failed)
        return _result(name, text, failed)

    async def _call(self, name: str, arguments: Any) -> tuple[str, bool, list[tuple[str, str]]]:
        tool = self._tools[name]
        try:
            checked = tool.arguments.model_validate(arguments or {})
            given = {field: getattr(checked, field) for field in tool.arguments.model_fields}
            answer = await self._conduct.unless_stopped(tool.call(**given))
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in error.errors())
            return f"{name} was not called, its arguments are not valid: {problems}", True, []
        except ToolError as error:
            return str(error), True, []
        except (Stopped, asyncio.CancelledError):
            raise
        except (MachineError, OSError) as error:
            self._conduct.stop(f"{name}: {error}")
            raise Stopped(self._conduct.stop_reason) from error
        except Exception as error:  # a defect in a tool must not end the conversation; it is kept with its place
            self._conduct.observer.note(traceback.format_exc())
            return f"{name} failed inside ({type(error).__name__}: {error}); this is not your mistake", True, []
        if isinstance(answer, Submission):
            return answer.text, False, [(answer.deliverable, answer.status)]
        return answer, False, []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def reset(self) -> None: ...

    async def save_state(self) -> Mapping[str, Any]:
        return {}

    async def load_state(self, state: Mapping[str, Any]) -> None: ...


class DurableAgent(BaseChatAgent):
    """One seat of a chat. A finished turn is taken from the journal; an unfinished one runs on."""

    def __init__(
        self, inner: AssistantAgent, scope: TurnScope, phase_key: str, conduct: Conduct, round_of: Callable[[], int]
    ) -> None:
        super().__init__(inner.name, inner.description)
        self._inner, self._scope, self._conduct, self._round_of = inner, scope, conduct, round_of
        self._phase_key, self._turns = phase_key, 0

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        return (TextMessage,)

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        await self._inner.on_reset(cancellation_token)
        self._turns = 0

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        async for item in self.on_messages_stream(messages, cancellation_token):
            if isinstance(item, Response):
                return item
        raise AssertionError("a turn always ends with a response")

    async def on_messages_stream(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> AsyncGenerator[BaseAgentEvent | BaseChatMessage | Response, None]:
        conduct, scope = self._conduct, self._scope
        self._turns += 1
        key = f"{self._phase_key}/{self.name}/{self._turns}"
        round_number = self._round_of()
        if record := conduct.journal.get(key):
            for message in record.data["context"]:
                await self._inner.model_context.add_message(_MESSAGE.validate_python(message))
            conduct.observer.turn_ended(self.name, record.data["text"], replayed=True)
            yield self._response(record.data, round_number, record.seconds)
            return
        scope.begin(key)
        conduct.observer.turn_started(self.name)
        began = time.monotonic()
        before = len(await self._inner.model_context.get_messages())
        text = await self._speak(_in_round_order(messages), cancellation_token)
        seconds = time.monotonic() - began
        context = (await self._inner.model_context.get_messages())[before:]
        data = {
            "speaker": self.name,
            "text": text,
            "submitted": scope.statuses("submitted", "accepted"),
            "accepted": scope.statuses("accepted"),
            "dollars": scope.dollars,
            "context": [message.model_dump(mode="json", serialize_as_any=True) for message in context],
        }
        if not conduct.stopping and self._record(key, data, seconds):
            conduct.observer.turn_ended(self.name, text, replayed=False)
        yield self._response(data, round_number, seconds)

    def _record(self, key: str, data: dict[str, Any], seconds: float) -> bool:
        try:
            self._conduct.journal.put(key, "turn", data, seconds)
        except OSError as error:
            self._conduct.stop(f"the journal cannot be written: {error}")
            return False
        return True

    async def _speak(self, messages: Sequence[BaseChatMessage], token: CancellationToken) -> str:
        """What the seat says. A stop or a failure of its model is said in its place, never made up for."""
        try:
            async for item in self._inner.on_messages_stream(messages, token):
                if isinstance(item, Response):
                    if isinstance(item.chat_message, ToolCallSummaryMessage):
                        return "(I used all the tool calls of one turn; I go on in my next turn.)"
                    return item.chat_message.to_text().strip() or "(no words)"
        except Stopped as stopped:
            return f"({stopped})"
        except OSError as error:
            self._conduct.stop(f"the journal cannot be written: {error}")
            return f"({self._conduct.stop_reason})"
        except ModelError as error:
            if error.permanent:
                self._conduct.stop(f"{self.name}: {error}")
            return f"(no answer: {error})"
        except Exception as error:  # autogen would wait for ever for a parallel turn that raised
            self._conduct.observer.note(traceback.format_exc())
            self._conduct.stop(f"{self.name}: {type(error).__name__}: {error}")
            return f"({self._conduct.stop_reason})"
        raise AssertionError("the agent ended its turn without a response")

    def _response(self, data: dict[str, Any], round_number: int, seconds: float) -> Response:
        metadata = {
            "round": str(round_number),
            "submitted": ",".join(data["submitted"]),
            "accepted": ",".join(data["accepted"]),
            "seconds": str(seconds),
            "dollars": str(data["dollars"]),
        }
        return Response(chat_message=TextMessage(content=data["text"], source=self.name, metadata=metadata))


def _in_round_order(messages: Sequence[BaseChatMessage]) -> list[BaseChatMessage]:
    """Those who spoke in parallel are heard in the order of their names, whoever was done first."""
    return sorted(messages, key=lambda m: (int(m.metadata.get("round", -1)), m.source if m.metadata else ""))


def _result(name: str, text: str, failed: bool) -> ToolResult:
    return ToolResult(name=name, result=[TextResultContent(content=text)], is_error=failed)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


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
