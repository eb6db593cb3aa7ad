"""Captures a command's output in bounded memory: the beginning and the end are kept."""

from __future__ import annotations

import asyncio
import codecs
from collections import deque
from collections.abc import Callable

CHUNK = 1 << 16
FLOOD_FACTOR = 256
"""A command is killed when it prints this many times the output that is kept."""
CONTROL = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r"}
"""Characters removed from the output because they would control the reader's terminal."""


class CapturedOutput:
    """Keeps the first quarter and the last three quarters of `kept` bytes. Past `FLOOD_FACTOR * kept` bytes it is
    `flooded` and reads no more, so that the pipe fills and the writer blocks."""

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
        """Feed from `stream` until it ends or the output is flooded."""
        while not self.flooded and (data := await stream.read(CHUNK)):
            self.feed(data)

    def text(self) -> str:
        tail = b"".join(self._tail)[-self._tail_room :]
        cut = self.total - len(self._head) - len(tail)
        if not cut:
            return _text(self._head + tail)
        return f"{_text(self._head)}\n[... {cut} bytes cut ...]\n{_text(tail)}"


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace").translate(CONTROL)
