"""What all durable wrappers of a run share: the journal, the observer, the budgets and the stop request.

Exceptions inside an agent reach the team only as text. So a stop is a state that every wrapper checks, not an exception
that travels.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from agents.budget import SCOPES, Account, Budget, Scope
from agents.image_store import ImageStore
from agents.journal import Journal, StepType
from agents.mailbox import Mailbox
from agents.observer import Observer
from tools.errors import ColloquiumError

T = TypeVar("T")


class Stopped(ColloquiumError):  # noqa: N818  a state that is asked for, no error
    """A stop was requested. The current step is not recorded, and a resume repeats it."""


@dataclass
class RunContext:
    """The shared state of one run. `budget` is that of the whole run."""

    journal: Journal
    observer: Observer = field(default_factory=Observer)
    budget: Budget = field(default_factory=Budget)
    mailbox: Mailbox | None = None
    """Messages from and to a page that steers the run."""

    def __post_init__(self) -> None:
        self._stop = asyncio.Event()
        self._settled = asyncio.Condition()
        self.stop_reason = ""
        self.stop_scope: Scope = "phase"
        self.interrupted = False
        self.image_store = ImageStore(self.journal.path.parent / "images")
        self.run = Account.over("run", self.budget, self.journal.records())
        self._open: list[Account] = [self.run]

    @contextmanager
    def account(self, scope: Scope, budget: Budget, prefix: str) -> Iterator[Account]:
        """Open an account for an idea or a phase while it is active. A stop in that scope ends with it."""
        account = Account.over(scope, budget, self.journal.records(), f"{prefix}/")
        self._open.append(account)
        try:
            yield account
        finally:
            self._open.remove(account)
            if self.stopping and self.stop_scope == scope:
                self._stop.clear()
                self.stop_reason = ""

    def exhausted(self, scope: Scope) -> str:
        """Return why the scope's budget is exhausted, or an empty string."""
        return next((account.limit_reason(in_flight=False) for account in self._open if account.scope == scope), "")

    def stop(self, reason: str, scope: Scope = "run") -> None:
        """Request a stop of everything in the scope. The first reason stays, unless a wider scope must stop."""
        if not self.stopping or SCOPES.index(scope) > SCOPES.index(self.stop_scope):
            self.stop_reason, self.stop_scope = reason, scope
        self._stop.set()

    def interrupt(self) -> None:
        """Stop the run because the user asked for it, unless it is stopping for another reason."""
        self.interrupted = not (self.stopping and self.stop_scope == "run")
        self.stop("interrupted")

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """Stop if a stop was requested or a budget is exhausted.

        Raises:
            Stopped: nothing more may be done.
        """
        for account in self._open:
            if reason := account.limit_reason(in_flight=False):
                self.stop(reason, account.scope)
        if self.stopping:
            raise Stopped(self.stop_reason)

    @asynccontextmanager
    async def reserved(self, tokens: int, dollars: float) -> AsyncIterator[None]:
        """Reserve the worst case of a call on every account while the call is in flight.

        If only the worst cases of other calls in flight prevent it, wait for their real cost.

        Raises:
            Stopped: a budget does not cover the call.
        """
        async with self._settled:
            while True:
                self.check()
                for account in self._open:
                    if reason := account.limit_reason(tokens, dollars, in_flight=False):
                        self.stop(reason, account.scope)
                        raise Stopped(self.stop_reason)
                if not any(account.limit_reason(tokens, dollars) for account in self._open):
                    break
                await self._settled.wait()
            held = list(self._open)
            for account in held:
                account.reserved_tokens += tokens
                account.reserved_dollars += dollars
        try:
            yield
        finally:
            async with self._settled:
                for account in held:
                    account.reserved_tokens -= tokens
                    account.reserved_dollars -= dollars
                self._settled.notify_all()

    def put_call(self, key: str, type: StepType, data: dict[str, Any], seconds: float) -> None:
        """Record a model call and charge it to every account."""
        record = self.journal.put(key, type, data, seconds)
        for account in self._open:
            account.count(record)

    async def unless_stopped(self, work: Awaitable[T]) -> T:
        """Await the work, or cancel it as soon as a stop is requested.

        Raises:
            Stopped: the stop came first; the work was cancelled and has ended.
        """
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped(self.stop_reason)
            return task.result()
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
