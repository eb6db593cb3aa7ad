"""One cached prefix for participants whose prompts begin alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class SharedPrefix:
    """Lets one of several parallel calls go first. Its prompt is in the provider's cache when the others are sent."""

    def __init__(self) -> None:
        self._begun = False
        self._is_cached = asyncio.Event()

    @asynccontextmanager
    async def in_order(self) -> AsyncIterator[None]:
        """Wait for the first call unless this is it. A first call that fails holds nobody up."""
        if self._begun:
            await self._is_cached.wait()
            yield
            return
        self._begun = True
        try:
            yield
        finally:
            self._is_cached.set()
