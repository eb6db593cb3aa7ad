"""Lines that a person types, read in a way that a stop of the run can cancel."""

from __future__ import annotations

import asyncio
import os

_BLOCK = 65536


class TerminalInput:
    """The lines of an open file, usually standard input. A thread that waits for input could not be cancelled."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pending = b""

    async def line(self) -> str:
        """Return the next line without its end.

        Raises:
            EOFError: the input has ended.
        """
        while b"\n" not in self._pending:
            await self._readable()
            block = os.read(self._descriptor, _BLOCK)
            if not block:
                if not self._pending:
                    raise EOFError
                block = b"\n"
            self._pending += block
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            loop.add_reader(self._descriptor, ready.set)
        except PermissionError:  # a regular file, which is always readable
            return
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._descriptor)
