"""A script plays one role: a generator that yields its next act and receives the result.

The client replays a script over the conversation so far and returns the first act that the conversation does not hold
yet. A script therefore keeps no state between calls, and a resumed run continues where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

from agents.conversation.policies import DONE
from agents.offline.state import Model, ParticipantState, read_data
from tools.toolsets.data import FilePart
from tools.toolsets.evidence_checks import MOST_REFUSALS


@dataclass(frozen=True)
class Call:
    """The act of calling a tool. The script receives a `CallResult`."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Calls:
    """The act of calling several independent tools at once. The script receives their `CallResult`s in the same order."""

    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Say:
    """The act of ending the turn with a text. The script receives the others' later messages: a list of `Message`."""

    text: str


@dataclass(frozen=True)
class CallResult:
    """The result of a tool call."""

    tool: str
    text: str
    failed: bool = False
    data: dict[str, Any] | None = None

    def read(self, model: type[Model]) -> Model:
        """Return the typed data of the result.

        Raises:
            MissingData: the result has no such data.
        """
        return read_data(model, self.data if self.data is not None else {}, f"result of {self.tool}")


@dataclass(frozen=True)
class Message:
    """A message of another participant."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Opening:
    """The input of a script. `tools` maps a tool's name to the JSON schema of its arguments; `messages` precede the
    first act."""

    state: ParticipantState
    tools: dict[str, dict[str, Any]]
    seed: int
    messages: tuple[Message, ...]


Act = Call | Calls | Say
Script = Generator[Act, Any, None]
ScriptFunction = Callable[[Opening], Script]


def call(tool: str, **arguments: Any) -> Generator[Call, CallResult, CallResult]:
    """Call a tool from within a script: `result = yield from call("read_file", file="experiment.py")`."""
    result = yield Call(tool, arguments)
    return result


def submit(tool: str, **arguments: Any) -> Generator[Call, CallResult, CallResult]:
    """Submit from within a script. A submission refused for its evidence is repeated until it counts, because the rules
    have no other words for it; the gate then decides."""
    result = yield from call(tool, **arguments)
    for _ in range(MOST_REFUSALS):
        if result.failed:
            result = yield from call(tool, **arguments)
    return result


def together(calls: Iterable[Call]) -> Generator[Calls, list[CallResult], list[CallResult]]:
    """Call several tools at once from within a script."""
    asked = tuple(calls)
    return (yield Calls(asked)) if asked else []


def say(text: str) -> Generator[Say, list[Message], list[Message]]:
    """End the turn from within a script; return what others say before the next turn."""
    messages = yield Say(text)
    return messages


def stop(reason: str) -> Generator[Say, list[Message], None]:
    """Give the reason in this and every later turn, and add that the participant is done."""
    while True:
        yield from say(f"{reason} {DONE}.")


def read_whole(file: str) -> Generator[Call, CallResult, str]:
    """Read a file in as many calls as necessary. Return its text, or an empty string if it cannot be read."""
    text, line = "", 1
    while True:
        result = yield from call("read_file", file=file, start_line=line)
        if result.failed:
            return ""
        part = result.read(FilePart)
        text += result.text[: part.characters]
        if part.next_line is None:
            return text
        text += "\n"
        line = part.next_line
