"""A model that names the next speaker may fail like any other; the chat goes on, or the run pauses and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.conversation.policies import Participants, Turn
from agents.journal import Journal
from agents.models import ModelsConfig, ModelSpec
from agents.models.build import client_key
from agents.models.errors import AuthenticationFailed, Refused
from agents.participants import ParticipantFactory
from agents.role_card import ROLES, load_roles
from agents.run_context import RunContext
from tests.fakes.conversation import Scripted
from tools.toolsets.registry import tool_names

SPEC = ModelSpec(provider="openai", model="m")
SEATS = Participants(("writer", "coder"))


def cast(folder: Path, *answers: str | Exception) -> ParticipantFactory:
    config = ModelsConfig(models={"only": SPEC}, default="only")
    clients = {client_key(SPEC, "selector"): Scripted(answers)}
    run_context = RunContext(Journal(folder / "selecting.jsonl"))
    return ParticipantFactory(load_roles([ROLES], tool_names()), config, run_context, 0, clients)


@pytest.mark.parametrize(
    "answers", [["coder"], ["I cannot say.", "coder"], [Refused("m: refused to answer"), "coder"], ["Both!"] * 3]
)
async def test_somebody_is_always_named(tmp_path: Path, answers: list[str | Exception]) -> None:
    select = cast(tmp_path, *answers).selector("phase")
    assert await select([Turn("writer", "Done.")], SEATS) == "coder"


async def test_a_permanent_failure_stops_the_run(tmp_path: Path) -> None:
    group = cast(tmp_path, AuthenticationFailed("m: authentication failed; check the key"))
    assert await group.selector("phase")([], SEATS) in SEATS.names
    assert group.run_context.stop_reason == "selector: m: authentication failed; check the key"


async def test_while_the_run_stops_no_model_is_asked(tmp_path: Path) -> None:
    group = cast(tmp_path)
    group.run_context.stop("interrupted")
    assert await group.selector("phase")([], SEATS) in SEATS.names
