"""The conversation of a run by idea, phase and turn, from the index of its journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.journal_index import IndexEntry, StepPlace

ACCEPT = "accept_deliverable"
"""The tool that accepts a deliverable."""


@dataclass
class TurnSteps:
    """A turn and its calls, in the order in which they finished. `spoken` is None for a turn that has not ended."""

    place: StepPlace
    steps: list[IndexEntry] = field(default_factory=list)
    spoken: IndexEntry | None = None

    @property
    def anchor(self) -> str:
        """The turn's name on the page of its phase."""
        return f"{self.place.participant}-{self.place.turn}"

    @property
    def first(self) -> IndexEntry:
        return self.steps[0] if self.steps else self.spoken  # type: ignore[return-value]  # one of them exists

    @property
    def dollars(self) -> float:
        return sum(step.dollars for step in self.steps)

    @property
    def failures(self) -> int:
        return sum(step.failed for step in self.steps)

    @property
    def seconds(self) -> float:
        return self.spoken.seconds if self.spoken else sum(step.seconds for step in self.steps)


@dataclass
class PhaseSteps:
    """A phase of an idea. `ended` is None while it goes on, or if it was interrupted."""

    slot: str
    name: str
    turns: dict[tuple[str, int], TurnSteps] = field(default_factory=dict)
    """By participant and number, in the order in which they began to be recorded."""
    task: IndexEntry | None = None
    ended: IndexEntry | None = None
    dollars: float = 0.0
    failures: int = 0
    seconds: float = 0.0
    """Of all turns together; turns of one round overlap."""
    began: str = ""

    @property
    def participants(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self.turns))

    @property
    def accepted_in(self) -> list[TurnSteps]:
        """The last turn that accepted the deliverable, if any."""
        found = [turn for turn in self.turns.values() if any(s.tool == ACCEPT and not s.failed for s in turn.steps)]
        return found[-1:]

    @property
    def type(self) -> str:
        """The phase type's name."""
        return self.name.partition(":")[0]

    @property
    def round(self) -> int:
        """1, or the number of the occurrence of the phase type."""
        return int(self.name.partition(":")[2] or 1)


class RunConversation:
    """All phases of a run. `add` takes in new records."""

    def __init__(self) -> None:
        self.phases: dict[tuple[str, str], PhaseSteps] = {}
        """By idea slot and phase."""
        self._by_slot: dict[str, list[PhaseSteps]] = {}
        self.starts: list[IndexEntry] = []
        """When the run was launched and resumed."""
        self.participants: list[str] = []
        """Everybody who has spoken, in order of appearance."""
        self.tools: dict[str, int] = {}
        """Number of calls by tool."""

    def add(self, entries: Iterable[IndexEntry]) -> None:
        """Add records in the order of the journal."""
        for entry in entries:
            place = entry.place
            if entry.type == "start":
                self.starts.append(entry)
            if not place.phase:
                continue
            key = (place.slot, place.phase)
            phase = self.phases.get(key)
            if phase is None:
                phase = self.phases[key] = PhaseSteps(place.slot, place.phase, began=entry.time)
                self._by_slot.setdefault(place.slot, []).append(phase)
            self._add(phase, place, entry)

    @property
    def slots(self) -> list[str]:
        """The places of the run's ideas, in order of appearance."""
        return list(self._by_slot)

    def of(self, slot: str) -> list[PhaseSteps]:
        """Return the phases of an idea in order."""
        return list(self._by_slot.get(slot, ()))

    def turn_of(self, entry: IndexEntry) -> TurnSteps | None:
        """Return the turn that a record belongs to."""
        place = entry.place
        phase = self.phases.get((place.slot, place.phase))
        return phase.turns.get((place.participant, place.turn)) if phase else None

    def _add(self, phase: PhaseSteps, place: StepPlace, entry: IndexEntry) -> None:
        if entry.type == "phase":
            phase.ended = entry
        elif place.call == "task":
            phase.task = entry
        if not place.participant:
            return
        if place.participant not in self.participants:
            self.participants.append(place.participant)
        turn = phase.turns.get((place.participant, place.turn))
        if turn is None:
            turn = phase.turns[place.participant, place.turn] = TurnSteps(place)
        if entry.type == "turn":
            turn.spoken = entry
            phase.seconds += entry.seconds
            return
        turn.steps.append(entry)
        phase.dollars += entry.dollars
        phase.failures += entry.failed
        if tool := entry.tool:
            self.tools[tool] = self.tools.get(tool, 0) + 1
