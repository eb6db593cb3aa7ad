"""One idea on its way through the phases: its desk, and what has become of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from agents.conversation.policies import Participants, Turn
from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext
from tools.ideas import Idea, load_idea


@dataclass
class IdeaRun:
    """`slot` is the study's place in the run, like idea_1; its folder takes the idea's name once there is one."""

    slot: str
    context: IdeaContext
    run_folder: Path
    panels_held: int = 0
    review_round: int = 1
    """The round that the current phase writes or reads."""
    participants: Participants = field(default_factory=lambda: Participants(()))
    """Who sits in the conversation at hand."""
    turns: list[Turn] = field(default_factory=list)
    """What was said in it, or in the last one."""
    outcome: str = ""
    """Why the study ended before its last phase; empty while it goes on or when it went all the way."""

    @property
    def idea(self) -> Idea | None:
        path = self.context.workspace.root / "idea.json"
        return load_idea(path) if path.exists() else None

    @property
    def review_folder(self) -> Path:
        return self.context.review_folder(self.review_round)

    @property
    def workspace(self) -> Workspace:
        return self.context.workspace
