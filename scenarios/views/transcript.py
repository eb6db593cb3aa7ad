"""The transcript of a run, from its journal: readable text, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from agents.journal import Record, last_record, read_journal
from agents.models import usage_detail
from tools.errors import UserError
from tools.run_dir import RunDir

Format = Literal["text", "markdown", "json"]
_SHOWN = 2000


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


def entries(folder: Path, *, phase: str = "", agent: str = "", tools: bool = False, since: str = "") -> Iterator[Entry]:
    """Yield the events of a run in order. Tool calls and retries only on request; `since` is a time like 12:30, or ISO.

    Raises:
        UserError: there is no journal, or it is damaged.
    """
    path = RunDir(folder).journal_file
    if not path.exists():
        raise UserError(f"{folder}: there is no journal.jsonl, so nothing has happened in this run yet")
    for record in read_journal(path):
        entry = _entry(record)
        if (
            entry
            and (not phase or entry.phase.partition(":")[0] == phase or entry.phase == phase)
            and (not agent or entry.agent == agent)
            and (tools or entry.kind not in ("tool", "retry"))
            and (not since or _later(entry.time, since))
        ):
            yield entry


def last_phase(folder: Path) -> str:
    """Return the phase of a run's newest record, empty before the first."""
    path = RunDir(folder).journal_file
    newest = last_record(path, leaving_out=("start", "run")) if path.exists() else None
    return " ".join(newest.key.split("/")[:2][::-1]) if newest else ""


def render(found: Iterable[Entry], format: Format) -> str:
    """Return entries as readable text, as Markdown, or as a JSON list."""
    if format == "json":
        return json.dumps([asdict(entry) for entry in found], indent=2, ensure_ascii=False)
    return "\n\n".join(_markdown(entry) if format == "markdown" else _text(entry) for entry in found)


def _entry(record: Record) -> Entry | None:
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
        case "model" if faults := usage_detail(data["result"]).faults:
            text = "\n    ".join([f"{data['model']} answered at attempt {len(faults) + 1}:", *faults])
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


def _later(time: str, since: str) -> bool:
    return time[11 : 11 + len(since)] >= since if "T" not in since and "-" not in since else time >= since
