"""Five reviewers against a slow model server, beside one: what working in parallel is worth."""

from __future__ import annotations

import json
import time
from pathlib import Path

from agents.autogen import LLMMessage, ToolSchema
from agents.observer import Observer
from scenarios.launch import launch
from scenarios.scenario import find_scenario, load_scenario
from tests.fakes.answer import Answer
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.panellist import Panellist
from tools.run_dir import RunStatus

SECONDS = 1.5
SEATS = ("methodology", "evidence", "clarity", "novelty", "reproduction")


class Slow(Panellist):
    """Thinks before each answer; the server asks it from a thread for each request."""

    def __call__(self, messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        time.sleep(SECONDS)
        return super().__call__(messages, tools)


async def reviewers(folder: Path) -> str:
    """The line for `make bench`: seconds of a panel of one and of a panel of five, and their ratio."""
    paper = folder / "draft.md"
    paper.write_text("# On Seeds\n\nWe train with five seeds.\n", encoding="utf-8")
    seconds = {}
    for count in (1, 5):
        with OpenAIServer(Slow({f"reviewer_{participant}": 5 for participant in SEATS})) as server:
            model = {"provider": "openai_compatible", "model": "slow", "base_url": server.base_url}
            config = folder / "slow.yaml"
            config.write_text(json.dumps({"default": "slow", "models": {"slow": model}}), encoding="utf-8")
            asked: dict[str, object] = {"paper": str(paper), "models": str(config), "phases.panel.reviewers": count,
                                        "phases.panel.rounds": 0, "phases.panel.reflections": 0}  # fmt: skip
            began = time.monotonic()
            _, end = await launch(load_scenario(find_scenario("review_panel"), asked), folder / "runs", Observer())
            seconds[count] = time.monotonic() - began
            if end.status is not RunStatus.FINISHED:
                raise AssertionError(end)
    return (
        f"a panel on a model that takes {SECONDS:g} s an answer: one reviewer {seconds[1]:.1f} s, five {seconds[5]:.1f} s, "
        f"ratio {seconds[5] / seconds[1]:.2f}"
    )
