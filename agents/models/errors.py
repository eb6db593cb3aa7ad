"""Exceptions of model calls. Callers act on the type; the message is for people."""

# ruff: noqa: N818  (the names state the fault)
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from agents.autogen import RequestUsage
from tools.errors import ColloquiumError
from tools.retry import retry_after


class ModelError(ColloquiumError):
    """A model call failed.

    `retryable`: the same call may succeed in a moment. `permanent`: further calls will fail too, so the run pauses
    until someone follows the message's advice. `usage`: what the failed call used, if known.
    """

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
    """Too many calls or tokens per minute."""

    kind = "rate limited"
    retryable = True


class Overloaded(ModelError):
    """The provider has no capacity or an internal fault."""

    kind = "overloaded"
    retryable = True


class TimedOut(ModelError):
    """The answer did not arrive in time."""

    kind = "timed out"
    retryable = True


class Unreachable(ModelError):
    """The connection failed or broke."""

    kind = "unreachable"
    retryable = True


class Malformed(ModelError):
    """The response violates the protocol: HTML, broken JSON, wrong types, a stream that ends early."""

    kind = "malformed"
    retryable = True


class Empty(Malformed):
    """The answer holds neither text nor a tool call."""


class CutOff(ModelError):
    """The answer reached the output limit and is incomplete."""

    kind = "cut off"


class Refused(ModelError):
    """The model declined to answer."""

    kind = "refused"


class ContentFiltered(ModelError):
    """The provider's content filter stopped the prompt or the answer."""

    kind = "content filtered"


class ContextTooLong(ModelError):
    """The prompt exceeds the model's context, and a repetition would too."""

    kind = "context too long"
    always_permanent = True


class Rejected(ModelError):
    """The provider rejected the request, for example because of an unknown model or an unsuitable field."""

    kind = "rejected"
    always_permanent = True


class AuthenticationFailed(ModelError):
    """The API key is missing or wrong, or has no access to the model."""

    kind = "authentication failed"
    always_permanent = True


class OutOfCredit(ModelError):
    """The account has no credit left or has reached its spending limit."""

    kind = "out of credit"
    always_permanent = True


class ReplayExhausted(ModelError):
    """The replayed journal has no further answer for the role."""

    kind = "replay exhausted"
    always_permanent = True


class PersonLeft(ModelError):
    """The person who plays the role closed the terminal input."""

    kind = "person left"
    always_permanent = True


_ADVICE: dict[type[ModelError], str] = {
    AuthenticationFailed: "check the key in the environment variable {key_env}, then resume the run",
    OutOfCredit: "add credit or raise the account's limit, then resume the run",
    Rejected: "check `model`, `base_url` and `options` of this model in the models config, then resume the run",
    ContextTooLong: "lower max_output_tokens in the models config, or assign the role a model with a longer context, "
    "then resume the run",
}

_PATTERNS: list[tuple[type[ModelError], str]] = [
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
_MAX_TEXT = 5_000
"""Characters of a server's text that are read."""
_SECRET_PIECE = 8
"""Substrings of a key with at least this many characters are removed from messages."""
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


def error_from_server(
    label: str, key_env: str, status: int, body: object, headers: Mapping[str, str], secrets: Sequence[str]
) -> ModelError:
    """Return the typed error for a server's error response.

    The text of the body takes precedence over the status, because providers use one status for several causes. The
    status is 200 for an error inside a stream.
    """
    code, text = _code_and_text(body)
    kind = next((kind for kind, words in _PATTERNS if re.search(words, f"{code} {text}", re.IGNORECASE)), None)
    if kind is None:
        kind = _STATUS.get(status, Rejected if 400 <= status < 500 else Overloaded)
    reply = redact(f"{status}{' ' + code if code else ''}: {text}".strip(), *secrets)
    advice = _ADVICE.get(kind, "").format(key_env=key_env or "(none is configured)")
    message = f"{label}: {kind.kind} ({reply})" + (f"; {advice}" if advice else "")
    return kind(message, retry_after=retry_after(headers))


def redact(text: str, *secrets: str) -> str:
    """Return the text as one line of at most 300 characters, without the secrets, their substrings (some servers show
    the start and end of a key) and anything that looks like a key."""
    line = " ".join(text[:_MAX_TEXT].split())
    for secret in secrets:
        for size in range(len(secret), _SECRET_PIECE - 1, -1):
            for start in range(len(secret) - size + 1):
                line = line.replace(secret[start : start + size], "[key]")
    line = re.sub(r"\b(sk|rk|pk)-[\w*-]{6,}|(?<=Bearer )\S+", "[key]", line)
    return line if len(line) <= 300 else line[:299] + "…"


def _code_and_text(body: object) -> tuple[str, str]:
    error: Any = body
    if isinstance(error, Mapping) and isinstance(error.get("error"), Mapping | str):
        error = error["error"]
    if not isinstance(error, Mapping):
        return "", str(error or "no text")
    code = error.get("code") or error.get("type") or ""
    return str(code), str(error.get("message") or error)
