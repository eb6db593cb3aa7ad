"""Budgets and what has been spent of them: one account each for the run, the current idea and the current phase."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from agents.journal import Record

Scope = Literal["run", "idea", "phase"]
SCOPES: tuple[Scope, ...] = ("phase", "idea", "run")
"""From the narrowest to the widest."""


@dataclass(frozen=True)
class Budget:
    """Limits on spending. None means no limit."""

    dollars: float | None = None
    tokens: int | None = None
    minutes: float | None = None


@dataclass
class Account:
    """What one scope may spend and has spent, in this process and in earlier ones.

    `reserved_*` is the worst case of the calls in flight.
    """

    scope: Scope
    budget: Budget = field(default_factory=Budget)
    dollars: float = 0.0
    tokens: int = 0
    earlier_seconds: float = 0.0
    reserved_dollars: float = 0.0
    reserved_tokens: int = 0

    def __post_init__(self) -> None:
        self._began = time.monotonic()

    @classmethod
    def over(cls, scope: Scope, budget: Budget, records: Iterable[Record], prefix: str = "") -> Account:
        """Return the account of what the journal records: everything, or the keys that begin with the prefix."""
        known = list(records)
        account = cls(scope, budget, earlier_seconds=worked_seconds(known, prefix))
        for record in known:
            if record.type in ("model", "fault") and record.key.startswith(prefix):
                account.count(record)
        return account

    def count(self, record: Record) -> None:
        """Add a recorded model call, successful or not."""
        self.dollars += float(record.data.get("dollars", 0))
        self.tokens += int(record.data.get("tokens", 0))

    @property
    def seconds(self) -> float:
        return self.earlier_seconds + time.monotonic() - self._began

    def limit_reason(self, tokens: int = 0, dollars: float = 0.0, *, in_flight: bool = True) -> str:
        """Return why this much more cannot be spent, or an empty string if it can.

        Advice for the person who runs the study follows a semicolon. `in_flight` also counts the worst cases of calls in
        flight.
        """
        budget = self.budget
        if in_flight:
            dollars, tokens = dollars + self.reserved_dollars, tokens + self.reserved_tokens
        if budget.dollars is not None and self.dollars + dollars > budget.dollars:
            spent = f"${self.dollars:.2f} of ${budget.dollars:.2f} spent, and the next call may take ${dollars:.2f}"
            return self._limit("dollars", budget.dollars, spent)
        if budget.tokens is not None and self.tokens + tokens > budget.tokens:
            spent = f"{self.tokens:,} of {budget.tokens:,} tokens used, and the next call may take {tokens:,}"
            return self._limit("tokens", budget.tokens, spent)
        if budget.minutes is not None and self.seconds > budget.minutes * 60:
            return self._limit("minutes", budget.minutes, f"{self.seconds / 60:.1f} of {budget.minutes:g} minutes used")
        return ""

    def _limit(self, unit: str, limit: float, spent: str) -> str:
        """Return what is spent. Only the budget of the run can be raised by a resume."""
        advice = f"; to go on, resume with --set budget.{unit}={2 * limit:.12g} or another limit"
        return f"budget of the {self.scope}: {spent}{advice if self.scope == 'run' else ''}"


def worked_seconds(records: Iterable[Record], prefix: str = "") -> float:
    """Return the seconds from the first to the last step under a prefix, without the time between two processes.

    Each process begins with a record of its start. A killed process counts up to its last finished step.
    """
    total = 0.0
    for process in _processes(records):
        steps = [record for record in process if record.key.startswith(prefix)]
        if steps:
            first = _at(steps[0]) - steps[0].seconds
            total += max(0.0, _at(steps[-1]) - first)
    return total


def _processes(records: Iterable[Record]) -> Iterator[list[Record]]:
    process: list[Record] = []
    for record in records:
        if record.type == "start":
            yield process
            process = []
        process.append(record)
    yield process


def _at(record: Record) -> float:
    return datetime.fromisoformat(record.time).timestamp()
