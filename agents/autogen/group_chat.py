"""One group chat a phase, on autogen, led by our own manager."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autogen_agentchat.base import TaskResult
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, StopMessage, TextMessage
from autogen_agentchat.teams import BaseGroupChat
from autogen_agentchat.teams._group_chat._base_group_chat_manager import BaseGroupChatManager
from pydantic import BaseModel

from agents.conversation.conversation import Conversation, Ending
from agents.conversation.policies import Turn
from agents.durable.turns import DurableAgent


class PhaseManager(BaseGroupChatManager):
    """Gives the floor to whom the phase's policy names, several at once where it names several."""

    def __init__(self, conversation: Conversation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._conversation = conversation
        self._next: list[str] = []

    async def validate_group_state(self, messages: list[BaseChatMessage] | None) -> None: ...

    async def reset(self) -> None:
        self._message_thread.clear()

    async def update_message_thread(self, messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> None:
        await super().update_message_thread(messages)
        for message in messages:
            if isinstance(message, TextMessage) and message.source in self._conversation.names:
                data = message.metadata
                turn = Turn(
                    speaker=message.source,
                    text=message.content,
                    submitted=_names(data["submitted"]),
                    accepted=_names(data["accepted"]),
                    round=int(data["round"]),
                    answered=data["answered"] == "yes",
                )
                self._conversation.said(turn)

    async def _apply_termination_condition(
        self, delta: Sequence[BaseAgentEvent | BaseChatMessage], increment_turn_count: bool = False
    ) -> bool:
        self._next = await self._conversation.next()
        if ending := self._conversation.ending:
            await self._signal_termination(StopMessage(content=ending.reason, source=self._name))
            return True
        return False

    async def select_speaker(self, thread: Sequence[BaseAgentEvent | BaseChatMessage]) -> list[str] | str:
        return self._next


class PhaseChat(BaseGroupChat):
    """The group chat of one phase."""

    component_config_schema = BaseModel

    def __init__(self, conversation: Conversation, participants: list[DurableAgent]) -> None:
        self._conversation = conversation
        super().__init__("phase", "one phase of a run", list(participants), "PhaseManager", PhaseManager)

    def _create_group_chat_manager_factory(self, *args: Any, **kwargs: Any) -> Callable[[], PhaseManager]:
        return lambda: PhaseManager(self._conversation, *args, **kwargs)

    def _to_config(self) -> BaseModel:
        raise NotImplementedError("a phase is described by its scenario, not by a component")

    @classmethod
    def _from_config(cls, config: BaseModel) -> PhaseChat:
        raise NotImplementedError("a phase is described by its scenario, not by a component")


async def converse(conversation: Conversation, participants: list[DurableAgent], task: str) -> Ending:
    """Hold the conversation of one phase until it is over. `task` is what all participants read first."""
    chat = PhaseChat(conversation, participants)
    opening = TextMessage(content=task, source="lab")
    async for item in chat.run_stream(task=opening):
        if isinstance(item, TaskResult):
            break
    if conversation.ending is None:
        raise AssertionError("a phase ended without saying why")
    return conversation.ending


def _names(joined: str) -> frozenset[str]:
    return frozenset(filter(None, joined.split(",")))
