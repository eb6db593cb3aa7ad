"""A room for a conversation without a lab around it: seats with models that say what they are told to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from agents.autogen import CreateResult, LLMMessage, RequestUsage
from agents.autogen.group_chat import converse
from agents.autogen.passthrough_agent import PassthroughAgent
from agents.conversation.conversation import Conversation, Ending, Selector, TurnPrompt
from agents.conversation.participants import SUBMIT_PREFIX
from agents.conversation.policies import Participants, Policy, round_robin
from agents.durable.model_calls import JournalClient
from agents.durable.tool_calls import ToolWorkbench
from agents.durable.turn_state import TurnState
from agents.durable.turns import DurableAgent
from agents.journal import Journal
from agents.models.base import BaseClient, model_info
from agents.models.config import ModelSpec
from agents.models.protocol_common import Request
from agents.models.usage import Pricing
from agents.run_context import RunContext
from tools.toolsets.tool import Tool


class Scripted(BaseClient):
    """Gives its answers one after the other; one that is an error is raised. `heard` are the prompts that came."""

    def __init__(self, answers: Iterable[str | CreateResult | Exception]) -> None:
        super().__init__(model_info())
        self._answers = iter(answers)
        self.heard: list[list[LLMMessage]] = []

    async def answer(self, request: Request) -> CreateResult:
        self.heard.append(list(request.messages))
        said = next(self._answers)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, str):
            said = CreateResult(finish_reason="stop", content=said, usage=RequestUsage(1, 1), cached=False)
        return said


async def hold(
    folder: Path,
    models: dict[str, BaseClient],
    tools: Sequence[Tool] = (),
    turns: int = 4,
    policy: Policy | None = None,
    selector: Selector | None = None,
    turn_prompt: Callable[[Conversation], TurnPrompt] = lambda conversation: TurnPrompt(),
    deliverable: str = "nothing",
) -> tuple[Conversation, Ending, RunContext]:
    """Hold a conversation of so many turns, by default in the order of the seats. Held again in the same folder, it
    goes on from its journal."""
    run_context = RunContext(Journal(folder / "journal.jsonl"))
    participants = Participants(tuple(models))
    conversation = Conversation(
        participants,
        None if selector else policy or round_robin(participants),
        deliverable,
        turns,
        run_context,
        selector,
    )
    conversation.turn_prompt = lambda speaker: turn_prompt(conversation)
    participants = []
    for name, model in models.items():
        scope = TurnState(name)
        client = JournalClient(model, run_context, scope, Pricing(ModelSpec(provider="offline")))
        workbench = ToolWorkbench(tools, run_context, scope, None)
        agent = PassthroughAgent(name, client, workbench=[workbench], system_message="Speak.", max_tool_iterations=9)
        submits = [tool.name for tool in tools if tool.name.startswith(SUBMIT_PREFIX)]
        participants.append(
            DurableAgent(agent, scope, "phase", run_context, lambda: conversation.round, lambda: conversation.turn_prompt("anybody"),
                         deliverable=deliverable, submits=submits)
        )  # fmt: skip
    try:
        return conversation, await converse(conversation, participants, "Begin."), run_context
    finally:
        run_context.journal.close()
