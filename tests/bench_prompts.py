"""`make bench`: how many prompt tokens a scripted scenario sends, how many of them a cache serves, and the same conversation
held in one big chat.

The fake server counts as a provider does: the longest beginning that a prompt has in common with an earlier one is cached.
In one big chat every role keeps what it said and did in all phases, and hears what everybody else said in them; in one
thread every prompt holds all that anybody said or did.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from fakes.foreign_template import write_foreign_template
from fakes.mind import Mind
from fakes.openai_server import OpenAIServer
from rich.console import Console

from agents.journal import Record, read_journal
from agents.models.wire import CHARACTERS_PER_TOKEN
from scenarios.launch import launch
from scenarios.scenario import find_scenario, load_scenario
from scenarios.views.cost import cost_rows, total
from scenarios.views.progress import Progress


@dataclass(frozen=True)
class Prompts:
    """Prompt tokens of one run: sent, and read from the cache; those that one big chat would have sent; and those of one
    thread of everything, as a single agent has that plays all roles."""

    sent: int
    cached: int
    one_big_chat: int
    one_thread: int

    def __str__(self) -> str:
        return (
            f"prompts: {self.sent:,} tokens sent, {self.cached / self.sent:.0%} of them from the cache; "
            f"in one big chat {self.one_big_chat:,}, ratio {self.sent / self.one_big_chat:.2f}; "
            f"in one thread of everything {self.one_thread:,}, ratio {self.sent / self.one_thread:.2f}"
        )


async def prompts(folder: Path) -> Prompts:
    """Play quickstart, on a small template, against the server."""
    template = write_foreign_template(folder / "descent")
    with OpenAIServer(Mind()) as server:
        config = folder / "models.yaml"
        model = {"provider": "openai_compatible", "model": "mind", "base_url": server.base_url}
        config.write_text(yaml.safe_dump({"default": "mind", "models": {"mind": model}}), encoding="utf-8")
        overrides = {"models": str(config), "template": str(template), "profile": "", "sandbox": "bubblewrap"}
        with (folder / "log").open("w") as log:
            scenario = load_scenario(find_scenario("quickstart"), overrides)
            run, status = await launch(scenario, folder / "runs", Progress(Console(file=log)))
    if status != "finished":
        raise SystemExit(f"the scripted scenario did not finish: {status}")
    whole = total(cost_rows(run))
    records = list(read_journal(run / "journal.jsonl"))
    return Prompts(whole.prompt_tokens, whole.cached_tokens, one_big_chat(records), one_thread(records))


def one_big_chat(records: list[Record]) -> int:
    """Prompt tokens that the run's model calls would have had, from what its turns heard, did and said."""
    first_prompt = _first_prompts(records)
    fixed: dict[str, float] = {}
    kept: Counter[str] = Counter()
    heard = {(record.data["speaker"], _phase(record)) for record in records if record.type == "turn"}
    sent = 0.0
    for record in records:
        if record.type != "turn":
            continue
        role = record.data["speaker"]
        context = record.data["context"]
        if role not in fixed and record.key in first_prompt:
            before = next((n for n, message in enumerate(context) if message["type"] == "AssistantMessage"), 0)
            fixed[role] = max(0.0, first_prompt[record.key] - sum(map(_tokens, context[:before])))
        here = 0.0
        for message in context:
            if message["type"] == "AssistantMessage":
                sent += fixed.get(role, 0.0) + kept[role] + here
            here += _tokens(message)
        kept[role] += round(here)
        for other in fixed:
            if other != role and (other, _phase(record)) not in heard:
                kept[other] += round(len(record.data["text"]) / CHARACTERS_PER_TOKEN)
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


def _first_prompts(records: list[Record]) -> dict[str, int]:
    calls = [record for record in records if record.type == "model" and record.key.endswith("/model:1")]
    return {record.key.rpartition("/")[0]: int(record.data["prompt_size"]) for record in calls}


def _phase(record: Record) -> str:
    return "/".join(record.key.split("/")[:2])


def _tokens(message: dict[str, Any]) -> float:
    return len(str(message.get("content", ""))) / CHARACTERS_PER_TOKEN
