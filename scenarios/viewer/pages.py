"""The values of each page's template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from agents.journal import Record
from agents.journal_index import IndexEntry
from agents.role_card import ROLES, RoleCard, load_card
from scenarios.viewer.conversation import PhaseSteps
from scenarios.viewer.library import OpenRun, RunLibrary
from scenarios.viewer.outcomes import gate_summary, idea_outcomes
from scenarios.viewer.prompt import prompt_of
from scenarios.viewer.rendering import colour_of
from scenarios.viewer.steps import call_view, changes_in, shown_text, turn_views
from scenarios.views.cost import cost_rows, total
from scenarios.views.run_row import RunRow, run_row
from tools.errors import UserError
from tools.run_dir import RunStatus

TURNS_PER_PAGE = 25
HITS_PER_PAGE = 50
IDEAS_SHOWN = 20
Values = dict[str, object]


def runs_page(library: RunLibrary, audits: Iterable[str], query: Mapping[str, str]) -> Values:
    """Return the values of the list of runs, filtered by words and status."""
    words, status = query.get("q", ""), query.get("status", "")
    rows = [(found, run_row(found.folder)) for found in library.runs()]
    shown = [
        (found, row)
        for found, row in rows
        if (not status or row.end.status == status) and all(w in _searched(row) for w in words.lower().split())
    ]
    return {
        "rows": shown,
        "count": len(rows),
        "audits": list(audits),
        "state": library.state,
        "q": words,
        "status": status,
        "statuses": list(RunStatus),
    }


def compare_page(runs: Sequence[OpenRun]) -> Values:
    """Return the values of the page that shows runs side by side."""
    phases = dict.fromkeys(key for run in runs for key in run.conversation.phases)
    return {"runs": [run_page(run) for run in runs], "phases": list(phases)}


def run_page(run: OpenRun, *, everything: bool = False) -> Values:
    """Return the values of a run's first page. Of many ideas only the last are shown, unless everything is wanted."""
    most = 10**9 if everything else IDEAS_SHOWN
    slots = run.conversation.slots[-most:]
    row, files = run_row(run.files.root), run.files
    costs = cost_rows(files.root) if len(run.index.entries) and row.dollars else []
    return {
        "run": run,
        "row": row,
        "dollars": max(row.dollars, run.index.dollars),
        "costs": costs,
        "cost_total": total(costs),
        "outcomes": {
            key: _outcome(run, phase) for key, phase in run.conversation.phases.items() if phase.slot in slots
        },
        "slots": slots,
        "ideas": idea_outcomes(run, most),
        "scenario": files.scenario_file.read_text(encoding="utf-8", errors="replace"),
        "colours": _colours(run),
    }


