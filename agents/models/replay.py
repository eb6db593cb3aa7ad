"""Replay of a finished journal as a model, for demonstrations and tests."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agents.autogen import CreateResult, FunctionCall
from agents.models.base import CALL_KEY, BaseClient, model_info
from agents.models.config import ModelSpec
from agents.models.errors import ReplayExhausted
from agents.models.protocol_common import Request
from tools.errors import UserError
from tools.project import ROOT
from tools.user_files import read_user_text

_ENDS_TURN = ("submit_", "accept_", "return_")
"""Such a tool may end a turn. Some journals have another answer of the turn behind it."""


@dataclass(frozen=True)
class _Recorded:
    """A recorded answer. `closes_turn`: it followed a submission in the same turn, and is for a turn that goes on so."""

    phase: str
    answer: CreateResult
    closes_turn: bool


class ReplayClient(BaseClient):
    """Returns one role's recorded answers of the phase that is being played, in their order.

    Answers that a phase does not ask for are passed over when the next one begins, so that a run in which a tool refuses less
    or more than it did goes on. Outside of a run, or without a role, all recorded answers are returned in their order.

    Raises:
        UserError: the journal cannot be read.
    """

    def __init__(self, journal: Path, role: str = "") -> None:
        super().__init__(model_info(vision=True))
        self._path, self._role = journal, role
        self._turn = ""
        self._phases: dict[str, list[_Recorded]] = defaultdict(list)
        for recorded in _recorded(journal, role):
            self._phases[recorded.phase].append(recorded)

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, seed: int, role: str) -> ReplayClient:
        journal = Path(str(spec.options["journal"]))
        return cls(journal if journal.exists() else ROOT / journal, role)

    async def answer(self, request: Request) -> CreateResult:
        phase, turn = _phase(CALL_KEY.get()), CALL_KEY.get().rpartition("/")[0]
        answers = self._phases[phase] if phase else next((a for a in self._phases.values() if a), [])
        while phase and answers and answers[0].closes_turn and turn != self._turn:
            del answers[0]
        self._turn = turn
        if not answers:
            raise ReplayExhausted(
                f"{self._path}: no further recorded answer{f' for {self._role}' if self._role else ''}"
                f"{f' in {phase}' if phase else ''}; the conversation differs from the journal. Replay it with the scenario "
                "and options of the recorded run"
            )
        return answers.pop(0).answer


def _phase(key: str) -> str:
    """Return idea and phase of a journal key."""
    return "/".join(key.split("/")[:2]) if key.count("/") > 2 else ""


def _recorded(path: Path, role: str) -> Iterator[_Recorded]:
    if not path.is_file():
        raise UserError(f"replay: {path}: there is no such journal; give the path of a run's journal.jsonl")
    handed_in = ""
    for number, line in enumerate(read_user_text(path).splitlines(), start=1):
        try:
            record: dict[str, Any] = json.loads(line)
            key = str(record["key"])
            if record["type"] != "model" or (role and role not in key.split("/")):
                continue
            answer = CreateResult.model_validate(record["data"]["result"])
        except (json.JSONDecodeError, KeyError, TypeError, ValidationError):
            raise UserError(f"replay: {path}:{number}: not a journal record; give a run's journal.jsonl") from None
        turn = key.rpartition("/")[0]
        yield _Recorded(_phase(key), answer, isinstance(answer.content, str) and turn == handed_in)
        handed_in = turn if _hands_in(answer) else ""


def _hands_in(answer: CreateResult) -> bool:
    calls = answer.content if isinstance(answer.content, list) else []
    return any(isinstance(call, FunctionCall) and call.name.startswith(_ENDS_TURN) for call in calls)
