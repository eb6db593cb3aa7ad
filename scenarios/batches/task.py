"""A task of a batch: one run folder, taken to its end by one process after the other until it is there."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tools.project import ROOT

FINISHED = (0, 1)
"""Exit codes of a run that came to its end, with a paper or without."""


@dataclass(frozen=True)
class Task:
    """A run of a batch. `settings` is the scenario that it is launched with."""

    name: str
    home: Path
    settings: Path
    log: Path
    gpus: int = 0

    def command(self) -> list[str]:
        """The command that takes the run on from where it is: a launch, or, once it has begun, a resume."""
        start = [sys.executable, str(ROOT / "run.py")]
        if (self.home / "scenario.yaml").exists():
            return [*start, "resume", str(self.home)]
        return [*start, "launch", str(self.settings), "--out", str(self.home.parent), "--name", self.home.name]


class Executor(Protocol):
    """Where the tasks of a batch run."""

    slots: int
    """How many at once."""

    async def run(self, task: Task) -> int:
        """Run a task's command to its end. Answers its exit code, or a negative number when the process, or the machine
        under it, was lost."""

    def interrupt(self) -> None:
        """Ask all running tasks to stop where they can be taken up again."""

    async def close(self) -> None:
        """Let go of everything that runs tasks."""
