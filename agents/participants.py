"""Build the participants of a phase from role cards, tools and models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from agents.autogen import ChatCompletionClient, UnboundedChatCompletionContext, UserMessage
from agents.autogen.private import PassthroughAgent
from agents.conversation.conversation import Conversation, Selector
from agents.conversation.policies import Participants, Turn
from agents.durable.model_calls import JournalClient
from agents.durable.shared_prefix import SharedPrefix
from agents.durable.tool_calls import Checkpoint, ToolResults, ToolWorkbench
from agents.durable.turn_state import TurnState
from agents.durable.turns import DurableAgent
from agents.history_compaction import HistoryCompaction, ResultRecall
from agents.image_store import HARNESS
from agents.models import EndpointLimits, Pricing
from agents.models.build import build_client, client_key
from agents.models.config import ModelsConfig, ModelSpec
from agents.models.errors import ModelError
from agents.models.providers import OFFLINE, PROVIDERS
from agents.models.resilient_client import ResilientClient
from agents.offline.client import OfflineClient
from agents.offline.state import NoConversation, ParticipantState, PromptVariables
from agents.prompts import Prompts
from agents.role_card import RoleCard
from agents.run_context import RunContext, Stopped
from tools.toolsets.tool import Tool

TOOL_CALLS_PER_TURN = 80
SUBMIT_PREFIX = "submit_"
"""Prefix of the names of tools that submit something."""


@dataclass(frozen=True)
class ParticipantFactory:
    """Builds participants. All phases of a run share `clients`, so that rate limits hold across phases."""

    cards: dict[str, RoleCard]
    config: ModelsConfig
    run_context: RunContext
    seed: int
    clients: dict[str, ChatCompletionClient] = field(default_factory=dict)
    limits: EndpointLimits = field(default_factory=EndpointLimits)
    prompts: Prompts = field(default_factory=Prompts)
    shared_prefixes: dict[tuple[str, str], SharedPrefix] = field(default_factory=dict)
    """By phase and model."""

    def participant(
        self,
        name: str,
        phase_key: str,
        tools: Sequence[Tool],
        checkpoint: Checkpoint | None,
        conversation: Conversation,
        variables: PromptVariables | None = None,
        begins_alike: bool = False,
    ) -> DurableAgent:
        """Return a participant of the conversation.

        Args:
            begins_alike: its prompts begin like those of others: rules and task first, then its role.
            checkpoint: saves the files after each tool call.
            variables: those of the phase's prompt, for offline participants.
        """
        card = self.cards[name]
        turn_state = TurnState(name)
        spec, context = self._spec(name), UnboundedChatCompletionContext()
        compaction = HistoryCompaction.of(spec.context_tokens) if PROVIDERS[spec.provider].remote else None
        results = ToolResults(self.run_context.journal, f"{phase_key}/{name}")
        variables = variables or PromptVariables("", {})
        state = ParticipantState(name, variables, conversation, results, card)
        offered = [*tools, ResultRecall(context).tool()] if compaction and not card.plain else tools
        begins_alike = begins_alike and not card.plain and PROVIDERS[spec.provider].remote
        shared_prefix = None
        if begins_alike:
            shared_prefix = self.shared_prefixes.setdefault((phase_key, spec.model_dump_json()), SharedPrefix())
        names = conversation.participants.names
        agent = PassthroughAgent(
            name=name,
            description=card.description,
            model_client=self._client(card.name, spec, turn_state, state, compaction, results.briefs, shared_prefix),
            model_context=context,
            workbench=[ToolWorkbench(offered, self.run_context, turn_state, checkpoint, results)],
            system_message=self.prompts.render("rules")
            if begins_alike
            else role_text("system", card, self.cards, names, self.prompts),
            max_tool_iterations=1 if card.plain else TOOL_CALLS_PER_TURN,
        )
        return DurableAgent(
            agent,
            turn_state,
            phase_key,
            self.run_context,
            conversation,
            is_dispensable=self._is_dispensable(name, spec, conversation.participants),
            submit_tools=[tool.name for tool in tools if tool.name.startswith(SUBMIT_PREFIX) and not tool.for_others],
            role=role_text("role", card, self.cards, names, self.prompts) if begins_alike else "",
        )

    def _is_dispensable(self, name: str, spec: ModelSpec, participants: Participants) -> bool:
        """True for a reviewer whose model may fail for good because reviewers on other models remain."""
        if not participants.chair or name not in participants.others or not PROVIDERS[spec.provider].remote:
            return False
        return any(self._spec(other) != spec for other in participants.others if other != name)

    def _spec(self, name: str) -> ModelSpec:
        return self.config.spec_for(name, self.cards[name].model)

    def task(self, phase: str, variables: dict[str, object]) -> str:
        """Return what all participants of a phase read first."""
        return self.prompts.render(phase, **variables)

    def selector(self, phase_key: str) -> Selector:
        """Return a model that chooses the next speaker. If an answer names nobody, it is asked twice more at most."""
        turn_state = TurnState("selector")

        async def select(turns: Sequence[Turn], participants: Participants) -> str:
            turn_state.begin(f"{phase_key}/selector/{len(turns) + 1}")
            descriptions = {name: self.cards[name].description for name in participants.names}
            given = {"participants": descriptions, "turns": turns}
            prompt = self.prompts.render("selector", **given)
            variables = PromptVariables.of("selector", given)
            state = ParticipantState("selector", variables, NoConversation(), {})
            client = self._client("selector", self.config.spec_for("selector"), turn_state, state)
            for _ in range(3):
                try:
                    answer = await client.create([UserMessage(content=prompt, source=HARNESS)])
                except Stopped:
                    break
                except ModelError as error:
                    if error.permanent:
                        self.run_context.stop(f"selector: {error}")
                        break
                    continue
                named = [name for name in participants.names if name in str(answer.content)]
                if len(named) == 1:
                    return named[0]
                prompt += f"\n\nYou answered {str(answer.content)[:80]!r}. Answer with exactly one name of the list."
            if not self.run_context.stopping:
                self.run_context.observer.note("the selector named nobody; the next participant in order speaks")
            return participants.names[len(turns) % len(participants.names)]

        return select

    def _client(
        self,
        role: str,
        spec: ModelSpec,
        turn_state: TurnState,
        state: ParticipantState,
        compaction: HistoryCompaction | None = None,
        briefs: Mapping[str, str] = MappingProxyType({}),
        shared_prefix: SharedPrefix | None = None,
    ) -> JournalClient:
        if spec.provider == OFFLINE:
            offline = ResilientClient(OfflineClient(state, self.seed), spec, self.limits.limiter(spec))
            return JournalClient(offline, self.run_context, turn_state, Pricing(spec))
        key = client_key(spec, role)
        if key not in self.clients:
            self.clients[key] = build_client(
                spec, seed=self.seed, role=role, limits=self.limits, mailbox=self.run_context.mailbox
            )
        return JournalClient(
            self.clients[key], self.run_context, turn_state, Pricing(spec), compaction, briefs, shared_prefix
        )

    def share_a_cache(self, participants: Sequence[str]) -> bool:
        """Return whether one model of a provider plays all of the participants."""
        spec = self._spec(participants[0])
        return PROVIDERS[spec.provider].remote and all(self._spec(name) == spec for name in participants)

    def plays_offline(self, participants: Sequence[str]) -> bool:
        """Return whether the offline researcher plays one of the participants."""
        return any(self._spec(name).provider == OFFLINE for name in participants)


def role_text(
    prompt: str, card: RoleCard, cards: Mapping[str, RoleCard], participants: Sequence[str], prompts: Prompts
) -> str:
    """Return what a participant is told about itself and the others; the prompt `system` has the rules too."""
    others = {name: cards[name].description for name in participants if name != card.name}
    return prompts.render(prompt, card=card, others=others)
