"""A prompt names only tools that somebody in the conversation has, in every scenario."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from scenarios.resolved_scenario import participants_of, resolve_scenario
from scenarios.runner import tools_of_participant
from scenarios.scenario import find_scenario, load_scenario
from tests.scenarios.conftest import ROOT
from tools.toolsets.registry import tool_names

PROMPTS = ROOT / "agents" / "prompts"
SCENARIOS = [path.stem for path in sorted((ROOT / "scenarios").glob("*.yaml")) if path.stem != "chat"]


class Anything(ChainableUndefined):
    """Stands for every variable that names no tool."""

    def __call__(self, *_: object, **__: object) -> Anything:
        return self


@pytest.mark.parametrize("name", SCENARIOS)
def test_tools_that_a_prompt_names_are_there(name: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.txt"
    paper.write_text("A paper.")
    scenario = load_scenario(find_scenario(name), {"models": "offline"})
    resolved = resolve_scenario(scenario if scenario.template else scenario.model_copy(update={"paper": str(paper)}))
    environment = Environment(
        loader=FileSystemLoader(PROMPTS), undefined=Anything, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["latex_address"] = str
    for spec, kind in resolved.phases:
        if not kind.holds_chat:
            continue
        participants = participants_of(spec, kind)
        tools = {
            each: tools_of_participant(each, resolved.cards[each], spec, kind, participants)
            for each in participants.names
        }
        holders = {tool: [each for each in tools if tool in tools[each]] for tool in tool_names()}
        given = {
            "holders": holders,
            "template": resolved.template,
            "idea": SimpleNamespace(card=lambda: "", title=""),
            "profile": SimpleNamespace(args={}, time_limit=1.0),
            "has_ledger": True,
            "round": 2,
            "hidden_kinds": [],
            "single": len(participants.names) == 1,
        }
        text = environment.get_template(f"{kind.name}.md").render(given)
        named = {tool for tool in tool_names() if re.search(rf"\b{tool}\b", text)}
        assert {tool for tool in named if not holders[tool]} == set(), kind.name
