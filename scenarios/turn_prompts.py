"""What the harness tells a participant before its turn: what is due, by whom and with which tool, and the turns left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.conversation.conversation import taken
from agents.conversation.policies import MAX_CHAIR_TURNS, Turn
from agents.image_store import ImageStore
from scenarios.phases.phase_type import PhaseContext, PhaseType


@dataclass(frozen=True)
class TurnPrompts:
    """The instructions for each turn of one phase."""

    context: PhaseContext
    phase_type: PhaseType
    tools_of: Mapping[str, Sequence[str]]
    image_store: ImageStore
    turn_limit: int
    accepted_by: str = ""
    approver: str = ""
    """The person who confirms what the others have accepted; empty if nobody does."""

    def __call__(self, stage: str, speaker: str, turns: Sequence[Turn]) -> str:
        """Return the instructions for a turn, from the turns before it: those of the phase type, how far the work is, what
        is due, and for who must accept a deliverable the deliverable, when it is new."""
        given = self.phase_type.turn_prompt(self.context, stage, speaker, turns)
        parts = [
            given,
            self._status(speaker, turns),
            self._due(stage, speaker, taken(turns)),
            self._new_deliverable(speaker, turns),
        ]
        return "\n\n".join(filter(None, parts))

    def _status(self, speaker: str, turns: Sequence[Turn]) -> str:
        works = self.phase_type.works_with in self.tools_of[speaker]
        return self.phase_type.status(self.context) if turns and not works else ""

    def _due(self, stage: str, speaker: str, turns: Sequence[Turn]) -> str:
        """Return what is due. Empty in the first turn, which has the task, and for who is on call or approves."""
        kind, tool, context = self.phase_type.deliverable, self.phase_type.submits, self.context
        authors = [name for name in context.participants.names if tool in self.tools_of[name]]
        is_chair = self.phase_type.is_panel and speaker == context.participants.chair
        own = [turn.text.strip() for turn in turns if turn.speaker == speaker and turn.stage == stage]
        if not tool or not authors or not turns or speaker in (self.approver, *context.participants.on_call):
            return ""
        if self.phase_type.is_panel and not (is_chair and own):
            return ""
        newest = next((turn for turn in reversed(turns) if kind in turn.submitted | turn.returned), None)
        return context.prompts.render(
            "turn_prompts/due",
            kind=kind,
            deliverable=self.phase_type.deliverable_name,
            speaker=speaker,
            authors=authors,
            acceptor=self.accepted_by,
            tool=tool,
            waiting=newest is not None and kind in newest.submitted and bool(self.accepted_by),
            returned=newest is not None and kind in newest.returned,
            repeated=len(own) > 1 and own[-1] == own[-2],
            left=MAX_CHAIR_TURNS - len(own) if is_chair else self.turn_limit - len(turns),
        )

    def _new_deliverable(self, speaker: str, turns: Sequence[Turn]) -> str:
        own = [number for number, turn in enumerate(turns) if turn.speaker == speaker]
        new = turns[own[-1] :] if own else turns
        submitted = any(self.phase_type.deliverable in turn.submitted for turn in new if turn.speaker != speaker)
        if not submitted or speaker not in (self.accepted_by, self.approver):
            return ""
        shown = self.phase_type.shown(self.context)
        return self.context.prompts.render(
            "turn_prompts/judge",
            deliverable=self.phase_type.deliverable_name,
            shown=shown.text,
            images=[f"{path.name}: {self.image_store.store(path.read_bytes())}" for path in shown.images],
        )