def phase_page(run: OpenRun, phase: PhaseSteps, query: Mapping[str, str], size: int = TURNS_PER_PAGE) -> Values:
    """Return the values of a phase's page: its turns, `size` at a time."""
    turns = list(phase.turns.values())
    speaker, only_failed = query.get("agent", ""), bool(query.get("failed"))
    chosen = [turn for turn in turns if speaker in ("", turn.place.participant) and (turn.failures or not only_failed)]
    page = max(1, int(query["page"])) if query.get("page", "").isdecimal() else 1
    if wanted := query.get("turn"):
        at = next((at for at, turn in enumerate(chosen) if turn.anchor == wanted), 0)
        page = at // size + 1
    first = (page - 1) * size
    return {
        "run": run,
        "phase": phase,
        "turns": turn_views(run, chosen[first : first + size]),
        "page": page,
        "page_count": max(1, -(-len(chosen) // size)),
        "count": len(chosen),
        "agent": speaker,
        "failed": only_failed,
        "outcome": _outcome(run, phase),
        "colours": _colours(run),
        "cards": {name: _card(run, name) for name in phase.participants},
        "task": str(run.index.read(phase.task).data.get("task", "")) if phase.task else "",
    }


def step_page(run: OpenRun, entry: IndexEntry) -> Values:
    """Return the values of the page about one record of the journal."""
    record = run.index.read(entry)
    call = None
    if record.type in ("tool", "model", "fault"):
        call = call_view(entry, record, changes_in(run.files, [str(record.data.get("commit", ""))]))
    turn = run.conversation.turn_of(entry)
    return {
        "run": run,
        "entry": entry,
        "record": record,
        "call": call,
        "turn": turn,
        "text": shown_text(record),
        "prompt": prompt_of(run, entry) if record.type == "model" else None,
        "calls": _called(record),
        "colours": _colours(run),
    }


def search_page(run: OpenRun, query: Mapping[str, str]) -> Values:
    """Return the values of the search over a run's records."""
    words, agent, tool = query.get("q", ""), query.get("agent", ""), query.get("tool", "")
    phase, kind, failed = query.get("phase", ""), query.get("kind", ""), bool(query.get("failed"))
    least = _number(query.get("dollars", ""))

    def accepts(entry: IndexEntry) -> bool:
        place = entry.place
        return (
            entry.type in ("turn", "tool", "model", "fault", "phase")
            and (not kind or entry.type == kind)
            and (not agent or place.participant == agent)
            and (not tool or entry.tool == tool)
            and (not phase or place.phase.partition(":")[0] == phase)
            and (not failed or entry.failed)
            and entry.dollars >= least
        )

    asked = any((words, agent, tool, phase, kind, failed, least))
    start = int(query["start"]) if query.get("start", "").isdecimal() else 0
    result = run.index.search(words, accepts, shown_text, start=start, limit=HITS_PER_PAGE) if asked else None
    found = [(entry, _excerpt(shown_text(run.index.read(entry)), words)) for entry in (result.found if result else [])]
    hits = [hit for hit, after in zip_longest(found, found[1:]) if not (after and _says_again(hit, after))]
    return {
        "run": run,
        "hits": hits,
        "asked": asked,
        "next": result.next if result else None,
        "given": {name: query.get(name, "") for name in ("q", "agent", "tool", "phase", "kind", "failed", "dollars")},
        "tools": sorted(run.conversation.tools),
        "agents": run.conversation.participants,
        "phases": list(dict.fromkeys(phase.type for phase in run.conversation.phases.values())),
        "colours": _colours(run),
    }


def _outcome(run: OpenRun, phase: PhaseSteps) -> str:
    """Return how a phase ended: of a gate, its verdict in words; empty if it has not ended."""
    if phase.ended is None:
        return ""
    reason = str(run.index.read(phase.ended).data["reason"])
    return (phase.type == "gate" and gate_summary(run, phase.slot, phase.round)) or reason


def _colours(run: OpenRun) -> dict[str, str]:
    return {name: colour_of(name, run.conversation.participants) for name in run.conversation.participants}


def _card(run: OpenRun, participant: str) -> RoleCard | None:
    """Return the card of the role that a participant plays: `reviewer_novelty_2` has the card of `reviewer_novelty`."""
    folders = [*sorted(run.files.plugins.glob("*/roles")), ROLES]
    stem = participant.rstrip("0123456789").rstrip("_")
    paths = (folder / f"{name}.md" for name in dict.fromkeys((participant, stem)) for folder in folders)
    path = next((path for path in paths if path.is_file()), None)
    try:
        return load_card(path) if path else None
    except UserError:
        return None


def _called(record: Record) -> list[tuple[str, str]]:
    """Return the tool calls of a model's answer: name and arguments."""
    content = record.data["result"]["content"] if record.type == "model" else []
    return [(str(call["name"]), str(call["arguments"])) for call in content] if isinstance(content, list) else []


def _excerpt(text: str, words: str, around: int = 160) -> str:
    at = max(0, text.lower().find(words.lower()) - around) if words else 0
    part = text[at : at + len(words) + 2 * around]
    return ("… " if at else "") + part + (" …" if at + len(part) < len(text) else "")


def _says_again(hit: tuple[IndexEntry, str], after: tuple[IndexEntry, str]) -> bool:
    """Return whether the second hit is the turn that ends with the model's answer which the first one is."""
    (answer, excerpt), (turn, same) = hit, after
    return answer.type == "model" and turn.type == "turn" and answer.key.startswith(f"{turn.key}/") and excerpt == same


def _searched(row: RunRow) -> str:
    summary = row.summary
    about = [summary.scenario, summary.template, summary.models] if summary else []
    return " ".join([row.name, *about, row.phase, str(row.end), *(idea.name for idea in row.ideas)]).lower()


def _number(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0
