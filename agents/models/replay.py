"""Replay of a finished journal as a model, for demonstrations and tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agents.autogen import CreateResult
from agents.models.base import BaseClient, model_info
from agents.models.config import ModelSpec
from agents.models.errors import ReplayExhausted
from agents.models.protocol_common import Request
from tools.errors import UserError
from tools.user_files import read_user_text


class ReplayClient(BaseClient):
    """Returns one role's recorded answers in their order, or all recorded answers if no role is given.

    Raises:
        UserError: the journal cannot be read.
    """

    def __init__(self, journal: Path, role: str = "") -> None:
        super().__init__(model_info(vision=True))
        self._path, self._role = journal, role
        self._answers = iter(list(_recorded(journal, role)))

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, seed: int, role: str) -> ReplayClient:
        return cls(Path(str(spec.options["journal"])), role)

    async def answer(self, request: Request) -> CreateResult:
        result = next(self._answers, None)
        if result is None:
            raise ReplayExhausted(
                f"{self._path}: no further recorded answer{f' for {self._role}' if self._role else ''}; the conversation "
                "differs from the journal. Replay it with the scenario and options of the recorded run"
            )
        return result


def _recorded(path: Path, role: str) -> Iterator[CreateResult]:
    if not path.is_file():
        raise UserError(f"replay: {path}: there is no such journal; give the path of a run's journal.jsonl")
    for number, line in enumerate(read_user_text(path).splitlines(), start=1):
        try:
            record: dict[str, Any] = json.loads(line)
            if record["type"] == "model" and (not role or role in str(record["key"]).split("/")):
                yield CreateResult.model_validate(record["data"]["result"])
        except (json.JSONDecodeError, KeyError, TypeError, ValidationError):
            raise UserError(f"replay: {path}:{number}: not a journal record; give a run's journal.jsonl") from None
