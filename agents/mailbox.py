"""Messages between a run and a page that steers it: files in the run folder, since both are processes of their own.

The run writes what a person is asked and takes answers and requests; the page does the reverse. Each message is one file, and
whoever takes it removes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.atomic import write_json

_POLL_SECONDS = 0.3
M = TypeVar("M", bound=BaseModel)


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfferedTool(_Message):
    """A tool that the person may use."""

    name: str
    purpose: str = ""
    parameters: dict[str, str] = {}
    """Name -> type, such as `string`."""


class Question(_Message):
    """What a person is asked."""

    id: str
    role: str
    text: str
    """The messages since the person's last answer."""
    tools: list[OfferedTool] = []
    may_end: bool = False
    """The person has just used a tool and may end the turn without words."""


class PersonAnswer(_Message):
    """The answer to a question: words, or a tool call."""

    question: str
    """The question's id."""
    text: str = ""
    tool: str = ""
    arguments: dict[str, Any] = {}


class RunRequest(_Message):
    """What a person asks of a run: to stop where it can be resumed, or another budget."""

    stop: bool = False
    dollars: float | None = None
    """The new maximum, including what is spent."""


class Mailbox:
    """The messages of one run, in a folder that is made with the first one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._question, self._answer = folder / "question.json", folder / "answer.json"
        self._request, self._lock = folder / "request.json", folder / "attended"

    def question(self) -> Question | None:
        """Return what is asked at present, None if nothing is."""
        return _read(self._question, Question)

    def answer(self, answer: PersonAnswer) -> None:
        """Answer a question."""
        write_json(self._answer, answer.model_dump(mode="json"))

    def request(self, request: RunRequest) -> None:
        """Ask something of the run."""
        write_json(self._request, request.model_dump(mode="json"))

    def take_request(self) -> RunRequest | None:
        """Return what was asked of the run and remove it, None if nothing was."""
        found = _read(self._request, RunRequest)
        self._request.unlink(missing_ok=True)
        return found

    async def ask(self, role: str, text: str, tools: list[OfferedTool], *, may_end: bool) -> PersonAnswer:
        """Ask a question and wait for its answer. A question that is cancelled is withdrawn."""
        question = Question(id=secrets.token_hex(8), role=role, text=text, tools=tools, may_end=may_end)
        write_json(self._question, question.model_dump(mode="json"))
        try:
            while True:
                found = _read(self._answer, PersonAnswer)
                if found and found.question == question.id:
                    return found
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            self._question.unlink(missing_ok=True)
            self._answer.unlink(missing_ok=True)

    @contextmanager
    def attended(self) -> Iterator[None]:
        """Say, while the context is open, that a page is there to answer."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock.open("wb") as file:
            with contextlib.suppress(BlockingIOError):  # another page attends already
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    @property
    def is_attended(self) -> bool:
        """Whether a page is there to answer."""
        if not self._lock.exists():
            return False
        with self._lock.open("rb") as file:
            return not _can_lock(file)


def _can_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path, model: type[M]) -> M | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
