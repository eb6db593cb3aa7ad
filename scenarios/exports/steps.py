"""The steps of a run as spans: when each began and ended, and which one it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from agents.journal_index import IndexEntry
from scenarios.viewer.library import OpenRun
from tools.run_dir import RunSummary, read_summary


@dataclass(frozen=True)
class StepSpan:
    """A phase, a turn, a model call or a tool call. `parent` is the id of the one around it, empty for a phase."""

    id: str
    parent: str
    kind: str
    """phase, turn, model, fault or tool."""
    name: str
    """The phase, the speaker, or the journal key of a call."""
    start: datetime
    end: datetime
    entry: IndexEntry | None = None
    """The record of a call or of a finished turn or phase."""


def step_spans(run: OpenRun) -> Iterator[StepSpan]:
    """Yield all spans, each before those inside it."""
    for phase in run.conversation.phases.values():
        outer = f"{phase.slot}/{phase.name}"
        inner: list[StepSpan] = []
        for turn in phase.turns.values():
            key = f"{outer}/{turn.place.participant}/{turn.place.turn}"
            calls = [_call(entry, span_id(key)) for entry in turn.steps]
            if not calls and not turn.spoken:
                continue
            own = _call(turn.spoken, span_id(outer)) if turn.spoken else None
            ends = [call.end for call in calls] + ([own.end] if own else [])
            starts = [call.start for call in calls] + ([own.start] if own else [])
            whole = StepSpan(
                span_id(key), span_id(outer), "turn", turn.place.participant, min(starts), max(ends), turn.spoken
            )
            inner += [whole, *calls]
        ended = _at(phase.ended.time) if phase.ended else None
        start = min([_at(phase.began), *(span.start for span in inner)])
        end = max([start, *(span.end for span in inner), *([ended] if ended else [])])
        yield StepSpan(span_id(outer), "", "phase", outer, start, end, phase.ended)
        yield from inner


def summary_of(run: OpenRun) -> RunSummary | None:
    """Return the run's summary, None if it has not stopped yet."""
    return read_summary(run.files.root)


def span_id(name: str, digits: int = 16) -> str:
    """Return an id in hex that depends on the name alone."""
    return hashlib.sha256(name.encode()).hexdigest()[:digits]


def record_data(run: OpenRun, span: StepSpan) -> dict[str, Any]:
    """Return the data of a span's record, empty if it has none."""
    return run.index.read(span.entry).data if span.entry else {}


def _call(entry: IndexEntry, parent: str) -> StepSpan:
    end = _at(entry.time)
    start = end - timedelta(seconds=entry.seconds)
    return StepSpan(span_id(entry.key), parent, entry.type, entry.key, start, end, entry)


def _at(time: str) -> datetime:
    found = datetime.fromisoformat(time) if time else datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
