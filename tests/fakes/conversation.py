"""Conversations outside a run: production wiring, with models that reply as scripted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from agents.autogen import CreateResult, LLMMessage, RequestUsage
from agents.autogen.private import run_chat
from agents.conversation.conversation import Conversation, Ending, Selector, TurnPrompt, no_turn_prompt
from agents.conversation.policies import Participants, PolicySequence, build_policy
from agents.image_store import HARNESS
from agents.journal import Journal
from agents.models.base import BaseClient, model_info
from agents.models.build import client_key
from agents.models.config import ModelsConfig, ModelSpec
from agents.models.protocol_common import Request
from agents.participants import ParticipantFactory
from agents.role_card import RoleCard
from agents.run_context import RunContext
from tools.toolsets.tool import Tool


class Scripted(BaseClient):
    """Gives its answers in order; one that is an exception is raised. `heard` collects the messages of each call."""

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


def scripted_factory(run_context: RunContext, models: Mapping[str, BaseClient]) -> ParticipantFactory:
    """Return a factory in which each participant has a role card and a client of its own."""
    specs = {name: ModelSpec(provider="replay", model=name, options={"journal": "unused"}) for name in models}
    cards = {name: RoleCard(name=name, description=f"The {name}.", model=name, prompt="Speak.") for name in models}
    clients = {client_key(spec, name): models[name] for name, spec in specs.items()}
    return ParticipantFactory(
        cards, ModelsConfig(models=specs, default=next(iter(specs))), run_context, 0, dict(clients)
    )


async def hold(
    folder: Path,
    models: Mapping[str, BaseClient],
    tools: Sequence[Tool] = (),
    turns: int = 4,
    policy: PolicySequence | None = None,
    selector: Selector | None = None,
    turn_prompt: TurnPrompt = no_turn_prompt,
    deliverable: str = "nothing",
    participants: Participants | None = None,
) -> tuple[Conversation, Ending, RunContext]:
    """Run a conversation, by default in the order of the models. In a folder that was used before, it resumes."""
    run_context = RunContext(Journal(folder / "journal.jsonl"))
    participants = participants or Participants(tuple(models))
    conversation = Conversation(
        participants,
        policy or build_policy(["round"], participants),
        deliverable,
        turns,
        run_context,
        selector,
        turn_prompt,
    )
    factory = scripted_factory(run_context, models)
    agents = [factory.participant(name, "phase", tools, None, conversation) for name in models]
    try:
        await run_chat(conversation, agents, "Begin.", source=HARNESS)
    finally:
        run_context.journal.close()
    assert conversation.ending
    return conversation, conversation.ending, run_context
