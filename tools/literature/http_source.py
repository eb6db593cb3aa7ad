"""Base class of the literature sources on the network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from tools.literature.rate_limited_http import RateLimitedHttp, ServiceLimits
from tools.literature.record import SourceDown

_SLOW = 2.0
"""Seconds between two requests from which a source is slow."""


class HttpSource:
    """A service that is searched over HTTP. Subclasses add `search` and, where the service can, `with_doi`."""

    name: str
    url: ClassVar[str]
    """Address of the service."""
    limits: ClassVar[ServiceLimits]
    key_env: ClassVar[str] = ""
    """Environment variable of an optional key or address that raises the service's limits."""

    def __init__(self, http: RateLimitedHttp, *, key: str = "", url: str = "") -> None:
        self._http, self._key, self._url = http, key, url or self.url

    @property
    def is_slow(self) -> bool:
        """True if a list of references should ask this source last."""
        return self.limits.interval >= _SLOW

    @classmethod
    def build(cls, state: Path) -> Self:
        """Build the source. All processes share its rate limit through the folder `state`."""
        return cls(RateLimitedHttp(cls.name, cls.limits, state), key=os.environ.get(cls.key_env, ""))


@contextmanager
def expected_form() -> Iterator[None]:
    """Turn errors from reading a response of another structure into `SourceDown`."""
    try:
        yield
    except (AttributeError, TypeError, KeyError, IndexError) as error:
        raise SourceDown(f"an answer in an unknown form ({error!r})") from error
