"""How many calls an endpoint gets at once and a minute, over all models and phases of a run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agents.models.config import ModelSpec


class Limiter:
    """The limits of one endpoint."""

    def __init__(self, concurrency: int, requests_per_minute: float | None) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._spacing = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._next = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the endpoint's places."""
        async with self._slots:
            yield

    async def turn(self) -> None:
        """Wait until the next request may be sent."""
        now = time.monotonic()
        mine = max(now, self._next)
        self._next = mine + self._spacing
        await asyncio.sleep(mine - now)

    def hold(self, seconds: float) -> None:
        """Let nobody send before so many seconds have passed: the endpoint asked for it."""
        self._next = max(self._next, time.monotonic() + seconds)


class Limits:
    """The limiters of a run, made as they are needed."""

    def __init__(self) -> None:
        self._limiters: dict[tuple[object, ...], Limiter] = {}

    def of(self, spec: ModelSpec) -> Limiter:
        """The limiter of a model: shared by models of the same endpoint and key that state the same limits."""
        rate = spec.requests_per_minute
        key = (spec.provider, spec.base_url, spec.key_variable, spec.concurrency, rate)
        return self._limiters.setdefault(key, Limiter(spec.concurrency, rate))
