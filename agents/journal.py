"""The journal: one append-only file that is both the transcript and the checkpoint of a run.

Each line is one finished step, written and fsynced before the next step begins. A step has a key; a rerun finds the
step by its key instead of doing it again. The file is held by one process at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from tools.errors import UserError

_END = 1 << 18
"""Bytes."""

StepType = Literal["start", "run", "phase", "turn", "model", "fault", "tool", "step"]


@dataclass(frozen=True)
class Record:
    """One finished step. `seconds` is how long it took; `data` is what a rerun needs to stand in for it."""

    key: str
    type: StepType
    time: str
    seconds: float
    data: dict[str, Any]


class Journal:
    """The journal of one run, open for reading and appending.

    Raises:
        UserError: another process holds the file, or a line before the last is not a record.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise UserError(f"{path}: another process is running this run; stop it first, or wait for it") from None
        self._drop_torn_line()
        self._records = {record.key: record for record in read_journal(path)}

    def get(self, key: str) -> Record | None:
        """The finished step of that key, None when it has not been finished."""
        return self._records.get(key)

    def put(self, key: str, type: StepType, data: dict[str, Any], seconds: float = 0.0) -> Record:
        """Append a finished step; it is on disk when this returns."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        record = Record(key=key, type=type, time=now, seconds=round(seconds, 3), data=data)
        line = json.dumps(asdict(record), ensure_ascii=False, allow_nan=False)
        self._file.write(line.encode("utf-8", "replace") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._records[key] = record
        return record

    def records(self) -> Iterator[Record]:
        """Every step, in the order in which steps were finished."""
        yield from self._records.values()

    def close(self) -> None:
        self._file.close()

    def _drop_torn_line(self) -> None:
        """A kill can leave half a line at the end; the step it told of was not finished."""
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
    """The records of a journal that may be in use by another process; a torn last line is left out.

    Raises:
        UserError: a line before the last is not a record.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                yield Record(**json.loads(line))
            except (json.JSONDecodeError, UnicodeDecodeError, TypeError):
                raise UserError(
                    f"{path}:{number}: this line is not a journal record; the file was changed by hand "
                    "or the disk is damaged. Restore it, or start a new run"
                ) from None


def last_record(path: Path, *, leaving_out: Collection[StepType] = ()) -> Record | None:
    """The newest whole record of a journal, types left out; None where there is none. Of a long journal its end alone is
    read, unless that is not enough."""
    size = path.stat().st_size
    for length in (_END, size):
        with path.open("rb") as file:
            file.seek(max(0, size - length))
            lines = file.read(length).split(b"\n")
        for line in reversed(lines[(1 if length < size else 0) : -1]):
            record = Record(**json.loads(line))
            if record.type not in leaving_out:
                return record
        if length >= size:
            break
    return None
