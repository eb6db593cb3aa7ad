"""Colleagues on call speak when they are asked, hear the request in full, and give the word back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agents.conversation.policies import Participants, Turn, build_policy
from tests.agents.test_calls_as_written import calls
from tests.fakes.conversation import Scripted, hold
from tests.fakes.seeded_study import idea_with_runs
from tools.errors import ToolError
from tools.toolsets.context import ToolContext
from tools.toolsets.handing_on import AcceptanceTools, RequestTools
from tools.toolsets.tool import Tool

REVISION = Participants(("writer", "student", "plotter", "coder"), on_call=("plotter", "coder"))


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ({}, ["writer", "student", "writer", "student"]),
        ({0: ["plotter"]}, ["writer", "plotter", "writer", "student"]),
        ({1: ["coder"]}, ["writer", "student", "coder", "student", "writer"]),
        ({0: ["plotter", "coder"]}, ["writer", "plotter", "coder", "writer", "student"]),
        ({0: ["coder"], 2: ["plotter"]}, ["writer", "coder", "writer", "plotter", "writer", "student"]),
    ],
)
def test_who_is_asked_speaks_next_and_then_the_one_who_asked(asked: dict[int, list[str]], order: list[str]) -> None:
    policy, turns = build_policy(["dialogue"], REVISION), list[Turn]()
    for number in range(len(order)):
        (speaker,) = policy.next_speakers(turns)[1]
        requests = frozenset(f"request:{name}" for name in asked.get(number, []))
        turns.append(Turn(speaker, "", submitted=requests, round=number))
    assert [turn.speaker for turn in turns] == order


async def test_a_request_and_what_is_missing_reach_who_must_act(tmp_path: Path) -> None:
    context = ToolContext(await idea_with_runs(tmp_path, ()), "writer", deliverable="paper", on_call=("plotter",))
    asking, returning = RequestTools(context), AcceptanceTools(context)
    with pytest.raises(ToolError):
        await asking.ask_colleague("coder", "please run it with a wider net")
    tools = [Tool.of(asking.ask_colleague), Tool.of(returning.return_deliverable)]
    request = json.dumps({"colleague": "plotter", "request": "Use a logarithmic axis in effect.png."})
    missing = json.dumps({"missing": "Which metric would refute it?"})
    writer = Scripted([calls(("ask_colleague", request)), "I sent a figure back.", "Thank you."])
    plotter = Scripted([calls(("return_deliverable", missing)), "Done."])
    participants = replace(REVISION, names=("writer", "plotter"), on_call=("plotter",))
    conversation, _, _ = await hold(
        tmp_path, {"writer": writer, "plotter": plotter}, tools, turns=3,
        policy=build_policy(["dialogue"], participants), participants=participants,
    )  # fmt: skip
    assert [turn.speaker for turn in conversation.turns] == ["writer", "plotter", "writer"]
    assert any("logarithmic axis" in str(message) for message in plotter.heard[0])
    assert any("Which metric" in str(message) for message in writer.heard[-1])
