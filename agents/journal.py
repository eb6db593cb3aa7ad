"""The journal: one append-only file that is both the transcript and the checkpoint of a run.

Each line is one finished step, written and fsynced before the next step begins. Each step has a key; a rerun takes the
step from the journal instead of repeating it. Only one process at a time may hold the file.

A damaged line never counts as a step. If it belongs to a phase that has ended, nothing needs it any more. Otherwise the
run goes on from the last step before it, and a copy of the file is kept.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.journal_record import (
    DamagedLine,
    DamagedRecordError,
    Record,
    StepType,
    read_lines,
    read_record,
    write_record,
)
from tools.errors import UserError

__all__ = ["Journal", "Record", "StepType", "damaged_lines", "is_in_use", "last_record", "read_journal"]

_END = 1 << 18
"""Bytes at the end of a journal that are read first."""
_MARK = re.compile(rb'\{"key": "run/(start|end):\d+", "type": "(start|run)"')
"""Begins a record that no later step needs."""


class Journal:
    """The journal of one run, open for reading and appending.

    Raises:
        UserError: another process holds the file, or it has lines and none is a record.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise UserError(f"{path}: another process is playing this run; stop it, or wait until it ends") from None
        self._drop_torn_line()
        self.damage: list[DamagedLine] = []
        """The lines that were damaged when the journal was opened."""
        self.copy: Path | None = None
        """The copy of the damaged file, if steps after the damage were dropped because they rest on a lost one."""
        self._records = self._read()

    def get(self, key: str) -> Record | None:
        """Return the finished step of that key, None if it is not finished."""
        return self._records.get(key)

    def put(self, key: str, type: StepType, data: dict[str, Any], seconds: float = 0.0) -> Record:
        """Append a finished step; it is on disk when this returns."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        record = Record(key=key, type=type, time=now, seconds=round(seconds, 3), data=data)
        self._file.write(write_record(record))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._records[key] = record
        return record

    def records(self) -> Iterator[Record]:
        """Yield every step, in the order in which they finished."""
        yield from self._records.values()

    def describe_damage(self) -> list[str]:
        """Return what was damaged when the journal was opened, by place, and what became of it."""
        if not self.damage:
            return []
        rest = (
            f"the steps from there on are repeated; the file as it was is kept as {self.copy.name}"
            if self.copy
            else "nothing rests on these steps, so none is repeated"
        )
        lines = ", ".join(str(line.number) for line in self.damage[:10]) + (", ..." if len(self.damage) > 10 else "")
        return [f"{self.path}:{lines}: damaged: the file was edited or the disk is damaged; {rest}"]

    def close(self) -> None:
        self._file.close()

    def _read(self) -> dict[str, Record]:
        lines = list(read_lines(self.path))
        self.damage = [line for line, _ in lines if isinstance(line, DamagedLine)]
        if self.damage and len(self.damage) == len(lines):
            raise UserError(
                f"{self.path}:1: no line of this file is a journal record: the file was edited or the disk is damaged. "
                "Restore the file, or start a new run"
            )
        for damage in self.damage:
            self._file.seek(damage.start)
            if _rests_on_loss(damage, lines, self._file.readline()):
                self._cut(damage.start)
                lines = [(line, start) for line, start in lines if start < damage.start]
                break
        self._file.seek(0, os.SEEK_END)
        return {record.key: record for record, _ in lines if isinstance(record, Record)}

    def _cut(self, end: int) -> None:
        """Keep a copy of the file, and drop what follows `end`."""
        number = 1
        while (copy := self.path.with_name(f"{self.path.stem}.damaged-{number}{self.path.suffix}")).exists():
            number += 1
        temporary = copy.with_name(f".{copy.name}.tmp")
        shutil.copyfile(self.path, temporary)
        temporary.replace(copy)
        self._file.truncate(end)
        os.fsync(self._file.fileno())
        self.copy = copy

    def _drop_torn_line(self) -> None:
        """Remove an incomplete last line, which a kill can leave; its step had not finished."""
        size = self._file.seek(0, os.SEEK_END)
        position = size
        while position > 0:
            start = max(0, position - 65536)
            self._file.seek(start)
            end = self._file.read(position - start).rfind(b"\n")
            if end >= 0:
                position = start + end + 1
                break
            position = start
        if position < size:
            self._file.truncate(position)
        self._file.seek(0, os.SEEK_END)


def is_in_use(path: Path) -> bool:
    """Return True if a process is writing the journal."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def read_journal(path: Path) -> Iterator[Record]:
    """Yield the intact records of a journal, which another process may be writing."""
    return (record for record, _ in read_lines(path) if isinstance(record, Record))


def damaged_lines(path: Path) -> list[int]:
    """Return the numbers of the damaged lines of a journal, from 1."""
    return [line.number for line, _ in read_lines(path) if isinstance(line, DamagedLine)]


def last_record(path: Path, *, leaving_out: Collection[StepType] = ()) -> Record | None:
    """Return the newest intact record of a journal, without records of the excluded types; None if there is none.

    Only the end of a long journal is read, unless that is not enough.
    """
    size = path.stat().st_size
    for length in (_END, size):
        with path.open("rb") as file:
            file.seek(max(0, size - length))
            lines = file.read(length).split(b"\n")
        for line in reversed(lines[(1 if length < size else 0) : -1]):
            try:
                record = read_record(line + b"\n")
            except DamagedRecordError:
                continue
            if record.type not in leaving_out:
                return record
        if length >= size:
            break
    return None


def _rests_on_loss(damage: DamagedLine, lines: list[tuple[Record | DamagedLine, int]], content: bytes) -> bool:
    """Return whether later steps rest on the step of a damaged line, as far as can be known.

    They do not if the line told that the run started or stopped, or lies between two steps of a phase whose end is
    recorded: then only the result of the phase counts.
    """
    if _MARK.match(content):
        return False
    before = {
        "/".join(parts[:2])
        for line, start in lines
        if start < damage.start and isinstance(line, Record) and len(parts := line.key.split("/")) > 2
    }
    return not any(
        isinstance(line, Record) and line.type == "phase" and line.key in before and start > damage.start
        for line, start in lines
    )
