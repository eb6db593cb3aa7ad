"""The transcript of a run, from its journal: readable text, Markdown or JSON."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path
from typing import Literal

from agents.journal import Record, is_in_use, last_record, read_journal
from agents.journal_index import JournalIndex
from agents.models import usage_detail
from tools.errors import UserError
from tools.run_dir import RunDir

Format = Literal["text", "markdown", "json"]
_SHOWN = 2000
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `kind` is turn, tool, fault (a model call without an answer), retry (one that had its
    answer only after others had failed), phase or run."""

    time: str
    idea_run: str
    phase: str
    kind: str
    agent: str
    text: str
    tool: str = ""
    arguments: str = ""
    failed: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class EntryFilter:
    """Which events of a run are wanted. Tool calls and retries only on request."""

    phase: str = ""
    agent: str = ""
    tools: bool = False
    since: str = ""
    """A time (UTC) as 9:30 or 09:30:15, then of any day, or as 2026-11-29 or 2026-11-29T09:30.

    Raises:
        UserError: it is written otherwise.
    """

    def __post_init__(self) -> None:
        if self.since:
            _parse_since(self.since)

    def accepts(self, entry: Entry) -> bool:
        """Return True if the event is wanted."""
        return (
            (not self.phase or self.phase in (entry.phase, entry.phase.partition(":")[0]))
            and (not self.agent or entry.agent == self.agent)
            and (self.tools or entry.kind not in ("tool", "retry"))
            and (not self.since or _is_later(entry.time, _parse_since(self.since)))
        )


def entries(folder: Path, wanted: EntryFilter = EntryFilter()) -> Iterator[Entry]:
    """Yield the events of a run in order.

    Raises:
        UserError: there is no journal.
    """
    for record in read_journal(_journal_of(folder)):
        if (entry := entry_of(record)) and wanted.accepts(entry):
            yield entry


def follow(folder: Path, wanted: EntryFilter = EntryFilter(), *, seconds: float = 0.5) -> Iterator[Entry]:
    """Yield the events of a run in order, then those that are added, until no process plays the run any more.

    Args:
        seconds: time between two looks at the journal.

    Raises:
        UserError: there is no journal, or it is damaged.
    """
    index = JournalIndex(_journal_of(folder))
    while True:
        plays = is_in_use(index.path)
        for new in index.refresh():
            if (entry := entry_of(index.read(new))) and wanted.accepts(entry):
                yield entry
        if not plays:
            return
        time.sleep(seconds)


def _journal_of(folder: Path) -> Path:
    path = RunDir(folder).journal_file
    if not path.exists():
        raise UserError(f"{folder}: there is no journal.jsonl, so nothing has happened in this run yet")
    return path


def last_phase(folder: Path) -> str:
    """Return the phase of a run's newest record, empty before the first."""
    path = RunDir(folder).journal_file
    newest = last_record(path, leaving_out=("start", "run")) if path.exists() else None
    return " ".join(newest.key.split("/")[:2][::-1]) if newest else ""


def render(found: Iterable[Entry], format: Format) -> str:
    """Return entries as readable text, as Markdown, or as a JSON list."""
    if format == "json":
        return json.dumps([asdict(entry) for entry in found], indent=2, ensure_ascii=False)
    return "\n\n".join(render_entry(entry, format) for entry in found)


def render_entry(entry: Entry, format: Format) -> str:
    """Return one entry as readable text, as Markdown, or as one line of JSON."""
    if format == "json":
        return json.dumps(asdict(entry), ensure_ascii=False)
    return _markdown(entry) if format == "markdown" else _text(entry)


def entry_of(record: Record) -> Entry | None:
    """Return the event of a record, None if it is none. A record that lacks what its type holds is an event that says so."""
    try:
        return _entry_of(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Entry(
            record.time, "", "", "fault", "", f"the record {record.key} cannot be read: {error!r}", failed=True
        )


def _entry_of(record: Record) -> Entry | None:
    parts = [*record.key.split("/"), "", ""]
    data = record.data
    blank = Entry(record.time, parts[0], parts[1], record.type, "", "", seconds=record.seconds)
    match record.type:
        case "turn":
            return replace(blank, agent=data["speaker"], text=data["text"])
        case "tool":
            arguments = json.dumps(data["arguments"], ensure_ascii=False)
            return replace(
                blank, agent=parts[2], text=data["text"], tool=data["tool"], arguments=arguments, failed=data["failed"]
            )
        case "phase":
            return replace(blank, text=f"{parts[1]} ended: {data['reason']}")
        case "fault":
            text = "\n    ".join([f"no answer from {data['model']}: {data['text']}", *data.get("faults", [])])
            return replace(blank, agent=parts[2], text=text, failed=True)
        case "model" if (usage := usage_detail(data["result"])).faults or usage.slips:
            attempts = (
                [f"answered at attempt {len(usage.faults) + 1}:", *usage.faults] if usage.faults else ["answered:"]
            )
            text = "\n    ".join([f"{data['model']} {attempts[0]}", *attempts[1:], *usage.slips])
            return replace(blank, kind="retry", agent=parts[2], text=text)
        case "run":
            reason = f": {data['reason']}" if data.get("reason") else ""
            return replace(blank, idea_run="", phase="", text=f"the run is {data['status']}{reason}")
    return None


def _text(entry: Entry) -> str:
    clock = entry.time[11:19]
    if entry.kind == "tool":
        mark = "failed: " if entry.failed else ""
        return f"{clock} {entry.agent} > {entry.tool}({_cut(entry.arguments)})\n    {mark}{_cut(entry.text)}"
    if entry.kind == "turn":
        return f"{clock} [{entry.phase}] {entry.agent}: {entry.text}"
    if entry.kind in ("fault", "retry"):
        return f"{clock} {entry.agent} ! {entry.text}"
    return f"{clock} --- {entry.text} ---"


def _markdown(entry: Entry) -> str:
    if entry.kind == "tool":
        return (
            f"> **{entry.tool}** by {entry.agent}{' (failed)' if entry.failed else ''}\n>\n> ```\n"
            + "\n".join(f"> {line}" for line in (_cut(entry.arguments) + "\n" + _cut(entry.text)).splitlines())
            + "\n> ```"
        )
    if entry.kind == "turn":
        return f"**{entry.agent}** ({entry.phase}, {entry.time[11:19]})\n\n{entry.text}"
    if entry.kind in ("fault", "retry"):
        return f"> {entry.agent}: {' '.join(entry.text.split())}"
    return f"## {entry.text}"


def _cut(text: str) -> str:
    return (
        text
        if len(text) <= _SHOWN
        else f"{text[:_SHOWN]} … ({len(text) - _SHOWN} more characters; --format json shows all)"
    )


def _parse_since(text: str) -> datetime | clock:
    if match := _CLOCK.fullmatch(text):
        try:
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return clock(hours, minutes, seconds)
        except ValueError:
            pass
    else:
        try:
            found = datetime.fromisoformat(text)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except ValueError:
            pass
    raise UserError(f"--since {text}: write a time (UTC) as 9:30 or 09:30:15, or as 2026-11-29 or 2026-11-29T09:30")


def _is_later(moment: str, since: datetime | clock) -> bool:
    found = datetime.fromisoformat(moment)
    return found >= since if isinstance(since, datetime) else found.time() >= since
