"""A script is how a role is played offline: a generator that yields its next act and is sent what came of it.

The client replays a script over the conversation so far; the act it then waits with is the answer. So a script keeps
no state of its own: the conversation is its state, and a resumed run goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """The act of calling a tool. What is sent back is a `Result`."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Calls:
    """The act of calling several tools in one answer, since none waits for another. What is sent back is a list of
    `Result`, in their order."""

    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Say:
    """The act of ending the turn with words. What is sent back is what the others said since: a list of `Heard`."""

    text: str


@dataclass(frozen=True)
class Result:
    """What a tool answered."""

    text: str
    failed: bool = False


@dataclass(frozen=True)
class Heard:
    """What somebody else said."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Opening:
    """What a role knows before its first act: the phase's task, its own card, its tools and their schemas, the seed,
    and what was said before."""

    role: str
    card: str
    task: str
    tools: dict[str, dict[str, Any]]
    seed: int
    heard: tuple[Heard, ...]


Act = Call | Calls | Say
Script = Generator[Act, Any, None]
ScriptOf = Callable[[Opening], Script]


def call(tool: str, **arguments: Any) -> Generator[Call, Result, Result]:
    """Call a tool from within a script: `answer = yield from call("read_file", file="experiment.py")`."""
    answer = yield Call(tool, arguments)
    return answer


def together(calls: Iterable[Call]) -> Generator[Calls, list[Result], list[Result]]:
    """Call several tools at once from within a script; none without any."""
    asked = tuple(calls)
    return (yield Calls(asked)) if asked else []


def say(text: str) -> Generator[Say, list[Heard], list[Heard]]:
    """End the turn from within a script; the next turn begins with what was heard."""
    heard = yield Say(text)
    return heard


def read_whole(file: str) -> Generator[Call, Result, str]:
    """The whole text of a file, however many calls it takes; empty when it cannot be read."""
    text, start = "", 1
    while True:
        answer = yield from call("read_file", file=file, start_line=start)
        if answer.failed:
            return ""
        more = re.search(r"\n\(\d+ more lines; read on with start_line=(\d+)\)\Z", answer.text)
        if not more:
            return text + answer.text
        text += answer.text[: more.start()] + "\n"
        start = int(more[1])
