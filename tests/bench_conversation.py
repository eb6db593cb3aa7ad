"""`make bench`: prompt tokens, cacheable share and price by phase for the work of one paper.

The work: some runs, eight sections of 200 words written one per reply, four citation rounds, two refinement passes, a panel
of three with a chair, a revision, a second panel. How it is counted:

- The prompts are what `HistoryCompaction` sends of it, in characters. Schemas, system prompts and tasks are as long as an
  offline run sends them; papers, reviews and results have assumed sizes.
- Calls that do not depend on each other share a reply, as the prompts ask: a citation and the next search; all readings of a
  refinement pass; all its changes. The last lines count passes that read and change one section per reply.
- A prompt's longest common beginning with an earlier one of its phase is read from the cache, the rest is written to it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
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
SECTION, PAPER, REVIEW, SEARCH, NEXT_SEARCH, BRIEF = 1_400, 17_000, 3_500, 7_000, 4_700, 800
"""Characters of a section, of the paper as reviewers read it, of a review, of the first and the following search results,
which in an offline run repeat half of their records, and of their short form."""
STUDENT, CODER, WRITER, REVISER, READER, REVIEWER = 5_000, 6_200, 9_400, 10_100, 6_100, 8_500
"""Characters of system prompt and tool schemas; the student reads the draft as READER."""
NAMES = tuple(f"section_{number}" for number in range(8))

Made = tuple[str, dict[str, str], int, int]
"""A call: name, arguments, characters of the result and of its short form, 0 without one."""


@dataclass
class PhaseCost:
    """What the prompts of one phase add up to, in characters. `seen` are its prompts so far."""

    calls: int = 0
    sent: int = 0
    cached: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    seen: list[str] = field(default_factory=list)

    def add(self, messages: Sequence[LLMMessage]) -> None:
        prompt = "\n".join(f"{message.type} {message.content}" for message in messages)
        shared = max((_in_common(prompt, earlier) for earlier in self.seen), default=0)
        self.calls, self.sent, self.cached = self.calls + 1, self.sent + len(prompt), self.cached + shared
        for message in messages:
            self.parts[_part(message)] += len(str(message.content))
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
    """One participant in one phase. A member of a panel reads its role after the task, which all of them share."""

    def __init__(self, cost: PhaseCost, name: str, fixed: int, task: int, role: int = 0) -> None:
        self._cost, self._name, self._briefs = cost, name, dict[str, str]()
        self._messages: list[LLMMessage] = [
            SystemMessage(content=_text("rules" if role else name, fixed)),
            UserMessage(content=_text("task", task), source="lab"),
        ]
        if role:
            self._messages.append(UserMessage(content=_text(name, role), source="lab"))

    def hear(self, characters: int) -> None:
        self._messages.append(UserMessage(content=_text("heard", characters), source="other"))

    def call(self, *calls: Made) -> None:
        """Make calls in one reply."""
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
        self._cost.add(HistoryCompaction().shorten(self._messages, self._briefs))


def experiments(cost: PhaseCost, runs: int) -> None:
    student, coder = Worker(cost, "student", STUDENT, 2_500), Worker(cost, "coder", CODER, 2_500)
    coder.call(("read_file", {"file": "experiment.py"}, 9_000, 0))
    for run in range(runs):
        student.say()
        coder.hear(300)
        edit = {"file": "experiment.py", "old": _text(f"old {run}", 300), "new": _text(f"new {run}", 300)}
        coder.call(("edit_file", edit, 200, 0))
        coder.call(("run_experiment", {"note": f"run {run}"}, 1_500, 60))
        coder.say()
        student.hear(300)
        student.call(("compare_runs", {"run": f"run_{run}"}, 2_500, 60))
    student.call(("submit_study", {"findings": _text("found", 1_200)}, 100, 0))


def writeup(cost: PhaseCost, together: bool = True) -> None:
    writer, cited = Worker(cost, "writer", WRITER, 9_500), list[Made]()
    for number in range(4):
        found = NEXT_SEARCH if number else SEARCH
        writer.call(*cited, ("search_literature", {"query": f"query {number}"}, found, BRIEF))
        cited = [("add_citation", {"record": f"r{number}{each}", "reason": _text("why", 80)}, 120, 0) for each in "ab"]
    writer.call(*cited)
    for name in NAMES:
        writer.call(("write_section", {"section": name, "latex": _text(name, SECTION)}, 100, 0))
    for _ in range(2):
        _refine(writer, NAMES, together)
    writer.call(("check_paper", {}, 1_500, 60))
    writer.call(("submit_paper", {"summary": _text("sum", 200)}, 200, 0))
    student = Worker(cost, "student", READER, 9_500)
    student.hear(8 * SECTION)
    student.call(("accept_deliverable", {"reasons": _text("good", 200)}, 200, 0))


def _refine(writer: Worker, names: Sequence[str], together: bool) -> None:
    """Read the sections and change a passage of each: all in two replies, or each section in two."""
    reads: list[Made] = [("read_section", {"section": name}, SECTION, 70) for name in names]
    edits: list[Made] = [
        ("edit_section", {"section": name, "old": _text("old", 250), "new": _text("new", 300)}, 120, 0)
        for name in names
    ]
    if together:
        writer.call(*reads)
        writer.call(*edits)
    else:
        for read, edit in zip(reads, edits, strict=True):
            writer.call(read)
            writer.call(edit)


def panel(cost: PhaseCost) -> None:
    reviewers = [Worker(cost, f"reviewer {number}", REVIEWER, PAPER + 5_000, role=1_000) for number in range(3)]
    for reviewer in reviewers:
        reviewer.call(("submit_review", {"review": _text("review", REVIEW)}, 200, 0))
    for reviewer in reviewers:
        reviewer.hear(2 * REVIEW)
        reviewer.say()
    chair = Worker(cost, "chair", REVIEWER, PAPER + 5_000, role=1_000)
    chair.hear(3 * REVIEW + 1_000)
    chair.call(("submit_meta_review", {"summary": _text("meta", 1_500)}, 100, 0))


def revision(cost: PhaseCost, together: bool = True) -> None:
    writer = Worker(cost, "writer", REVISER, 6_500 + 3 * REVIEW)
    _refine(writer, NAMES[:4], together)
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
    costs = whole_paper()
    total = added(costs.values())
    lines = ["the work of one paper"]
    lines += [_line(name, cost) for name, cost in [*costs.items(), ("total", total)]]
    lines.append(
        f"  The AI Scientist: 72 calls, {ORIGINAL_TOKENS:,} tokens, ${original_dollars():.2f}; ours / theirs: {ratios(total)}"
    )
    one_by_one = added(whole_paper(together=False).values())
    lines.append(f"  refining one section per reply: {one_by_one.calls} calls; ours / theirs: {ratios(one_by_one)}")
    runs = {count: measured(partial(experiments, runs=count)) for count in (4, 8, 20)}
    lines += [_line(f"{count} runs", cost) for count, cost in runs.items()]
    lines.append(f"  20 runs / 4 runs: {runs[20].tokens / runs[4].tokens:.1f}")
    return "\n".join(lines)


def whole_paper(together: bool = True) -> dict[str, PhaseCost]:
    """Return the cost of each phase of the work."""
    return {
        "experiments": measured(partial(experiments, runs=3)),
        "write-up": measured(partial(writeup, together=together)),
        "panel": measured(panel),
        "revision": measured(partial(revision, together=together)),
        "panel 2": measured(panel),
    }


def added(costs: Iterable[PhaseCost]) -> PhaseCost:
    """Return the sum of phases."""
    costs = list(costs)
    total = PhaseCost(*(sum(getattr(cost, name) for cost in costs) for name in ("calls", "sent", "cached")))
    for cost in costs:
        total.parts += cost.parts
    return total


def original_dollars() -> float:
    """Return what the input of The AI Scientist costs; its provider's cache costs nothing to write."""
    cached = ORIGINAL_TOKENS * ORIGINAL_CACHEABLE
    return ((ORIGINAL_TOKENS - cached) * PRICE.input + cached * (PRICE.cached_input or 0.0)) / 1e6


def ratios(total: PhaseCost) -> str:
    return f"tokens {total.tokens / ORIGINAL_TOKENS:.2f}, price {total.dollars / original_dollars():.2f}"


def _line(name: str, cost: PhaseCost) -> str:
    share = cost.cached / cost.sent
    parts = ", ".join(f"{part} {size / cost.sent:.0%}" for part, size in cost.parts.most_common())
    sizes = f"{cost.calls:>4} calls {cost.tokens:>9,} tokens {share:>5.0%} cacheable  ${cost.dollars:.2f}"
    return f"  {name:<12} {sizes}  {parts}"


def _part(message: LLMMessage) -> str:
    if isinstance(message, SystemMessage):
        return "system and tools"
    if isinstance(message, AssistantMessage):
        return "words" if isinstance(message.content, str) else "calls"
    if isinstance(message, FunctionExecutionResultMessage):
        return "results"
    return "task" if message.source == "lab" else "words"


def _text(mark: str, characters: int) -> str:
    return (f"{mark} words of it, " * (characters // 10 + 1))[:characters]


def _in_common(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one.startswith(other[:middle]) else (low, middle - 1)
    return low
