"""A finished journal, played back as a model: for demonstrations, and for tests of what is around a model."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agents.autogen import CreateResult, ModelInfo
from agents.models.base import BaseClient
from agents.models.config import ModelSpec
from agents.models.errors import ReplayExhausted
from agents.models.protocol_common import Request
from tools.errors import UserError


class ReplayClient(BaseClient):
    """Gives one role its recorded answers, in the order in which they were given. Without a role, all answers.

    Raises:
        UserError: the journal cannot be read.
    """

    def __init__(self, spec: ModelSpec, role: str = "") -> None:
        super().__init__(
            ModelInfo(vision=True, function_calling=True, json_output=True, structured_output=True, family="unknown")
        )
        self._path, self._role = Path(str(spec.options["journal"])), role
        self._answers = iter(list(_recorded(self._path, role)))

    async def answer(self, request: Request) -> AsyncGenerator[str | CreateResult, None]:
        result = next(self._answers, None)
        if result is None:
            whom = f" for {self._role}" if self._role else ""
            raise ReplayExhausted(
                f"{self._path}: no further recorded answer{whom}; the conversation has left the path "
                "of the journal. Replay it with the scenario and options that it was made with"
            )
        yield result


def _recorded(path: Path, role: str) -> Iterator[CreateResult]:
    if not path.is_file():
        raise UserError(f"replay: {path}: there is no such journal; give the path of a run's journal.jsonl")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record: dict[str, Any] = json.loads(line)
            if record["type"] == "model" and (not role or role in str(record["key"]).split("/")):
                yield CreateResult.model_validate(record["data"]["result"])
        except (json.JSONDecodeError, KeyError, TypeError, ValidationError):
            raise UserError(f"replay: {path}:{number}: not a journal record") from None
