"""What a tool knows of the call: the idea, the phase, and the participant that calls it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from tools.idea_context import IdeaContext


class CurrentTurn(Protocol):
    """The turn in progress while a tool runs."""

    @property
    def stage(self) -> str:
        """The turn-taking policy that called the speaker, for example blind or discussion; empty outside a panel."""

    def has_submitted(self, deliverable: str) -> bool:
        """Tell whether someone has submitted the deliverable in this phase."""


@dataclass(frozen=True)
class NoTurn:
    """Stands in for a turn where tools are called outside a conversation."""

    stage: str = ""

    def has_submitted(self, deliverable: str) -> bool:
        return True


@dataclass(frozen=True)
class ToolContext:
    """What the tools of one participant work on in one phase."""

    idea: IdeaContext
    participant: str
    turn: CurrentTurn = NoTurn()
    phase_key: str = ""
    """The phase, for example `idea_1/novelty`; quotas of a phase are counted under it."""
    deliverable: str = ""
    """The phase's deliverable; empty if it has none."""
    needs_acceptance: bool = False
    """True if another participant must accept the deliverable."""
    review_round: int = 1
    on_call: tuple[str, ...] = ()
    """The colleagues who speak only when the participant asks them."""

    @property
    def submission_status(self) -> Literal["submitted", "accepted"]:
        """Return the status of a deliverable on submission."""
        return "submitted" if self.needs_acceptance else "accepted"

    @property
    def next_step(self) -> str:
        """Return what follows a submission, for the answer to it."""
        if self.needs_acceptance:
            return "End your answer; a colleague now accepts or returns it."
        return "End your answer; this part of the work is done."

    @property
    def review_folder(self) -> Path:
        return self.idea.review_folder(self.review_round)
