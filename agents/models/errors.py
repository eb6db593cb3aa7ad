"""The ways in which a model call fails. A caller acts on the type, a person on the sentence."""

# ruff: noqa: N818  (the names say what happened)
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from agents.autogen import RequestUsage
from tools.errors import ColloquiumError


class ModelError(ColloquiumError):
    """A model call failed. `retryable`: the same call may succeed in a moment. `permanent`: the next call will fail
    as well, so the run is to pause until somebody has done what the message says. `usage`: what the failed call used,
    where that is known."""

    kind: ClassVar[str] = "failed"
    retryable: ClassVar[bool] = False
    always_permanent: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        permanent: bool | None = None,
        retry_after: float | None = None,
        usage: RequestUsage | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = self.always_permanent if permanent is None else permanent
        self.retry_after = retry_after
        self.usage = usage


class RateLimited(ModelError):
    """Too many calls, or too many tokens, a minute."""

    kind = "rate limited"
    retryable = True


class Overloaded(ModelError):
    """The provider has no capacity, or a fault of its own."""

    kind = "overloaded"
    retryable = True


class TimedOut(ModelError):
    """No answer in time."""

    kind = "timed out"
    retryable = True


class Unreachable(ModelError):
    """The connection failed or broke."""

    kind = "unreachable"
    retryable = True


class Malformed(ModelError):
    """What came is not an answer of the protocol: HTML, broken JSON, wrong types, a stream that ends early."""

    kind = "malformed"
    retryable = True


class InvalidOutput(ModelError):
    """The answer does not fit the schema it was asked for, also after the model was told what is wrong."""

    kind = "invalid output"


class CutOff(ModelError):
    """The answer reached the longest length allowed and is not whole."""

    kind = "cut off"


class Refused(ModelError):
    """The model declines to answer."""

    kind = "refused"


class ContentFiltered(ModelError):
    """The provider's filter stopped the prompt or the answer."""

    kind = "content filtered"


class ContextTooLong(ModelError):
    """The prompt is longer than the model reads."""

    kind = "context too long"


class Rejected(ModelError):
    """The provider does not accept the request as it is: unknown model, unknown or unsuitable field."""

    kind = "rejected"
    always_permanent = True


class AuthenticationFailed(ModelError):
    """The key is missing, wrong, or may not use this model."""

    kind = "authentication failed"
    always_permanent = True


class OutOfCredit(ModelError):
    """The account has no credit or has reached its spending limit."""

    kind = "out of credit"
    always_permanent = True


class ReplayExhausted(ModelError):
    """The conversation goes on where the journal that is played has nothing more for this role."""

    kind = "replay exhausted"
    always_permanent = True


class PersonLeft(ModelError):
    """The person who plays the role closed the input."""

    kind = "person left"
    always_permanent = True


_ADVICE: dict[type[ModelError], str] = {
    AuthenticationFailed: "check the key in the environment variable {key_env}, then resume the run",
    OutOfCredit: "add credit or raise the account's limit, then resume the run",
    Rejected: "check `model`, `base_url` and `options` of this model in the models config, then resume the run",
    ContextTooLong: "give the role a model with a longer context, or shorten what it reads",
}

_SAYS: list[tuple[type[ModelError], str]] = [
    (
        OutOfCredit,
        r"insufficient_quota|billing_error|credit balance|insufficient balance|spend(ing)?.limit|more credits",
    ),
    (
        ContextTooLong,
        r"context_length|prompt is too long|maximum context|context window|context size|request_too_large",
    ),
    (ContentFiltered, r"content_filter|content_policy|content management policy|invalid_prompt|_policy_violation"),
    (AuthenticationFailed, r"authentication_error|permission_error|invalid_api_key|invalid api key"),
    (RateLimited, r"rate_limit"),
    (Overloaded, r"overloaded"),
    (TimedOut, r"timeout_error"),
]
_READ = 5_000
"""So much of a server's text is read."""
_PIECE = 8
"""A piece of a key of that many characters tells something of it."""
_STATUS: dict[int, type[ModelError]] = {
    401: AuthenticationFailed,
    402: OutOfCredit,
    403: AuthenticationFailed,
    408: TimedOut,
    409: Overloaded,
    413: ContextTooLong,
    429: RateLimited,
    504: TimedOut,
}


def refused_by_server(
    label: str, key_env: str, status: int, body: object, headers: Mapping[str, str], secret: str
) -> ModelError:
    """The error for a server's error reply. `status` is 200 for an error that came inside a stream; the words in the
    body go before the number, since providers give one number to several causes."""
    code, text = _code_and_text(body)
    kind = next((kind for kind, words in _SAYS if re.search(words, f"{code} {text}", re.IGNORECASE)), None)
    if kind is None:
        kind = _STATUS.get(status, Rejected if 400 <= status < 500 else Overloaded)
    said = redact(f"{status}{' ' + code if code else ''}: {text}".strip(), secret)
    advice = _ADVICE.get(kind, "").format(key_env=key_env or "(none is set)")
    message = f"{label}: {kind.kind} ({said})" + (f"; {advice}" if advice else "")
    return kind(message, retry_after=retry_after(headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, None when it does not say."""
    if milliseconds := headers.get("retry-after-ms"):
        return _seconds(milliseconds, 1000)
    value = headers.get("retry-after")
    if not value:
        return None
    seconds = _seconds(value, 1)
    if seconds is not None:
        return seconds
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return None


def redact(text: str, secret: str) -> str:
    """The text in one line of at most 300 characters, without the key, without pieces of it (some servers show its
    beginning and its end), and without anything that looks like one."""
    line = " ".join(text[:_READ].split())
    for size in range(len(secret), _PIECE - 1, -1):
        for start in range(len(secret) - size + 1):
            line = line.replace(secret[start : start + size], "[key]")
    line = re.sub(r"\b(sk|rk|pk)-[\w*-]{6,}|(?<=Bearer )\S+", "[key]", line)
    return line if len(line) <= 300 else line[:299] + "…"


def _seconds(value: str, divisor: int) -> float | None:
    try:
        seconds = float(value) / divisor
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None


def _code_and_text(body: object) -> tuple[str, str]:
    error: Any = body
    if isinstance(error, Mapping) and isinstance(error.get("error"), Mapping | str):
        error = error["error"]
    if not isinstance(error, Mapping):
        return "", str(error or "no text")
    code = error.get("code") or error.get("type") or ""
    return str(code), str(error.get("message") or error)
