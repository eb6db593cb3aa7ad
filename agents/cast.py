"""From cards to the people of a phase: each seat is a card, its tools as the phase offers them, and its model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autogen_core.model_context import UnboundedChatCompletionContext
from autogen_core.models import ChatCompletionClient, UserMessage

from agents.conduct import Conduct, Stopped
from agents.economy import Economy, Recall
from agents.floor import Floor, Selector
from agents.models import Limits as ModelLimits
from agents.models import build_client, client_key
from agents.models.config import ModelsConfig, ModelSpec
from agents.models.errors import ModelError
from agents.models.providers import PROVIDERS
from agents.models.tariff import Tariff
from agents.policies import Seats, Turn
from agents.prompts import render
from agents.role import RoleCard
from agents.seams.model_calls import JournalClient
from agents.seams.scope import TurnScope
from agents.seams.seated import SeatedAgent
from agents.seams.tool_calls import Checkpoint, ToolWorkbench
from agents.seams.turns import DurableAgent
from tools.tool import Tool

TOOL_CALLS_PER_TURN = 80
HANDS_IN = "submit_"
"""Tools that hand something in are called so."""


@dataclass(frozen=True)
class Cast:
    """Makes the seats of one phase. `models` are shared by all phases of a run, so that limits hold across them."""

    cards: dict[str, RoleCard]
    config: ModelsConfig
    conduct: Conduct
    seed: int
    clients: dict[str, ChatCompletionClient] = field(default_factory=dict)
    limits: ModelLimits = field(default_factory=ModelLimits)

    def seat(
        self, name: str, phase_key: str, tools: Sequence[Tool], checkpoint: Checkpoint | None, floor: Floor
    ) -> DurableAgent:
        """One participant of the phase's chat."""
        card = self.cards[name]
        scope = TurnScope(name)
        spec, context = self._spec(name), UnboundedChatCompletionContext()
        economy = Economy.of(spec.context_tokens) if PROVIDERS[spec.provider].remote else None
        seated = [*tools, Recall(context).tool()] if economy and not card.plain else tools
        agent = SeatedAgent(
            name=name,
            description=card.description,
            model_client=self._client(card.name, spec, scope, economy),
            model_context=context,
            workbench=[ToolWorkbench(seated, self.conduct, scope, checkpoint)],
            system_message=self._system_message(card, floor.seats),
            max_tool_iterations=1 if card.plain else TOOL_CALLS_PER_TURN,
        )
        dispensable = self._is_dispensable(name, spec, floor.seats)
        return DurableAgent(
            agent,
            scope,
            phase_key,
            self.conduct,
            lambda: floor.round,
            lambda: floor.cue(name),
            dispensable,
            floor.deliverable,
            [tool.name for tool in tools if tool.name.startswith(HANDS_IN)],
        )

    def _is_dispensable(self, name: str, spec: ModelSpec, seats: Seats) -> bool:
        """A reviewer on a model of its own: where that model fails for good, reviewers on other models are left."""
        if not seats.chair or name not in seats.others or not PROVIDERS[spec.provider].remote:
            return False
        return any(self._spec(other) != spec for other in seats.others if other != name)

    def _spec(self, name: str) -> ModelSpec:
        return self.config.spec_for(name, self.cards[name].model)

    def task(self, phase: str, variables: dict[str, object]) -> str:
        """What all participants of a phase read first."""
        return render(phase, **variables)

    def selector(self, phase_key: str) -> Selector:
        """A model that names the next speaker. An answer that names nobody is asked for again, twice at most."""
        scope = TurnScope("selector")
        client = self._client("selector", self.config.spec_for("selector"), scope)

        async def select(turns: Sequence[Turn], seats: Seats) -> str:
            scope.begin(f"{phase_key}/selector/{len(turns) + 1}")
            cast = {name: self.cards[name].description for name in seats.names}
            prompt = render("selector", cast=cast, turns=turns)
            for _ in range(3):
                try:
                    answer = await client.create([UserMessage(content=prompt, source="lab")])
                except Stopped:
                    break
                except ModelError as error:
                    if error.permanent:
                        self.conduct.stop(f"selector: {error}")
                        break
                    continue
                named = [name for name in seats.names if name in str(answer.content)]
                if len(named) == 1:
                    return named[0]
                prompt += f"\n\nYou answered {str(answer.content)[:80]!r}. Answer with exactly one name of the list."
            if not self.conduct.stopping:
                self.conduct.observer.note("the selector named nobody; the next in the order of the cast speaks")
            return seats.names[len(turns) % len(seats.names)]

        return select

    def _client(
        self, role: str, spec: ModelSpec, scope: TurnScope, economy: Economy | None = None
    ) -> JournalClient:
        key = client_key(spec, role)
        if key not in self.clients:
            self.clients[key] = build_client(spec, seed=self.seed, role=role, limits=self.limits)
        return JournalClient(self.clients[key], self.conduct, scope, Tariff(spec), economy)

    def _system_message(self, card: RoleCard, seats: Seats) -> str:
        others = {name: self.cards[name].description for name in seats.names if name != card.name}
        return render("system", card=card, others=others)

