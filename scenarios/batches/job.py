"""The jobs of a batch, and what runs them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from scenarios.scenario import Scenario
from tools.project import ROOT
from tools.run_dir import RunDir, RunStatus


class JobKind(StrEnum):
    """What a job is for."""

    IDEATION = "ideation"
    """Propose ideas and check their novelty."""
    IDEA = "idea"
    """Take one idea through the remaining phases."""
    REVIEW = "review"
    """Review one paper."""


class WorkerLostError(Exception):
    """The process that played a run, or the machine under it, died."""


@dataclass
class BatchJob:
    """One run of a batch. The engine alone writes `status` and the fields after it."""

    name: str
    kind: JobKind
    run: Path
    """The run folder."""
    scenario: Scenario
    """What the run is launched with, its files as absolute paths."""
    gpus: int = 0
    follow_ups: int = 0
    """How many jobs to expect from the result of this one."""
    template: str = ""
    models: str = ""
    """Template and models config as the batch's settings name them."""
    dollars: float | None = None
    """Limit of the whole run in dollars, earlier attempts included; None for the scenario's own."""
    status: RunStatus = RunStatus.PENDING
    reason: str = ""
    """Why the job is paused or failed, or why it is being restarted."""
    outcome: str = ""
    """What a finished run came to, in a few words."""
    attempts: int = 0

    @property
    def settings(self) -> Path:
        """Where the scenario is stored for a launch in another process."""
        return self.run.parent / "settings" / f"{self.name}.yaml"

    @property
    def log(self) -> Path:
        """Where another process writes its output."""
        return self.run.parent / "logs" / f"{self.name}.txt"

    @property
    def command(self) -> list[str]:
        """The command that continues the run: `launch`, or `resume` if there is a run folder."""
        words = [sys.executable, str(ROOT / "run.py")]
        if self.started:
            words += ["resume", str(self.run)]
        else:
            words += ["launch", str(self.settings), "--out", str(self.run.parent), "--name", self.run.name]
        return words if self.dollars is None else [*words, "--budget", str(self.dollars)]

    @property
    def started(self) -> bool:
        """True if there is a run to resume."""
        return RunDir(self.run).exists


class Executor(Protocol):
    """Where the jobs of a batch run."""

    slots: int
    """How many at once."""

    async def run(self, job: BatchJob) -> RunStatus:
        """Play a job's run until it ends or stops, and return its status.

        Raises:
            WorkerLostError: the process or machine died; the run can be resumed.
            ColloquiumError, OSError: the run could not be started or continued.
        """

    def interrupt(self) -> None:
        """Ask all running jobs to stop where they can be resumed. A second call ends them at once."""

    async def close(self) -> None:
        """Release workers and connections."""
