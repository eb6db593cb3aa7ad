"""`make bench`: how many prompt tokens a scripted scenario sends, how many of them a cache serves, and the same conversation
held in one big chat.

The fake server counts as a provider does: the longest beginning that a prompt has in common with an earlier one is cached.
The one big chat is told in two ways. As one group chat of everybody: each role hears every task and all that is said in all
phases, and keeps its own calls with their results. As one thread, which a single agent has that plays all roles: every prompt
holds all that anybody said or did.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from fakes.foreign_template import write_foreign_template
from fakes.openai_server import OpenAIServer
from fakes.recorded_researcher import RecordedResearcher, Recording
from rich.console import Console

from agents.journal import Record, read_journal
from agents.observer import Observer
from scenarios.launch import launch
from scenarios.scenario import find_scenario, load_scenario
from scenarios.views.cost import cost_rows, total
from scenarios.views.progress import Progress
from tools.run_dir import RunStatus
from tools.tokens import CHARACTERS_PER_TOKEN


@dataclass(frozen=True)
class Prompts:
    """Prompt tokens of one run: sent, and read from the cache, both as the server counts; sent, as estimated from their
    length; and in the same way those that the same calls would have sent in one group chat of everybody, and in one thread
    of everything."""

    sent: int
    cached: int
    estimated: int
    one_big_chat: int
    one_thread: int

    def __str__(self) -> str:
        return (
            f"prompts: {self.sent:,} tokens sent, {self.cached / self.sent:.0%} of them from the cache; "
            f"in one thread of everything {self.one_thread:,}, ratio {self.estimated / self.one_thread:.2f}; "
            f"in one group chat of everybody {self.one_big_chat:,}, ratio {self.estimated / self.one_big_chat:.2f}"
        )


async def prompts(folder: Path) -> Prompts:
    """Play quickstart, on a small template, offline, and once more against a server that answers as then."""
    template = write_foreign_template(folder / "descent")
    offline = {"template": str(template), "profile": "", "sandbox": "bubblewrap"}
    recorded, _ = await launch(load_scenario(find_scenario("quickstart"), offline), folder / "recorded", Observer())
    with OpenAIServer(RecordedResearcher(Recording(recorded))) as server:
        config = folder / "models.yaml"
        model = {"provider": "openai_compatible", "model": "mind", "base_url": server.base_url}
        config.write_text(yaml.safe_dump({"default": "mind", "models": {"mind": model}}), encoding="utf-8")
        overrides = {"models": str(config), "template": str(template), "profile": "", "sandbox": "bubblewrap"}
        with (folder / "log").open("w") as log:
            scenario = load_scenario(find_scenario("quickstart"), overrides)
            run, end = await launch(scenario, folder / "runs", Progress(Console(file=log)))
    if end.status is not RunStatus.FINISHED:
        raise SystemExit(f"the scripted scenario did not finish: {end}")
    whole = total(cost_rows(run))
    records = list(read_journal(run / "journal.jsonl"))
    estimated = sum(int(record.data["prompt_size"]) for record in records if record.type == "model")
    return Prompts(whole.prompt_tokens, whole.cached_tokens, estimated, one_big_chat(records), one_thread(records))


def one_big_chat(records: list[Record]) -> int:
    """Prompt tokens that the run's model calls would have had in one group chat of everybody: what the lab and the others
    have said there in all phases, and what the role itself has done. What a role cannot do without, its card and its tools,
    is counted as in the phase in which it is longest."""
    calls = _first_prompts(records)
    turns = [record for record in records if record.type == "turn"]
    fixed: dict[str, float] = {}
    begun: set[tuple[str, str]] = set()
    for turn in turns:
        role = turn.data["speaker"]
        if (role, _phase(turn)) not in begun and turn.key in calls:
            begun.add((role, _phase(turn)))
            heard = sum(map(_tokens, _before_acting(turn.data["context"])))
            fixed[role] = max(fixed.get(role, 0.0), calls[turn.key] - heard)
    said, sent, opened = 0.0, 0.0, set[str]()
    own: Counter[str] = Counter()
    for turn in turns:
        role, context = turn.data["speaker"], turn.data["context"]
        if _phase(turn) not in opened:
            opened.add(_phase(turn))
            said += _tokens(context[0])
        for message in context:
            if message["type"] == "AssistantMessage":
                sent += fixed.get(role, 0.0) + said + own[role]
            if message["type"] != "UserMessage":
                own[role] += round(_tokens(message))
        words = round(len(turn.data["text"]) / CHARACTERS_PER_TOKEN)
        said += words
        if context[-1]["type"] == "AssistantMessage":
            own[role] -= words
    return round(sent)


def one_thread(records: list[Record]) -> int:
    """Prompt tokens with everything that was said and done before in every prompt."""
    before, sent = 0.0, 0.0
    for record in records:
        for message in record.data["context"] if record.type == "turn" else []:
            if message["type"] == "AssistantMessage":
                sent += before
            if message["type"] != "UserMessage" or message["source"] == "lab":
                before += _tokens(message)
    return round(sent)


def _before_acting(context: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(itertools.takewhile(lambda message: message["type"] != "AssistantMessage", context))


def _first_prompts(records: list[Record]) -> dict[str, int]:
    calls = [record for record in records if record.type == "model" and record.key.endswith("/model:1")]
    return {record.key.rpartition("/")[0]: int(record.data["prompt_size"]) for record in calls}


def _phase(record: Record) -> str:
    return "/".join(record.key.split("/")[:2])


def _tokens(message: dict[str, Any]) -> float:
    return len(str(message.get("content", ""))) / CHARACTERS_PER_TOKEN
