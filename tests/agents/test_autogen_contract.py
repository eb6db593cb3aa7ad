"""What we rely on of autogen. A failure here names what a new version of autogen has changed."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import re
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from agents.autogen import AssistantAgent, BaseChatAgent, BaseChatMessage, CancellationToken, Response, TextMessage
from agents.autogen.private import PassthroughAgent, PhaseManager, run_chat

ROOT = Path(__file__).parents[2]
CHECKED_VERSION = "0.7.5"


@pytest.mark.parametrize("package", ["autogen-agentchat", "autogen-core"])
def test_the_installed_version_is_the_one_that_was_checked(package: str) -> None:
    assert importlib.metadata.version(package) == CHECKED_VERSION, (
        f"{package}: check agents/autogen/private.py against it"
    )
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert re.search(rf"^{package}=={re.escape(CHECKED_VERSION)}$", pins, re.MULTILINE), (
        f"constraints.txt: pin {package}"
    )


def test_the_private_manager_is_where_we_import_it() -> None:
    module = importlib.import_module("autogen_agentchat.teams._group_chat._base_group_chat_manager")
    assert hasattr(module, "BaseGroupChatManager"), f"{module.__name__} has no BaseGroupChatManager any more"


@pytest.mark.parametrize(
    ("base", "method", "parameters"),
    [
        (PhaseManager.__base__, "_apply_termination_condition", ["self", "delta", "increment_turn_count"]),
        (PhaseManager.__base__, "_signal_termination", ["self", "message"]),
        (PhaseManager.__base__, "select_speaker", ["self", "thread"]),
        (PhaseManager.__base__, "validate_group_state", ["self", "messages"]),
        (AssistantAgent, "_execute_tool_call",
         ["tool_call", "workbench", "handoff_tools", "agent_name", "cancellation_token", "stream"]),
    ],
)  # fmt: skip
def test_the_methods_that_we_override_or_call_have_the_same_parameters(
    base: type, method: str, parameters: list[str]
) -> None:
    assert hasattr(base, method), f"{base.__name__} has no {method} any more"
    assert list(inspect.signature(getattr(base, method)).parameters) == parameters, f"{base.__name__}.{method} changed"


def test_the_agent_executes_tool_calls_through_the_method_that_we_override() -> None:
    source = inspect.getsource(AssistantAgent)
    assert source.count("_execute_tool_call(") >= 2, "AssistantAgent no longer calls _execute_tool_call"
    assert isinstance(inspect.getattr_static(PassthroughAgent, "_execute_tool_call"), staticmethod)
    assert isinstance(inspect.getattr_static(AssistantAgent, "_execute_tool_call"), (staticmethod, classmethod))


class Recorder(BaseChatAgent):
    """Logs when its turn begins and ends, and what it was sent."""

    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__(name, "records")
        self._log = log
        self.received: list[list[str]] = []

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        return (TextMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        self.received.append([f"{message.source}: {message.to_text()}" for message in messages])
        self._log.append(f"{self.name} begins")
        return Response(chat_message=TextMessage(content=f"from {self.name}", source=self.name))

    async def on_messages_stream(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> AsyncGenerator[Response, None]:  # type: ignore[override]
        yield await self.on_messages(messages, cancellation_token)

    async def on_reset(self, cancellation_token: CancellationToken) -> None: ...


class Queue:
    """Calls a and b in parallel, then a alone, then nobody."""

    def __init__(self, log: list[str]) -> None:
        self._log, self._rounds = log, iter([["a", "b"], ["a"], []])

    async def next_speakers(self) -> list[str]:
        speakers = next(self._rounds)
        self._log.append(f"calls {speakers}")
        return speakers


async def test_a_list_of_speakers_runs_in_parallel_and_the_queue_is_asked_once_all_have_spoken() -> None:
    log: list[str] = []
    agents = [Recorder(name, log) for name in ("a", "b")]
    await run_chat(Queue(log), agents, "The task.", source="harness")
    assert log == ["calls ['a', 'b']", "a begins", "b begins", "calls ['a']", "a begins", "calls []"], (
        "the manager's hooks are called in another order"
    )


async def test_the_task_is_the_first_message_that_an_agent_receives() -> None:
    agents = [Recorder(name, []) for name in ("a", "b")]
    await run_chat(Queue([]), agents, "The task.", source="harness")
    assert [agent.received[0][0] for agent in agents] == ["harness: The task."] * 2
    assert agents[0].received[1] == ["b: from b"], "an agent no longer receives what others said since its last turn"
