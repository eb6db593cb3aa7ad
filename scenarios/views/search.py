"""Search the transcripts of runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.journal import Record
from agents.journal_index import IndexEntry, JournalIndex
from scenarios.views.transcript import Entry, EntryFilter, entry_of
from tools.run_dir import RunDir

_AROUND = 60
"""Characters that an excerpt shows on each side of a hit."""
_SEARCHED = frozenset({"turn", "tool", "fault", "model", "phase", "run"})


@dataclass(frozen=True)
class TranscriptHit:
    """An event of a run that contains the text, and the part around it."""

    run: str
    entry: Entry
    excerpt: str


def search_run(folder: Path, text: str, wanted: EntryFilter, limit: int) -> Iterator[TranscriptHit]:
    """Yield the events of a run that contain `text` in any case, at most `limit`.

    Raises:
        UserError: the journal is damaged.
    """
    index = JournalIndex(RunDir(folder).journal_file)
    index.refresh()
    if not index.entries:
        return

    def accepts(found: IndexEntry) -> bool:
        return found.type in _SEARCHED and (found.type != "tool" or wanted.tools)

    start: int | None = 0
    while start is not None and limit > 0:
        hits = index.search(text, accepts, _text_of, start=start, limit=limit, seconds=60)
        for hit in hits.found:
            entry = entry_of(index.read(hit))
            if entry and wanted.accepts(entry):
                limit -= 1
                yield TranscriptHit(folder.name, entry, excerpt(f"{entry.text} {entry.arguments}", text))
        start = hits.next


def excerpt(whole: str, text: str) -> str:
    """Return one line with the first place where `text` occurs, in any case."""
    line = " ".join(whole.split())
    at = max(0, line.lower().find(" ".join(text.split()).lower()))
    first, last = max(0, at - _AROUND), at + len(text) + _AROUND
    return ("... " if first else "") + line[first:last] + (" ..." if last < len(line) else "")


def _text_of(record: Record) -> str:
    entry = entry_of(record)
    return f"{entry.text} {entry.arguments}" if entry else ""
