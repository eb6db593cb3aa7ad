"""Retry policy shared by the model clients and the literature sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState
from tenacity.stop import stop_base
from tenacity.wait import wait_exponential_jitter

_LONGEST_ACCEPTED = 1e6
"""Seconds. A larger `retry-after` value is not a plausible waiting time and is ignored."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait, or None if it names no valid time.

    Reads `retry-after-ms` and `retry-after`, as a number or as an HTTP date (RFC 9110, 10.2.3).
    """
    if milliseconds := headers.get("retry-after-ms"):
        return _seconds(milliseconds, 1000)
    value = headers.get("retry-after", "")
    if (seconds := _seconds(value, 1)) is not None:
        return seconds
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def retry_wait(
    first_seconds: float, *, longest_seconds: float = 60, jitter_seconds: float = 0
) -> Callable[[RetryCallState], float]:
    """Return a tenacity wait: the `retry_after` attribute of the exception, else exponential backoff with jitter."""
    backoff = wait_exponential_jitter(multiplier=first_seconds, max=longest_seconds, jitter=jitter_seconds)

    def wait(state: RetryCallState) -> float:
        requested: float | None = getattr(state.outcome and state.outcome.exception(), "retry_after", None)
        return float(backoff(state)) if requested is None else requested

    return wait


class StopBeforeWait(stop_base):
    """A tenacity stop: end the retries instead of waiting longer than `longest_seconds`."""

    def __init__(self, longest_seconds: float) -> None:
        self._longest_seconds = longest_seconds

    def __call__(self, state: RetryCallState) -> bool:
        return state.upcoming_sleep > self._longest_seconds


def _seconds(value: str, divisor: int) -> float | None:
    try:
        seconds = float(value) / divisor
    except ValueError:
        return None
    return seconds if 0 <= seconds < _LONGEST_ACCEPTED else None
