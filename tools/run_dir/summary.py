"""summary.json: the status of a run, its cost, and the outcome of each of its ideas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from tools.atomic import write_json
from tools.errors import UserError
from tools.run_dir.paths import RunDir
from tools.schema import first_problem


class RunStatus(StrEnum):
    """The status of a run."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True)
class RunEnd:
    """How a run stopped."""

    status: RunStatus
    reason: str = ""
    """Why it did not finish, or which of its ideas ended early and why."""

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}" if self.reason else str(self.status)


class IdeaSummary(BaseModel):
    """The outcome of one idea."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    slot: str = ""
    """Its place in the run, for example idea_1."""
    folder: str = ""
    name: str = ""
    """Empty if no idea was proposed, or if a paper is reviewed."""
    novel: bool | None = None
    runs_completed: int = 0
    """Without the baseline."""
    runs_failed: int = 0
    runs_tampered: int = 0
    papers: list[str] = []
    """Paths of the PDFs that were handed in."""
    gate: str = ""
    """`pass` or `withheld`; empty if the gate has not run."""
    passed: str = ""
    """Path of the last paper that passed the gate; empty if none did."""
    scores: list[dict[str, float]] = []
    """The mean scores of each panel."""
    decisions: list[str] = []
    """The decision of each panel."""
    ended_early: str = ""
    """Why it ended before its last phase."""

    @property
    def overall(self) -> float | None:
        """The overall score of the last panel; None if there was no panel."""
        return overall_score(self.scores[-1]) if self.scores else None


class RunSummary(BaseModel):
    """The content of summary.json."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    scenario: str = ""
    template: str = ""
    models: str = ""
    status: RunStatus
    reason: str = ""
    """Why the run is not finished, or which of its ideas ended early and why."""
    seconds: float = 0.0
    dollars: float = 0.0
    tokens: int = 0
    ideas: list[IdeaSummary] = []

    @property
    def end(self) -> RunEnd:
        return RunEnd(self.status, self.reason)

    @property
    def ended_early(self) -> str:
        """Why the first idea that ended before its last phase did so; empty if none did."""
        return next((idea.ended_early for idea in self.ideas if idea.ended_early), "")

    @model_validator(mode="before")
    @classmethod
    def _split_status(cls, data: Any) -> Any:
        """Read the status of earlier versions, which contained the reason: `paused: why`, `paused: interrupted`."""
        if not isinstance(data, dict) or not isinstance(data.get("status"), str):
            return data
        status, colon, reason = data["status"].partition(": ")
        if not colon:
            return data
        if reason == "interrupted":
            status, reason = RunStatus.INTERRUPTED, ""
        return {**data, "status": status, "reason": reason}


def read_summary(run: Path) -> RunSummary | None:
    """Return the summary of a run; None if it has not stopped yet.

    Raises:
        UserError: the file is not a summary.
    """
    path = RunDir(run).summary_file
    if not path.exists():
        return None
    try:
        return RunSummary.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(first_problem(path, error, RunSummary)) from None


def write_summary(run: Path, summary: RunSummary) -> None:
    """Write summary.json of a run."""
    write_json(RunDir(run).summary_file, summary.model_dump(mode="json"))


def dollars_of(run: Path) -> float:
    """Return the cost of a run so far in dollars, 0 if it has no summary."""
    summary = read_summary(run)
    return summary.dollars if summary else 0.0


def spent_in(folder: Path) -> float:
    """Return the cost of all runs in a folder so far in dollars."""
    return sum(dollars_of(run) for run in folder.iterdir() if run.is_dir()) if folder.is_dir() else 0.0


def overall_score(scores: Mapping[str, float]) -> float | None:
    """Return the score that stands for a review: `Overall`, or the form's first."""
    return scores.get("Overall", next(iter(scores.values()), None))
