"""Typed view of a run's summary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from scenarios import run_summary


class RunStatus(StrEnum):
    """Where a run stands."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True)
class IdeaState:
    """What became of one idea."""

    ended_early: str
    gate: str
    scores: list[dict[str, float]]


@dataclass(frozen=True)
class RunState:
    """What became of a run."""

    status: RunStatus
    reason: str
    seconds: float
    dollars: float
    ideas: list[IdeaState]


def read_summary(run: Path) -> RunState | None:
    """Return the state of a run; None before its first summary."""
    data: dict[str, Any] = run_summary.read_summary(run)
    if not data:
        return None
    status, reason = parse_status(data["status"])
    ideas = [IdeaState(idea["ended_early"], idea["gate"], idea["scores"]) for idea in data["ideas"]]
    return RunState(status, reason, data["seconds"], data["dollars"], ideas)


def parse_status(text: str) -> tuple[RunStatus, str]:
    """Split a status such as `paused: why`."""
    name, _, reason = text.partition(": ")
    return (RunStatus.INTERRUPTED, "") if reason == "interrupted" else (RunStatus(name), reason)
