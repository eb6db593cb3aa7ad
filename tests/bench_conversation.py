"""`make bench`: prompt tokens, cacheable share and price by phase for the work of one paper, done one call at a time.

The work: some runs, eight sections of 200 words written one per reply, four citation rounds, two refinement passes, a panel
of three with a chair, a revision, a second panel. The prompts are what `HistoryCompaction` sends of it; a prompt's longest
common beginning with an earlier one of its phase counts as cached. Prompts, schemas and
results have assumed sizes: schemas, system prompts and tasks as measured in an offline run, the paper and reviews estimated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from agents.history_compaction import HistoryCompaction
from agents.models import ModelSpec, Price, Pricing, UsageDetail
from tools.tokens import CHARACTERS_PER_TOKEN

PRICE = Price(input=4.0, output=20.0, cached_input=0.2, cache_write=5.0)
ORIGINAL_TOKENS, ORIGINAL_CACHEABLE = 527_000, 0.30
"""Prompt tokens and cacheable share of The AI Scientist on this work with three runs, in 72 calls."""
SECTION, PAPER, REVIEW, SEARCH, BRIEF = 1_400, 17_000, 3_500, 7_000, 800
"""Characters of a section, of the paper as reviewers read it, of a review, of a search result and of its short form."""


@dataclass
class PhaseCost:
    """What the prompts of one phase add up to, in characters. `seen` are its prompts so far."""

    calls: int = 0
    sent: int = 0
    cached: int = 0
    seen: list[str] = field(default_factory=list)

    def add(self, prompt: str) -> None:
        shared = max((_in_common(prompt, earlier) for earlier in self.seen), default=0)
        self.calls, self.sent, self.cached = self.calls + 1, self.sent + len(prompt), self.cached + shared
        self.seen.append(prompt)

    @property
    def tokens(self) -> int:
        return round(self.sent / CHARACTERS_PER_TOKEN)

    @property
    def dollars(self) -> float:
        """The price of the input: what is not read from the cache is written to it."""
        cached = round(self.cached / CHARACTERS_PER_TOKEN)
        usage = UsageDetail(self.tokens, 0, cached_tokens=cached, cache_write_tokens=self.tokens - cached)
        return Pricing(ModelSpec(provider="anthropic", model="m", price=PRICE)).cost(usage)


class Worker:
    """One participant in one phase."""

    def __init__(self, cost: PhaseCost, name: str, rules: int, task: int) -> None:
        self._cost, self._name, self._briefs = cost, name, dict[str, str]()
        self._messages: list[LLMMessage] = [
            SystemMessage(content=_text("rules", rules)),
            UserMessage(content=_text("task", task), source="lab"),
            UserMessage(content=_text(name, 800), source="lab"),
        ]

    def hear(self, characters: int) -> None:
        self._messages.append(UserMessage(content=_text("heard", characters), source="other"))

    def call(self, *calls: tuple[str, dict[str, str], int, int]) -> None:
        """Make calls in one reply: name, arguments, characters of the result and of its short form, 0 without one."""
        self._ask()
        made, results = [], []
        for number, (name, arguments, result, brief) in enumerate(calls):
            identity = f"c{len(self._messages)}_{number}"
            made.append(FunctionCall(id=identity, name=name, arguments=json.dumps(arguments)))
            text = _text(f"{identity} result", result)
            results.append(FunctionExecutionResult(content=text, name=name, call_id=identity, is_error=False))
            if brief:
                self._briefs[identity] = _text("brief", brief)
        self._messages += [
            AssistantMessage(content=made, source=self._name),
            FunctionExecutionResultMessage(content=results),
        ]

    def say(self, characters: int = 300) -> None:
        self._ask()
        self._messages.append(AssistantMessage(content=_text("said", characters), source=self._name))

    def _ask(self) -> None:
        sent = HistoryCompaction().shorten(self._messages, self._briefs)
        self._cost.add("\n".join(f"{message.type} {message.content}" for message in sent))


def experiments(cost: PhaseCost, runs: int) -> None:
    student, coder = Worker(cost, "student", 4_500, 2_500), Worker(cost, "coder", 5_500, 2_500)
    coder.call(("read_file", {"file": "experiment.py"}, 9_000, 0))
    for run in range(runs):
        student.say()
        coder.hear(300)
        edit = {"file": "experiment.py", "old": _text(f"old {run}", 300), "new": _text(f"new {run}", 300)}
        coder.call(("edit_file", edit, 200, 0))
        coder.call(("run_experiment", {"note": f"run {run}"}, 1_500, 0))
        coder.say()
        student.hear(300)
        student.call(("compare_runs", {"run": f"run_{run}"}, 2_500, 60))
    student.call(("submit_study", {"findings": _text("found", 1_200)}, 100, 0))


def writeup(cost: PhaseCost) -> None:
    writer, names = Worker(cost, "writer", 7_500, 9_500), [f"section_{number}" for number in range(8)]
    for number in range(4):
        writer.call(("search_literature", {"query": f"query {number}"}, SEARCH, BRIEF))
        writer.call(
            *[("add_citation", {"record": f"r{number}{each}", "reason": _text("why", 80)}, 120, 0) for each in "ab"]
        )
    for name in names:
        writer.call(("write_section", {"section": name, "latex": _text(name, SECTION)}, 100, 0))
    for _ in range(2):
        _refine(writer, names)
    writer.call(("check_paper", {}, 1_500, 60))
    writer.call(("submit_paper", {"summary": _text("sum", 200)}, 200, 0))
    student = Worker(cost, "student", 4_500, 9_500)
    student.hear(8 * SECTION)
    student.call(("accept_deliverable", {"reasons": _text("good", 200)}, 200, 0))


def _refine(writer: Worker, names: Sequence[str]) -> None:
    """Read all sections at once, then change a passage of each, one per reply."""
    writer.call(*[("read_section", {"section": name}, SECTION, 70) for name in names])
    for name in names:
        change = {"section": name, "old": _text("old", 250), "new": _text("new", 300)}
        writer.call(("edit_section", change, 120, 0))


def panel(cost: PhaseCost) -> None:
    reviewers = [Worker(cost, f"reviewer {number}", 8_500, PAPER + 5_000) for number in range(3)]
    for reviewer in reviewers:
        reviewer.call(("submit_review", {"review": _text("review", REVIEW)}, 200, 0))
        reviewer.say(100)
    for reviewer in reviewers:
        reviewer.hear(2 * REVIEW)
        reviewer.say()
    chair = Worker(cost, "chair", 2_800, PAPER + 5_000)
    chair.hear(3 * REVIEW + 1_000)
    chair.call(("submit_meta_review", {"summary": _text("meta", 1_500)}, 100, 0))


def revision(cost: PhaseCost) -> None:
    writer = Worker(cost, "writer", 8_000, 6_500 + 3 * REVIEW)
    _refine(writer, [f"section_{number}" for number in range(4)])
    writer.call(("submit_rebuttal", {"answers": _text("answer", 2_500)}, 100, 0))
    writer.call(("check_paper", {}, 1_500, 60))
    writer.call(("submit_paper", {"summary": _text("sum", 200)}, 200, 0))


def measured(work: Callable[[PhaseCost], None]) -> PhaseCost:
    """Return the cost of one phase."""
    cost = PhaseCost()
    work(cost)
    return cost


async def conversation(folder: Path) -> str:
    """The table for `make bench`."""
    phases: dict[str, Callable[[PhaseCost], None]] = {
        "experiments": lambda cost: experiments(cost, 3), "write-up": writeup, "panel": panel, "revision": revision,
        "panel 2": panel,
    }  # fmt: skip
    costs = {name: measured(work) for name, work in phases.items()}
    total = PhaseCost(*(sum(getattr(cost, name) for cost in costs.values()) for name in ("calls", "sent", "cached")))
    lines = ["the work of one paper, one call at a time"]
    lines += [_line(name, cost) for name, cost in [*costs.items(), ("total", total)]]
    cached = ORIGINAL_TOKENS * ORIGINAL_CACHEABLE
    original = ((ORIGINAL_TOKENS - cached) * PRICE.input + cached * (PRICE.cached_input or 0.0)) / 1e6
    lines.append(
        f"  The AI Scientist: 72 calls, {ORIGINAL_TOKENS:,} tokens, ${original:.2f}; ours / theirs: tokens "
        f"{total.tokens / ORIGINAL_TOKENS:.2f}, price {total.dollars / original:.2f}"
    )
    runs = {count: measured(lambda cost, count=count: experiments(cost, count)) for count in (4, 8, 20)}  # type: ignore[misc]
    lines += [_line(f"{count} runs", cost) for count, cost in runs.items()]
    lines.append(f"  20 runs / 4 runs: {runs[20].tokens / runs[4].tokens:.1f}")
    return "\n".join(lines)


def _line(name: str, cost: PhaseCost) -> str:
    share = cost.cached / cost.sent
    return f"  {name:<12} {cost.calls:>4} calls {cost.tokens:>9,} tokens {share:>5.0%} cacheable  ${cost.dollars:.2f}"


def _text(mark: str, characters: int) -> str:
    return (f"{mark} words of it, " * (characters // 10 + 1))[:characters]


def _in_common(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one.startswith(other[:middle]) else (low, middle - 1)
    return low
