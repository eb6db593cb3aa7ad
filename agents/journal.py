"""The journal: one append-only file that is both the transcript and the checkpoint of a run.

Each line is one finished step, written and fsynced before the next step begins. Each step has a key; a rerun takes the
step from the journal instead of repeating it. Only one process at a time may hold the file.
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
"""Bytes at the end of a journal that are read first."""

StepType = Literal["start", "run", "phase", "turn", "model", "fault", "tool", "step"]


@dataclass(frozen=True)
class Record:
    """One finished step. `seconds` is its duration; `data` holds what a rerun needs in place of the step."""

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
            raise UserError(f"{path}: another process is playing this run; stop it, or wait until it ends") from None
        self._drop_torn_line()
        self._records = {record.key: record for record in read_journal(path)}

    def get(self, key: str) -> Record | None:
        """Return the finished step of that key, None if it is not finished."""
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
        """Yield every step, in the order in which they finished."""
        yield from self._records.values()

    def close(self) -> None:
        self._file.close()

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
    """Yield the records of a journal, which another process may be writing. An incomplete last line is skipped.

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
                    f"{path}:{number}: this line is not a journal record: the file was edited or the disk is damaged. "
                    "Restore the file, or start a new run"
                ) from None


def last_record(path: Path, *, leaving_out: Collection[StepType] = ()) -> Record | None:
    """Return the newest complete record of a journal, without records of the excluded types; None if there is none.

    Only the end of a long journal is read, unless that is not enough.
    """
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
