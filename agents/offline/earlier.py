"""The archive as the proposer reads it, and the study that follows from an earlier one's results."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tools.experiments.settings import SourceSetting

_ITEM = re.compile(r"^- (?P<name>\w+): .*\n(?P<rest>(?:  .*\n?)*)", re.MULTILINE)
_RUN = re.compile(r"^  (?P<run>run_\d+) \((?P<knob>\w+) = (?P<value>\S+) \(baseline (?P<base>[^)]+)\)\): (?P<changes>.+)$",
                  re.MULTILINE)  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """One run of an earlier study. `better` and `worse` name the results that changed beyond the noise."""

    run: str
    tunable: str
    value: float
    base: float
    better: tuple[str, ...]
    worse: tuple[str, ...]


@dataclass(frozen=True)
class Earlier:
    """One idea of the archive."""

    name: str
    follows_from: str
    outcome: str
    runs: tuple[Tried, ...]
    undirected: bool
    """Its metrics have no goal, so its changes are neither better nor worse."""

    @property
    def tunable(self) -> str:
        return self.runs[0].tunable if self.runs else ""

    @property
    def best(self) -> Tried | None:
        """The run that made something better beyond the noise, and nothing worse; of several, the one with most."""
        good = [run for run in self.runs if run.better and not run.worse]
        return max(good, key=lambda run: len(run.better), default=None)


@dataclass(frozen=True)
class FollowUp:
    """What to try next after an earlier study. `beyond`: its best value was the outermost that it tried."""

    earlier: Earlier
    best: Tried
    values: tuple[float, float]
    beyond: bool


def read_earlier(task: str) -> list[Earlier]:
    """The ideas of the archive that a task lists, with the results that it tells."""
    return [
        Earlier(
            name=item["name"],
            follows_from=_line(item["rest"], "follows from"),
            outcome=_line(item["rest"], "outcome"),
            runs=tuple(filter(None, map(_tried, _RUN.finditer(item["rest"])))),
            undirected=bool(re.search(r"(?:lower|higher) \(p", item["rest"])),
        )
        for item in _ITEM.finditer(task)
    ]


def follow_up(archive: list[Earlier], tunables: list[SourceSetting]) -> FollowUp | None:
    """The latest study that found something better, and that no other follows yet, looked at more closely: the values
    halfway to the neighbours of its best one, or further out when that was the outermost."""
    followed = {earlier.follows_from for earlier in archive}
    known = {tunable.name: tunable for tunable in tunables}
    for earlier in reversed(archive):
        best = earlier.best
        if best is None or earlier.follows_from or earlier.name in followed or best.tunable not in known:
            continue
        tried = sorted({best.base, *(run.value for run in earlier.runs if run.tunable == best.tunable)})
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
        first, second = (alike(value, known[best.tunable]) for value in wanted)
        if len({first, second, *tried}) == len(tried) + 2:
            return FollowUp(earlier, best, (first, second), beyond)
    return None


def halfway(one: float, other: float) -> float:
    """The geometric mean of two positive values."""
    return math.sqrt(one * other)


def alike(value: float, tunable: SourceSetting) -> float:
    """A value in the knob's kind: counts stay whole, and shares below one."""
    if isinstance(tunable.value, int):
        return max(1, round(value))
    shortened = float(f"{value:.3g}")
    if 0 < float(tunable.value) < 1 <= shortened:
        return float(f"{1 - (1 - float(tunable.value)) / 4:.4g}")
    return shortened


def _tried(found: re.Match[str]) -> Tried | None:
    try:
        value, base = float(found["value"]), float(found["base"])
    except ValueError:
        return None
    changes = found["changes"].split("; ")
    return Tried(
        run=found["run"],
        tunable=found["knob"],
        value=value,
        base=base,
        better=tuple(change.split(" ")[0] for change in changes if "(better," in change),
        worse=tuple(change.split(" ")[0] for change in changes if "(worse," in change),
    )


def _line(text: str, key: str) -> str:
    found = re.search(rf"^  {key}: (.+)$", text, re.MULTILINE)
    return found[1] if found else ""
