"""An index of a journal: where each record lies and what a list of steps shows of it, without the records' data.

A journal can have a hundred thousand records and hundreds of megabytes, so the index reads only the head of each line and
a few fixed places of it. The rest of a record is read when it is asked for.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from agents.journal_record import DamagedRecordError, Record, check_record, read_record

_HEAD = re.compile(
    rb'\{"key": "((?:[^"\\]|\\.)*)", "type": "([a-z]+)", "time": "([^"]*)", "seconds": ([-+0-9.e]+), "data": \{'
)
_DOLLARS = re.compile(rb'[{,] ?"dollars": ([-+0-9.e]+)')
_FAILED_TOOL = b', "failed": true, "submissions": '
_FAULTS = b', "faults": ["'
_UNSHOWN = b', "context": ['
"""Where the part of a turn begins that repeats the prompts and results of its calls."""
_PROMPT_STEPS = ("before", "after", "task", "start")


class StepPlace(NamedTuple):
    """Where a step belongs, from its key: `idea_1/experiments/coder/2/tool:edit_file:ab12:1`."""

    slot: str
    """The idea's place in the run; empty for steps of the run as a whole."""
    phase: str
    """With its number if the phase type occurs again: `panel:2`."""
    participant: str
    turn: int
    call: str
    """`tool:edit_file:ab12:1`, `model:3`, `model:3/fault:1`, or the name of a harness step."""


class IndexEntry(NamedTuple):
    """One record of a journal. `number` counts from 0 and never changes."""

    number: int
    key: str
    type: str
    time: str
    seconds: float
    dollars: float
    failed: bool
    """A tool call with an error, a model call without an answer, or one that was answered only at a later attempt."""
    offset: int
    length: int
    shown: int
    """Length of the part that a search looks at."""

    @property
    def place(self) -> StepPlace:
        return place_of(self.key)

    @property
    def tool(self) -> str:
        """The name of the tool, empty for other steps."""
        return self.key.rpartition("/tool:")[2].partition(":")[0] if self.type == "tool" else ""


@dataclass(frozen=True)
class JournalHits:
    """The hits of a search, and the number of the record at which to go on; None if everything was searched."""

    found: list[IndexEntry]
    next: int | None


class JournalIndex:
    """The index of one journal. `refresh` takes in what has been appended since."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[IndexEntry] = []
        self.dollars = 0.0
        self.damaged = 0
        """Lines that are no records."""
        self._numbers: dict[str, int] = {}
        self._size = 0
        self._inode = 0

    def refresh(self) -> list[IndexEntry]:
        """Index the complete lines that are new and return them. A replaced journal is indexed from its beginning.
        Damaged lines are left out."""
        if not self.path.exists():
            return []
        stat = self.path.stat()
        if stat.st_ino != self._inode or stat.st_size < self._size:
            self.entries, self._numbers, self._size, self._inode = [], {}, 0, stat.st_ino
            self.dollars, self.damaged = 0.0, 0
        before = len(self.entries)
        with self.path.open("rb") as file:
            file.seek(self._size)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                try:
                    entry = self._entry(line)
                except DamagedRecordError:
                    self.damaged += 1
                    self._size += len(line)
                    continue
                self.entries.append(entry)
                self._numbers[entry.key] = entry.number
                self.dollars += entry.dollars
                self._size += len(line)
        return self.entries[before:]

    def get(self, key: str) -> IndexEntry | None:
        """Return the newest record of a key, None if there is none."""
        number = self._numbers.get(key)
        return None if number is None else self.entries[number]

    def read(self, entry: IndexEntry) -> Record:
        """Return the whole record."""
        with self.path.open("rb") as file:
            file.seek(entry.offset)
            return read_record(file.read(entry.length))

    def search(
        self,
        text: str,
        accepts: Callable[[IndexEntry], bool],
        shows: Callable[[Record], str],
        *,
        start: int = 0,
        limit: int = 50,
        seconds: float = 0.8,
    ) -> JournalHits:
        """Return the records that contain a text in what is shown of them, in any case of ASCII letters.

        Args:
            text: what to look for; empty finds every accepted record.
            accepts: decides from the index alone whether a record is wanted.
            shows: the text of a record that a reader sees.
            start: number of the record to begin with.
            limit: the most hits to return.
            seconds: time after which the search returns what it has.
        """
        wanted = json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "replace").lower()
        end = time.monotonic() + seconds
        found: list[IndexEntry] = []
        with self.path.open("rb", buffering=0) as file:
            for entry in self.entries[start:]:
                if len(found) == limit or (not entry.number % 256 and time.monotonic() > end):
                    return JournalHits(found, entry.number)
                if not accepts(entry):
                    continue
                if wanted:
                    if wanted not in os.pread(file.fileno(), entry.shown, entry.offset).lower():
                        continue
                    record = read_record(os.pread(file.fileno(), entry.length, entry.offset))
                    if text.lower() not in shows(record).lower():
                        continue
                found.append(entry)
        return JournalHits(found, None)

    def _entry(self, line: bytes) -> IndexEntry:
        check_record(line)
        if head := _HEAD.match(line):
            written, type_, when, lasted = head.groups()
            key, kind = _text(written), sys.intern(type_.decode())
            time_, seconds, at = when.decode(), float(lasted), head.end()
        else:
            record = read_record(line)
            key, kind, time_, seconds, at = record.key, sys.intern(record.type), record.time, record.seconds, 0
        dollars, failed, shown = 0.0, False, len(line)
        if kind == "tool":
            failed = line.find(_FAILED_TOOL, at) >= 0
        elif kind in ("model", "fault"):
            charged = _DOLLARS.search(line, at)
            dollars = float(charged[1]) if charged else 0.0
            failed = kind == "fault" or line.find(_FAULTS, at) >= 0
        elif kind == "turn":
            cut = line.find(_UNSHOWN, at)
            shown = cut if cut >= 0 else shown
        return IndexEntry(len(self.entries), key, kind, time_, seconds, dollars, failed, self._size, len(line), shown)


def place_of(key: str) -> StepPlace:
    """Return where the step of a key belongs."""
    parts = key.split("/")
    if parts[0] == "run":
        return StepPlace("", "", "", 0, parts[-1])
    slot, phase, *rest = [*parts, ""] if len(parts) == 1 else parts
    if rest[:1] == ["restart"]:
        rest = rest[1:]
    if phase in _PROMPT_STEPS and not rest:
        return StepPlace(slot, "", "", 0, phase)
    if len(rest) < 2 or not rest[1].isdecimal():
        return StepPlace(slot, phase, "", 0, "/".join(rest))
    return StepPlace(slot, phase, rest[0], int(rest[1]), "/".join(rest[2:]))


def _text(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    return str(json.loads(f'"{text}"')) if "\\" in text else text
