"""One line about a run: what lists of runs show."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from agents.journal import is_in_use
from scenarios.views.cost import cost_rows, total
from scenarios.views.transcript import last_phase
from tools.errors import UserError
from tools.run_dir import IdeaSummary, RunDir, RunEnd, RunStatus, RunSummary, read_summary


@dataclass(frozen=True)
class RunRow:
    """A run in a list. `damaged` says what cannot be read; then the rest is empty."""

    folder: Path
    end: RunEnd
    phase: str = ""
    """Phase and idea of the newest record."""
    summary: RunSummary | None = None
    damaged: str = ""
    seconds: float = 0.0
    """Time of work; of a run without a summary, the time since its launch, or from there to its newest record."""
    dollars: float = 0.0

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def ideas(self) -> list[IdeaSummary]:
        return self.summary.ideas if self.summary else []

    @property
    def idea_names(self) -> list[str]:
        """The names of the ideas so far."""
        if self.summary:
            return [idea.name or idea.slot for idea in self.ideas]
        return [idea.name for idea in RunDir(self.folder).ideas()]

    @property
    def overall(self) -> list[float]:
        """The overall score of every panel so far, by idea."""
        panels = [scores for idea in self.ideas for scores in idea.scores]
        return [score for scores in panels if (score := IdeaSummary(scores=[scores]).overall) is not None]

    @property
    def gates(self) -> list[str]:
        """The gate's verdict on each idea that has one."""
        return [idea.gate for idea in self.ideas if idea.gate]


def _seconds_so_far(folder: Path, status: RunStatus) -> float:
    files = RunDir(folder)
    launched = files.scenario_file.stat().st_mtime
    if status is RunStatus.RUNNING:
        return time.time() - launched
    return max(0.0, files.journal_file.stat().st_mtime - launched) if files.journal_file.exists() else 0.0


def _dollars_so_far(folder: Path) -> float:
    return total(cost_rows(folder)).dollars if RunDir(folder).journal_file.exists() else 0.0


def run_row(folder: Path) -> RunRow:
    """Return the line about a run. A damaged run gives a line that says so: it must not hide the others."""
    try:
        summary = read_summary(folder)
        end = summary.end if summary else RunEnd(RunStatus.INTERRUPTED)
        if is_in_use(RunDir(folder).journal_file):
            end = RunEnd(RunStatus.RUNNING)
        seconds = summary.seconds if summary else _seconds_so_far(folder, end.status)
        dollars = summary.dollars if summary and end.status is not RunStatus.RUNNING else _dollars_so_far(folder)
        return RunRow(folder, end, last_phase(folder), summary, seconds=seconds, dollars=dollars)
    except (UserError, OSError, ValueError) as error:
        return RunRow(folder, RunEnd(RunStatus.FAILED), damaged=str(error))
