"""What an experiment of an idea needs: its code, its scale, the sandbox that runs it, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.experiments.baselines import BaselineCache
from tools.experiments.template import Profile, Template
from tools.experiments.workspace import Workspace
from tools.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class ExperimentContext:
    """The immutable surroundings of the experiments of one idea."""

    template: Template
    profile: Profile
    profile_name: str
    workspace: Workspace
    sandbox: Sandbox
    baselines: BaselineCache | None = None
    """Cache of measured baselines; None to measure the baseline again."""
    confirm: bool = True
    """True if the harness measures the best run and the baseline again on fresh seeds."""
    seed: int = 0
    run_id: str = ""
    announce: Callable[[str], None] = lambda text: None
    """Receives results of the harness that every view shows, such as the gate's verdict."""
    progress: Callable[[str], None] = lambda text: None
    """Receives progress messages of long-running work."""

    @property
    def ledger_file(self) -> Path:
        return self.workspace.files.ledger_file
