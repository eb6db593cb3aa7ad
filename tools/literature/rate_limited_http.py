"""HTTP GET requests to a public service: one at a time, within its rate limit, with bounded time and retries."""

from __future__ import annotations

import asyncio
import functools
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
from filelock import AsyncFileLock
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt

from tools.literature.record import SourceDown
from tools.retry import StopBeforeWait, retry_after, retry_wait

T = TypeVar("T")

USER_AGENT = {"user-agent": "colloquium/0.1"}
MAX_BYTES = 30_000_000
"""Longest response that is read. The longest real ones (thousands of authors) stay below a tenth of it."""
MAX_PAUSE = 3600.0
"""Longest pause in seconds that a service can impose. A stored time further in the future means that the clock was set
back, and is ignored."""


@dataclass(frozen=True)
class ServiceLimits:
    """Rate limit, time-outs and retries of a service. All times are in seconds."""

    interval: float
    """From the end of one request to the start of the next, over all tasks and processes."""
    timeout: float = 10
    """For one request, from connecting to the last byte."""
    tries: int = 3
    longest_wait: float = 15
    """Longest wait before a retry. A service that asks for more counts as down."""
    failures: int = 3
    """Failed calls in a row after which no requests are sent for `rest` seconds."""
    rest: float = 120


class _AttemptFailed(Exception):  # noqa: N818 (it is retried)
    """One request failed in a way that a retry may fix."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RateLimitedHttp:
    """Requests to one service. All processes that share the folder `state` send one request at a time: they hold a lock
    file during a request, and store the time from which the next one may start."""

    def __init__(self, name: str, limits: ServiceLimits, state: Path) -> None:
        self._limits = limits
        self._lock_file = state / f"{name}.lock"
        self._next_request_file = state / f"{name}.json"
        self._failures = 0
        self._resting_until = 0.0

    async def get(
        self, url: str, parse: Callable[[bytes], T], *, params: str = "", headers: Mapping[str, str] | None = None
    ) -> T:
        """Return the parsed response. `parse` raises ValueError for a broken one, which is retried.

        Raises:
            SourceDown: every attempt failed, the service refused, or it rests after failures.
        """
        if (left := self._resting_until - time.monotonic()) > 0:
            raise SourceDown(f"not asked for another {left:.0f} s after {self._failures} failures in a row")
        try:
            response = await self._get_with_retries(url, parse, params, headers or {})
        except SourceDown:
            self._failures += 1
            if self._failures >= self._limits.failures:
                self._resting_until = time.monotonic() + self._limits.rest
            raise
        self._failures = 0
        return response

    async def _get_with_retries(
        self, url: str, parse: Callable[[bytes], T], params: str, headers: Mapping[str, str]
    ) -> T:
        limits = self._limits
        # The waits between attempts are outside the lock, so other tasks can send requests meanwhile.
        retrying = AsyncRetrying(
            stop=stop_after_attempt(limits.tries) | StopBeforeWait(limits.longest_wait),
            wait=retry_wait(limits.interval),
            retry=retry_if_exception_type(_AttemptFailed),
            reraise=True,
        )
        try:
            return await retrying(self._attempt, url, parse, params, headers)
        except _AttemptFailed as error:
            if (error.retry_after or 0) > limits.longest_wait:
                raise SourceDown(f"{error}, asks to wait {error.retry_after:.0f} s") from error
            raise SourceDown(f"{error}, {limits.tries} tries") from error

    async def _attempt(self, url: str, parse: Callable[[bytes], T], params: str, headers: Mapping[str, str]) -> T:
        async with self._turn():
            with self._translated_errors():
                response, body = await self._request(url, params, headers)
                if response.status_code == 200:
                    return parse(body)
            status = response.status_code
            if status in (408, 425, 429) or status >= 500:
                raise _AttemptFailed(f"HTTP {status}", retry_after(response.headers) or None)
            raise SourceDown(_refusal(status))

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            raise _AttemptFailed(f"a broken answer ({error})") from error
        except TimeoutError as error:
            raise _AttemptFailed(f"no answer within {self._limits.timeout:g} s") from error
        except httpx.HTTPError as error:
            raise _AttemptFailed(f"{type(error).__name__}: {error}".rstrip(": ")) from error

    async def _request(self, url: str, params: str, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        try:
            # Redirects are not followed: a key in a header would be sent to wherever they point.
            client = httpx.AsyncClient(verify=_tls_context(), timeout=self._limits.timeout, headers=USER_AGENT)
        except (ValueError, ImportError) as error:
            raise SourceDown(f"the proxy in the environment cannot be used: {error}") from error
        # One deadline for the whole request: httpx restarts its own time-out with every byte.
        async with (
            asyncio.timeout(self._limits.timeout),
            client,
            client.stream("GET", url, params=params or None, headers=headers) as response,
        ):
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError(f"longer than {MAX_BYTES} bytes")
            return response, bytes(body)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Hold the right to send a request: no other process sends one, and the interval has passed."""
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        async with AsyncFileLock(self._lock_file, poll_interval=min(0.05, self._limits.interval / 4)):
            wait = _read_time(self._next_request_file) - time.time()
            if self._limits.longest_wait + self._limits.interval < wait < MAX_PAUSE:
                raise SourceDown(f"it asked to wait another {wait:.0f} s")
            await asyncio.sleep(wait if 0 < wait < MAX_PAUSE else 0)
            pause = self._limits.interval
            try:
                yield
            except _AttemptFailed as error:
                pause = max(pause, error.retry_after or 0)
                raise
            finally:
                self._next_request_file.write_text(json.dumps(time.time() + min(pause, MAX_PAUSE)))


@functools.cache
def _tls_context() -> ssl.SSLContext:
    """Return one shared context, because reading the certificates takes longer than most requests."""
    return httpx.create_ssl_context()


def _read_time(path: Path) -> float:
    """Return seconds since the epoch, or 0 if the file is missing or a crash left it empty."""
    try:
        return float(json.loads(path.read_text()))
    except (FileNotFoundError, ValueError):
        return 0.0


def _refusal(status: int) -> str:
    if status in (401, 403):
        return f"HTTP {status}: refused; check the key in the environment"
    if 300 <= status < 400:
        return f"HTTP {status}: redirects are not followed"
    return f"HTTP {status}"
