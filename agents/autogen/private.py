"""The parts of autogen that are private, as of autogen-agentchat 0.7.5: `tests/agents/test_autogen_contract.py` checks them.

autogen has no public way to decide the next speakers in code, to call several in parallel, or to receive a tool call
unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import TaskResult
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, StopMessage, TextMessage
from autogen_agentchat.teams import BaseGroupChat
from autogen_agentchat.teams._group_chat._base_group_chat_manager import BaseGroupChatManager
from autogen_core import FunctionCall
from autogen_core.models import FunctionExecutionResult
from autogen_core.tools import ToolResult
from pydantic import BaseModel


class SpeakerQueue(Protocol):
    """Decides who speaks next."""

    async def next_speakers(self) -> list[str]:
        """Return the names of the next speakers, who speak in parallel; an empty list ends the chat."""


class RawToolCalls(Protocol):
    """Executes tool calls exactly as the model wrote them."""

    async def call_as_written(self, name: str, arguments: str, call_id: str = "") -> ToolResult: ...


class PhaseManager(BaseGroupChatManager):
    """Calls the speakers that the queue names."""

    def __init__(self, queue: SpeakerQueue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queue = queue
        self._next: list[str] = []

    async def validate_group_state(self, messages: list[BaseChatMessage] | None) -> None: ...

    async def reset(self) -> None:
        self._message_thread.clear()

    async def _apply_termination_condition(
        self, delta: Sequence[BaseAgentEvent | BaseChatMessage], increment_turn_count: bool = False
    ) -> bool:
        self._next = await self._queue.next_speakers()
        if not self._next:
            await self._signal_termination(StopMessage(content="", source=self._name))
        return not self._next

    async def select_speaker(self, thread: Sequence[BaseAgentEvent | BaseChatMessage]) -> list[str] | str:
        return self._next


class PhaseChat(BaseGroupChat):
    """A group chat whose speakers are decided by a queue."""

    component_config_schema = BaseModel

    def __init__(self, queue: SpeakerQueue, agents: Sequence[BaseChatAgent]) -> None:
        self._queue = queue
        super().__init__("phase", "one phase of a run", list(agents), "PhaseManager", PhaseManager)

    def _create_group_chat_manager_factory(self, *args: Any, **kwargs: Any) -> Callable[[], PhaseManager]:
        return lambda: PhaseManager(self._queue, *args, **kwargs)

    def _to_config(self) -> BaseModel:
        raise NotImplementedError("a scenario describes a phase, not an autogen component")

    @classmethod
    def _from_config(cls, config: BaseModel) -> PhaseChat:
        raise NotImplementedError("a scenario describes a phase, not an autogen component")


async def run_chat(queue: SpeakerQueue, agents: Sequence[BaseChatAgent], task: str, *, source: str) -> None:
    """Run a group chat until the queue is empty. All agents first read `task`, a message from `source`."""
    async for item in PhaseChat(queue, agents).run_stream(task=TextMessage(content=task, source=source)):
        if isinstance(item, TaskResult):
            break


class PassthroughAgent(AssistantAgent):
    """An agent that passes every tool call to its workbench as the model wrote it.

    AssistantAgent itself replies to unknown tools and invalid arguments, so that no journal sees them. It also hangs
    where parsing the arguments raises an exception it does not expect: a number of 5,000 digits, or lists nested 1,000 deep.
    """

    @staticmethod
    async def _execute_tool_call(
        tool_call: FunctionCall, workbench: Sequence[Any], *_: Any, **__: Any
    ) -> tuple[FunctionCall, FunctionExecutionResult]:
        bench: RawToolCalls = workbench[0]
        result = await bench.call_as_written(tool_call.name, tool_call.arguments, tool_call.id)
        return tool_call, FunctionExecutionResult(
            content=result.to_text(), call_id=tool_call.id, is_error=result.is_error, name=tool_call.name
        )
