"""A command's output: read as it comes, kept at both ends, never more than a fixed amount in memory."""

from __future__ import annotations

import asyncio
import codecs
from collections import deque
from collections.abc import Callable

from tools.sandbox.base import FLOOD_FACTOR

CHUNK = 1 << 16
CONTROL = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r"}
"""Characters that would act on the terminal of who reads the output."""


class CapturedOutput:
    """Keeps the first quarter and the last three of `kept` bytes. Past `FLOOD_FACTOR * kept` bytes it counts as `flooded` and
    takes no more, so that the pipe fills and the writer waits."""

    def __init__(self, kept: int, on_text: Callable[[str], None] | None = None) -> None:
        self._head_room = kept // 4
        self._tail_room = kept - self._head_room
        self._limit = FLOOD_FACTOR * kept
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._on_text = on_text
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.total = 0

    @property
    def flooded(self) -> bool:
        return self.total > self._limit

    def feed(self, data: bytes) -> None:
        self.total += len(data)
        if self._on_text and (text := self._decoder.decode(data)):
            self._on_text(text.translate(CONTROL))
        room = self._head_room - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail.append(data)
            self._tail_size += len(data)
        while self._tail and self._tail_size - len(self._tail[0]) >= self._tail_room:
            self._tail_size -= len(self._tail.popleft())

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Feed from `stream` to its end, or until flooded."""
        while not self.flooded and (data := await stream.read(CHUNK)):
            self.feed(data)

    def text(self) -> str:
        tail = b"".join(self._tail)[-self._tail_room :]
        left_out = self.total - len(self._head) - len(tail)
        if not left_out:
            return _text(self._head + tail)
        return f"{_text(self._head)}\n[… {left_out} bytes left out …]\n{_text(tail)}"


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace").translate(CONTROL)
