"""What the pages show of a turn and of its calls, read from the journal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agents.journal import Record
from agents.journal_index import IndexEntry
from agents.models.usage import usage_detail
from scenarios.viewer.conversation import TurnSteps
from scenarios.viewer.library import OpenRun
from tools.errors import MachineError
from tools.experiments.workspace import Workspace
from tools.run_dir import RunDir

_COMMIT = re.compile(r"[0-9a-f]{40}")
_CHANGING = frozenset(("edit_file", "write_file", "write_section", "add_citation"))
"""Tools whose changes are shown as a diff at once."""


@dataclass(frozen=True)
class CallView:
    """A tool call or a model call."""

    entry: IndexEntry
    name: str
    """The tool or the model."""
    arguments: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    """The tool's result, the model's words, or why there was no answer."""
    thought: str = ""
    faults: list[str] = field(default_factory=list)
    """Failed attempts before the answer."""
    tokens: tuple[int, int, int] = (0, 0, 0)
    """Of the prompt, of these from the cache, of the answer."""
    commit: str = ""
    diff: str = ""


@dataclass(frozen=True)
class TurnView:
    """A turn with everything that its page shows."""

    steps: TurnSteps
    text: str
    calls: list[CallView]

    @property
    def used(self) -> list[tuple[str, int]]:
        """The tools of the turn with the number of their calls."""
        names = [call.name for call in self.calls if call.entry.type == "tool"]
        return [(name, names.count(name)) for name in dict.fromkeys(names)]


def turn_views(run: OpenRun, turns: Iterable[TurnSteps]) -> list[TurnView]:
    """Return turns with their texts, calls and diffs."""
    found = list(turns)
    records = {entry.number: run.index.read(entry) for turn in found for entry in turn.steps}
    changing = [
        str(record.data["commit"])
        for record in records.values()
        if record.type == "tool" and record.data["tool"] in _CHANGING and not record.data["failed"]
    ]
    diffs = changes_in(run.files, changing)
    return [
        TurnView(
            turn,
            str(run.index.read(turn.spoken).data["text"]) if turn.spoken else "",
            [call_view(entry, records[entry.number], diffs) for entry in turn.steps],
        )
        for turn in found
    ]


def call_view(entry: IndexEntry, record: Record, diffs: dict[str, str]) -> CallView:
    """Return a call as its page shows it."""
    data = record.data
    if record.type == "tool":
        arguments = [(name, as_text(value)) for name, value in data["arguments"].items()]
        commit = str(data.get("commit", ""))
        return CallView(
            entry, str(data["tool"]), arguments, str(data["text"]), commit=commit, diff=diffs.get(commit, "")
        )
    if record.type == "fault":
        faults = [str(fault) for fault in data.get("faults", [])]
        return CallView(entry, str(data["model"]), text=str(data["text"]), faults=faults)
    result = data["result"]
    usage = usage_detail(result)
    words = result["content"] if isinstance(result["content"], str) else ""
    return CallView(
        entry,
        str(data["model"]),
        text=words,
        thought=str(result.get("thought") or ""),
        faults=usage.faults,
        tokens=(usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens),
    )


def as_text(value: object) -> str:
    """Return an argument as a person reads it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def shown_text(record: Record) -> str:
    """Return what a reader sees of a record; the search looks only at this."""
    data = record.data
    match record.type:
        case "tool":
            given = [as_text(value) for value in data["arguments"].values()]
            return "\n".join([str(data["tool"]), *given, str(data["text"])])
        case "turn":
            return str(data["text"])
        case "fault":
            return "\n".join([str(data["model"]), str(data["text"]), *map(str, data.get("faults", []))])
        case "model":
            result = data["result"]
            words = result["content"] if isinstance(result["content"], str) else ""
            return "\n".join(filter(None, [words, str(result.get("thought") or "")]))
        case "phase" | "run":
            return str(data.get("reason", ""))
        case "step":
            return str(data.get("task", ""))
    return ""


def changes_in(files: RunDir, commits: Sequence[str]) -> dict[str, str]:
    """Return the diff of each commit from the repository of the run that contains it."""
    wanted = list(dict.fromkeys(commit for commit in commits if _COMMIT.fullmatch(commit)))
    found: dict[str, str] = {}
    for workspace in workspaces(files):
        known = [commit for commit in wanted if commit not in found and workspace.has(commit)]
        if known:
            try:
                found |= workspace.changes(known)
            except MachineError:
                continue
        if len(found) == len(wanted):
            break
    return found


def workspaces(files: RunDir) -> list[Workspace]:
    """Return the repositories of a run's ideas, also of those that were only proposed."""
    roots = [idea.root for idea in files.ideas()] + files.proposal_workspaces()
    return [Workspace(root) for root in roots if (root / ".git").is_dir()]
