"""A room for a conversation without a lab around it: seats with models that say what they are told to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from pathlib import Path

from autogen_core.models import CreateResult, LLMMessage, ModelFamily, ModelInfo, RequestUsage

from agents.cast import HANDS_IN
from agents.chat import converse
from agents.conduct import Conduct
from agents.floor import Cue, Ending, Floor, Selector
from agents.journal import Journal
from agents.models.base import BaseClient
from agents.models.config import ModelSpec
from agents.models.tariff import Tariff
from agents.models.wire import Request
from agents.policies import Policy, Seats, round_robin
from agents.seams.model_calls import JournalClient
from agents.seams.scope import TurnScope
from agents.seams.seated import SeatedAgent
from agents.seams.tool_calls import ToolWorkbench
from agents.seams.turns import DurableAgent
from tools.tool import Tool


class Scripted(BaseClient):
    """Gives its answers one after the other; one that is an error is raised. `heard` are the prompts that came."""

    def __init__(self, answers: Iterable[str | CreateResult | Exception]) -> None:
        super().__init__(ModelInfo(vision=False, function_calling=True, json_output=False, structured_output=False,
                                   family=ModelFamily.UNKNOWN))  # fmt: skip
        self._answers = iter(answers)
        self.heard: list[list[LLMMessage]] = []

    async def answer(self, request: Request) -> AsyncGenerator[str | CreateResult, None]:
        self.heard.append(list(request.messages))
        said = next(self._answers)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, str):
            said = CreateResult(finish_reason="stop", content=said, usage=RequestUsage(1, 1), cached=False)
        yield said


async def hold(
    folder: Path,
    models: dict[str, BaseClient],
    tools: Sequence[Tool] = (),
    turns: int = 4,
    policy: Policy | None = None,
    selector: Selector | None = None,
    cue: Callable[[Floor], Cue] = lambda floor: Cue(),
    deliverable: str = "nothing",
) -> tuple[Floor, Ending, Conduct]:
    """Hold a conversation of so many turns, by default in the order of the seats. Held again in the same folder, it
    goes on from its journal."""
    conduct = Conduct(Journal(folder / "journal.jsonl"))
    seats = Seats(tuple(models))
    floor = Floor(seats, None if selector else policy or round_robin(seats), deliverable, turns, conduct, selector)
    floor.cue = lambda speaker: cue(floor)
    participants = []
    for name, model in models.items():
        scope = TurnScope(name)
        client = JournalClient(model, conduct, scope, Tariff(ModelSpec(provider="offline")))
        workbench = ToolWorkbench(tools, conduct, scope, None)
        agent = SeatedAgent(name, client, workbench=[workbench], system_message="Speak.", max_tool_iterations=9)
        submits = [tool.name for tool in tools if tool.name.startswith(HANDS_IN)]
        participants.append(
            DurableAgent(agent, scope, "phase", conduct, lambda: floor.round, lambda: floor.cue("anybody"),
                         deliverable=deliverable, submits=submits)
        )  # fmt: skip
    try:
        return floor, await converse(floor, participants, "Begin."), conduct
    finally:
        conduct.journal.close()
