"""One HTTP GET at a time to a public service, within its limits and within ours: it never hangs and never storms."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar

import httpx
from filelock import FileLock, Timeout

from tools.literature.record import SourceDown

T = TypeVar("T")

MAX_BYTES = 30_000_000
"""The longest answer read. The longest real ones (thousands of authors) stay below a tenth of it."""


@dataclass(frozen=True)
class Limits:
    """What a service allows and how much patience we have with it. All times in seconds."""

    interval: float
    """From the end of one request to the start of the next, over all tasks and processes."""
    timeout: float = 10
    """For one request, from connecting to the last byte."""
    tries: int = 3
    longest_wait: float = 15
    """The longest pause between two tries; a service that asks for more is down for now."""
    failures: int = 3
    """So many calls in a row without an answer, and the service is left alone …"""
    rest: float = 120
    """… for so long."""


USER_AGENT = {"user-agent": "colloquium/0.1"}
LONGEST_REST = 3600.0
"""Seconds. A wish to wait longer is cut to this; a moment further off is a clock that was set back, and ignored."""


class RateLimitedHttp:
    """Asks one service. One request at a time over all processes that share `state`, a folder: the lock file in it is
    held during a request, and the moment from which the next may start stands in it."""

    def __init__(self, name: str, limits: Limits, state: Path) -> None:
        self.name = name
        self._limits = limits
        self._state = state
        self._failures = 0
        self._resting_until = 0.0

    async def get(
        self, url: str, parse: Callable[[bytes], T], *, params: str = "", headers: Mapping[str, str] | None = None
    ) -> T:
        """The parsed answer. `parse` raises ValueError on a broken one, which is tried again like any failure.

        Raises:
            SourceDown: no usable answer after the bounded tries, or the service is resting after failures.
        """
        if (left := self._resting_until - time.monotonic()) > 0:
            raise SourceDown(f"left alone for another {left:.0f} s after {self._failures} failures in a row")
        try:
            answer = await self._tries(url, parse, params, headers or {})
        except SourceDown:
            self._failures += 1
            if self._failures >= self._limits.failures:
                self._resting_until = time.monotonic() + self._limits.rest
            raise
        self._failures = 0
        return answer

    async def _tries(self, url: str, parse: Callable[[bytes], T], params: str, headers: Mapping[str, str]) -> T:
        reason = ""
        for attempt in range(self._limits.tries):
            async with self._turn() as turn:
                try:
                    response, body = await self._request(url, params, headers)
                    if response.status_code == 200:
                        return parse(body)
                    reason = f"HTTP {response.status_code}"
                    if response.status_code not in (408, 425, 429) and response.status_code < 500:
                        raise SourceDown(_explained(response.status_code))
                    pause = _retry_after(response.headers) or self._limits.interval * 2**attempt
                except ValueError as error:
                    reason, pause = f"a broken answer ({error})", self._limits.interval
                except TimeoutError:
                    reason, pause = f"no answer within {self._limits.timeout:g} s", self._limits.interval
                except httpx.HTTPError as error:
                    reason, pause = f"{type(error).__name__}: {error}".rstrip(": "), self._limits.interval * 2**attempt
                turn.pause = pause
            if pause > self._limits.longest_wait:
                raise SourceDown(f"{reason}, asks to wait {pause:.0f} s")
            if attempt + 1 < self._limits.tries:
                await asyncio.sleep(pause)  # Without our turn: another task may be luckier.
        raise SourceDown(f"{reason}, {self._limits.tries} tries")

    async def _request(self, url: str, params: str, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        try:
            # Redirects are not followed: the key in a header would travel to wherever they point.
            client = httpx.AsyncClient(verify=_tls(), timeout=self._limits.timeout, headers=USER_AGENT)
        except (ValueError, ImportError) as error:
            raise SourceDown(f"the proxy in the environment cannot be used: {error}") from error
        # One deadline over all: httpx's own time-out starts anew with every byte that trickles in.
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

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[_Turn]:
        """Our turn, waited for: nobody else's request is under way and the interval has passed."""
        self._state.mkdir(parents=True, exist_ok=True)
        filesystem_now = self._state / f"{self.name}.json"
        lock = FileLock(self._state / f"{self.name}.lock", thread_local=False)
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                await asyncio.sleep(min(0.05, self._limits.interval / 4))
        try:
            wait = _read_moment(filesystem_now) - time.time()
            if self._limits.longest_wait + self._limits.interval < wait < LONGEST_REST:
                raise SourceDown(f"asked us to wait another {wait:.0f} s")
            await asyncio.sleep(wait if 0 < wait < LONGEST_REST else 0)
            turn = _Turn(self._limits.interval)
            try:
                yield turn
            finally:
                filesystem_now.write_text(
                    json.dumps(time.time() + min(max(turn.pause, self._limits.interval), LONGEST_REST))
                )
        finally:
            lock.release()


@functools.cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than most requests, so it is done once."""
    return httpx.create_ssl_context()


@dataclass
class _Turn:
    pause: float
    """Seconds that the next request, anybody's, has to wait after this one."""


def _read_moment(path: Path) -> float:
    """Seconds since the epoch from which the next request may start. A file that a crash left empty means: now."""
    try:
        return float(json.loads(path.read_text()))
    except (FileNotFoundError, ValueError):
        return 0.0


def _retry_after(headers: httpx.Headers) -> float:
    """The seconds of a `retry-after` header, given as a number or a date; 0 where there is none to be read."""
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value) if value.replace(".", "", 1).isdigit() else _until(value))
    except ValueError:
        return 0.0


def _until(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time.time()


def _explained(status: int) -> str:
    if status in (401, 403):
        return f"HTTP {status}: refused; check its key in the environment"
    if 300 <= status < 400:
        return f"HTTP {status}: it redirects elsewhere, which is not followed"
    return f"HTTP {status}"
