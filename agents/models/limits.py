"""Concurrency and request-rate limits per endpoint, shared by all models and phases of a run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from agents.models.config import ModelSpec

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[object]]


class EndpointLimiter:
    """Limits of one endpoint."""

    def __init__(self, concurrency: int, requests_per_minute: float | None, clock: Clock, sleep: Sleep) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._interval = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._next_request = 0.0
        self._clock, self._sleep = clock, sleep

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the endpoint's concurrent slots."""
        async with self._slots:
            yield

    async def wait_turn(self) -> None:
        """Wait until the next request may be sent."""
        now = self._clock()
        start = max(now, self._next_request)
        self._next_request = start + self._interval
        await self._sleep(start - now)

    def hold(self, seconds: float) -> None:
        """Delay all further requests to the endpoint, because it asked for it."""
        self._next_request = max(self._next_request, self._clock() + seconds)


class EndpointLimits:
    """The limiters of a run, created on demand. `clock` and `sleep` can be replaced in tests."""

    def __init__(self, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._limiters: dict[tuple[object, ...], EndpointLimiter] = {}
        self._clock, self._sleep = clock, sleep

    def limiter(self, spec: ModelSpec) -> EndpointLimiter:
        """Return the limiter of a model. Models with equal endpoint, key and limits share one."""
        rate = spec.requests_per_minute
        key = (spec.provider, spec.base_url, spec.key_variable, spec.concurrency, rate)
        if key not in self._limiters:
            self._limiters[key] = EndpointLimiter(spec.concurrency, rate, self._clock, self._sleep)
        return self._limiters[key]
