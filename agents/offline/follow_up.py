"""The study that follows from an earlier one's results: the neighbourhood of its best value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agents.offline.messages import RunNote
from agents.offline.state import ArchivedIdea
from tools.experiments.settings import SourceSetting


@dataclass(frozen=True)
class PastRun:
    """One run of an earlier study. `better` and `worse` name the results that changed beyond the noise."""

    name: str
    setting: str
    value: float
    baseline: float
    better: tuple[str, ...]
    worse: tuple[str, ...]


@dataclass(frozen=True)
class PastStudy:
    """One idea of the archive with the runs that varied a setting."""

    idea: ArchivedIdea
    runs: tuple[PastRun, ...]

    @property
    def setting(self) -> str:
        return self.runs[0].setting if self.runs else ""

    @property
    def undirected(self) -> bool:
        """Return whether results changed in no direction that is declared better."""
        return any(trial.changed for trial in (self.idea.outcome.trials if self.idea.outcome else ()))

    @property
    def best(self) -> PastRun | None:
        """Return the run with the most results that got better beyond the noise, of those where none got worse."""
        good = [run for run in self.runs if run.better and not run.worse]
        return max(good, key=lambda run: len(run.better), default=None)


@dataclass(frozen=True)
class FollowUp:
    """What to try next after an earlier study. `beyond` is true if its best value was the outermost that it tried."""

    study: PastStudy
    best: PastRun
    values: tuple[float, float]
    beyond: bool


def past_studies(ideas: Sequence[ArchivedIdea]) -> list[PastStudy]:
    """Return the archive's ideas with those of their runs that an offline coder made."""
    return [PastStudy(idea, tuple(_runs(idea))) for idea in ideas]


def follow_up(archive: Sequence[PastStudy], tunables: Sequence[SourceSetting]) -> FollowUp | None:
    """Return a closer look at the latest study that found something better and that no other study follows.

    The values are halfway to the neighbours of its best one, or further out if that was the outermost.
    """
    followed = {study.idea.follows_from for study in archive}
    known = {tunable.name: tunable for tunable in tunables}
    for study in reversed(archive):
        best = study.best
        if best is None or study.idea.follows_from or study.idea.name in followed or best.setting not in known:
            continue
        tried = sorted({best.baseline, *(run.value for run in study.runs if run.setting == best.setting)})
        place = tried.index(best.value)
        if best.value <= 0 or len(tried) < 2:
            continue
        beyond = place in (0, len(tried) - 1)
        inner = tried[1] if place == 0 else tried[place - 1]
        if beyond:
            ratio = math.sqrt(best.value / inner)
            wanted = (best.value * ratio, best.value * ratio**2)
        else:
            wanted = (halfway(best.value, tried[place - 1]), halfway(best.value, tried[place + 1]))
        first, second = (of_same_kind(value, known[best.setting]) for value in wanted)
        if len({first, second, *tried}) == len(tried) + 2:
            return FollowUp(study, best, (first, second), beyond)
    return None


def halfway(one: float, other: float) -> float:
    """Return the geometric mean of two positive values."""
    return math.sqrt(one * other)


def of_same_kind(value: float, tunable: SourceSetting) -> float:
    """Return the value as the setting takes it: counts stay whole, shares stay below one."""
    if isinstance(tunable.value, int):
        return max(1, round(value))
    shortened = float(f"{value:.3g}")
    if 0 < float(tunable.value) < 1 <= shortened:
        return float(f"{1 - (1 - float(tunable.value)) / 4:.4g}")
    return shortened


def _runs(idea: ArchivedIdea) -> list[PastRun]:
    found = []
    for trial in idea.outcome.trials if idea.outcome else ():
        note = RunNote.of(trial.note)
        if note and (numbers := note.numbers()):
            found.append(PastRun(trial.run, note.setting, *numbers, trial.better, trial.worse))
    return found
