"""The records of a journal as lines of bytes: JSON objects, each with a checksum of its own bytes.

Lines of earlier versions have no checksum. They are read, but a change of theirs is found only where it breaks them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

StepType = Literal["start", "run", "phase", "turn", "model", "fault", "tool", "step"]
_TYPES = get_args(StepType)
_SUM = re.compile(rb', "sum": "([0-9a-f]{16})"\}\n')
_SUM_BYTES = len(', "sum": "0123456789abcdef"}\n')


@dataclass(frozen=True)
class Record:
    """One finished step. `seconds` is its duration; `data` holds what a rerun needs in place of the step."""

    key: str
    type: StepType
    time: str
    seconds: float
    data: dict[str, Any]


@dataclass(frozen=True)
class DamagedLine:
    """A line of a journal that is not what was written."""

    number: int
    """From 1."""
    start: int
    """Bytes before it."""


class DamagedRecordError(ValueError):
    """A line is not a record, or not the record that was written."""


_FIELDS = {field.name for field in fields(Record)}


def write_record(record: Record) -> bytes:
    """Return the line of a record."""
    line = json.dumps(asdict(record), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")[:-1]
    return line + b', "sum": "%s"}\n' % _digest(line)


def check_record(line: bytes) -> bool:
    """Return whether a line has a checksum.

    Raises:
        DamagedRecordError: it has one, and the line was changed since.
    """
    found = _SUM.fullmatch(line, max(0, len(line) - _SUM_BYTES))
    if found and found[1] != _digest(line[:-_SUM_BYTES]):
        raise DamagedRecordError("its checksum does not match")
    return found is not None


def read_record(line: bytes) -> Record:
    """Return the record of a line.

    Raises:
        DamagedRecordError: the line is not a record, or was changed after it was written.
    """
    summed = check_record(line)
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DamagedRecordError(str(error)) from None
    if not isinstance(values, dict) or values.keys() != (_FIELDS | {"sum"} if summed else _FIELDS):
        raise DamagedRecordError("it is not a journal record")
    record = Record(**{name: values[name] for name in _FIELDS})
    if not (isinstance(record.key, str) and record.type in _TYPES and isinstance(record.data, dict)):
        raise DamagedRecordError("it is not a journal record")
    return record


def read_lines(path: Path) -> Iterator[tuple[Record | DamagedLine, int]]:
    """Yield the complete lines of a journal, each as its record or as damaged, with the number of bytes before it.

    Another process may be writing the journal; an incomplete last line is left out.
    """
    start = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                yield read_record(line), start
            except DamagedRecordError:
                yield DamagedLine(number, start), start
            start += len(line)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).hexdigest().encode()
