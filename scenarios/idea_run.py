"""One idea on its way through the phases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext
from tools.ideas import Idea, load_idea


@dataclass
class IdeaRun:
    """The state of one idea run. `slot` is its place in the run, for example idea_1."""

    slot: str
    context: IdeaContext
    """Replaced once the idea is known, because the workspace then takes the idea's name."""
    run_folder: Path
    panels_held: int = 0
    outcome: str = ""
    """Why the idea run ended before its last phase; empty while it runs or if it finished."""

    @property
    def idea(self) -> Idea | None:
        path = self.workspace.files.idea_file
        return load_idea(path) if path.exists() else None

    @property
    def workspace(self) -> Workspace:
        return self.context.workspace
