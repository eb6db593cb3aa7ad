"""A script plays one role: a generator that yields its next act and is sent what came of it.

The client replays a script over the conversation so far and returns the first act that the conversation does not hold
yet. A script therefore keeps no state between calls, and a resumed run continues where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

from agents.offline.state import Model, ParticipantState, read_data
from tools.toolsets.data import FilePart


@dataclass(frozen=True)
class Call:
    """The act of calling a tool. The script is sent a `CallResult`."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Calls:
    """The act of calling several independent tools at once. The script is sent a list of `CallResult` in their order."""

    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Say:
    """The act of ending the turn with words. The script is sent what others said since: a list of `Message`."""

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
    """What another participant said."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Opening:
    """What a script starts from. `tools` maps a tool's name to the JSON schema of its arguments; `messages` were sent
    before the first act."""

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


def together(calls: Iterable[Call]) -> Generator[Calls, list[CallResult], list[CallResult]]:
    """Call several tools at once from within a script."""
    asked = tuple(calls)
    return (yield Calls(asked)) if asked else []


def say(text: str) -> Generator[Say, list[Message], list[Message]]:
    """End the turn from within a script; return what others say before the next turn."""
    messages = yield Say(text)
    return messages


def read_whole(file: str) -> Generator[Call, CallResult, str]:
    """Return the whole text of a file, in as many calls as it takes; empty if it cannot be read."""
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
