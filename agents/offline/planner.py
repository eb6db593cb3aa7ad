"""The planner: which value comes next follows from what was measured; the findings name results by reference only."""

from __future__ import annotations

import math
import re
from collections.abc import Generator

from agents.offline.earlier import alike, halfway
from agents.offline.results import gain, main_metric, read_lines
from agents.offline.script import Call, Opening, Result, Script, call, read_whole, say
from agents.offline.tunables import find_tunables, scaled, written
from tools.experiments.settings import SourceSetting

_FACTORS = (0.5, 2.0, 0.25, 4.0, 0.125, 8.0, 0.0625, 16.0)
_MOST_FAILURES = 3


def planner(opening: Opening) -> Script:
    """One run after the other until the runs are used, then the findings."""
    source = yield from read_whole("experiment.py")
    tunables = {tunable.name: tunable for tunable in find_tunables(source, re.findall(r"--(\w+)=", opening.task))}
    if not tunables:
        yield from say("I find no setting in experiment.py that could be varied.")
        return
    tunable = _named_in(opening.task, tunables)
    if tunable is None:
        yield from say(
            "The idea names no numeric setting of experiment.py, and varying one is all that I can do. I change nothing."
        )
        return
    base: float = tunable.value  # type: ignore[assignment]
    allowed = int((re.search(r"You have (\d+) runs", opening.task) or ["", "1"])[1])
    done: dict[str, float] = {}
    failed: set[float] = set()
    named = _planned(opening.task, tunable)
    reason = f"The first runs {'take the values that the idea names' if named else 'halve and double the value'}."
    while len(done) < allowed and len(failed) < _MOST_FAILURES:
        ledger = yield from call("read_results")
        value = next((value for value in named if value not in (*done.values(), *failed)), None)
        if value is None and named:
            value = _between(ledger.text, tunable, done, failed)
        elif value is None:
            value = _outwards(ledger.text, base, done, failed)
        if value is None:
            break
        if len(done) >= 2:
            reason = _reason(ledger.text, done)
        run = f"run_{len(done) + 1}"
        heard = yield from say(
            f"Run {len(done) + 1}: in `experiment.py` set `{tunable.name}` from `{tunable.literal}` to `{written(value)}`; "
            f"change nothing else. {reason}"
        )
        if any(f"{run} completed" in h.text for h in heard):
            done[run] = value
        else:
            failed.add(value)
    if not done:
        yield from say("No run was completed, so there is nothing to find.")
        return
    findings = yield from _findings(tunable.name, done, failed)
    answer = yield from call("submit_study", findings=findings)
    yield from say(f"The experiments are closed: {answer.text}.")


def _named_in(task: str, tunables: dict[str, SourceSetting]) -> SourceSetting | None:
    """The setting that the idea varies: the one that it says to change, else the first that its text names."""
    idea = re.search(r"The idea: \w+: (.+\n.+)", task)
    text = idea[1] if idea else task
    told = re.search(r"Change `(\w+)`", text)
    words = [told[1]] if told else re.findall(r"\w+", text)
    return next((tunables[word] for word in words if word in tunables), None)


def _planned(task: str, tunable: SourceSetting) -> list[float]:
    """The values that an idea begins with where it follows from another study; else none."""
    found = re.search(r"Follows from `.+The first runs take (\S+) and (\S+);", task)
    return [alike(float(value), tunable) for value in found.groups()] if found else []


def _between(ledger: str, tunable: SourceSetting, done: dict[str, float], failed: set[float]) -> float | None:
    """Halfway from the best value so far to the farther of its neighbours; beyond it, where it is the outermost."""
    lines, base = read_lines(ledger), float(tunable.value)
    metric = main_metric(lines)
    gains = {value: gain(lines, run, metric) for run, value in done.items()} | {base: 0.0}
    tried = sorted(gains)
    best = max(gains, key=lambda value: gains[value])
    place = tried.index(best)
    sides = [tried[place - 1]] if place else []
    sides += tried[place + 1 : place + 2]
    wanted = [halfway(best, side) for side in sorted(sides, key=lambda side: -abs(math.log(side / best)))]
    if len(sides) == 1:
        wanted.insert(0, best * math.sqrt(best / sides[0]))
    taken = {*tried, *failed}
    return next((value for value in (alike(w, tunable) for w in wanted) if value not in taken), None)


def _outwards(ledger: str, base: float, done: dict[str, float], failed: set[float]) -> float | None:
    """Halve, double, then go on in the direction that did better on the main metric; never a value twice."""
    lines = read_lines(ledger)
    metric = main_metric(lines)
    best = max(done, key=lambda run: gain(lines, run, metric), default="")
    wanted = list(_FACTORS)
    if len(done) >= 2 and best:
        downwards = done[best] < base
        wanted.sort(key=lambda factor: ((factor < 1) != downwards, abs(factor - 1) if factor > 1 else 1 / factor))
    taken = {base, *done.values(), *failed}
    return next((value for factor in wanted if (value := scaled(base, factor)) not in taken), None)


def _reason(ledger: str, done: dict[str, float]) -> str:
    lines = read_lines(ledger)
    metric = main_metric(lines)
    gains = {run: gain(lines, run, metric) for run in done}
    best = max(gains, key=lambda run: gains[run])
    if list(gains.values()).count(gains[best]) > 1:
        return f"No run stands out on {metric}, so I go on to a value that was not tried."
    return f"Among the runs so far {best} did best on {metric}, so I go on on its side."


def _findings(tunable: str, done: dict[str, float], failed: set[float]) -> Generator[Call, Result, str]:
    """One line a run and dataset of the main metric; every number is a reference."""
    ledger = yield from call("read_results")
    lines = read_lines(ledger.text)
    metric = main_metric(lines)
    text = [f"`{tunable}` was varied; the metric looked at first is {metric}."]
    for run, value in done.items():
        changes = "; ".join(
            f"{line.dataset}: \\change{{{run}/{line.dataset}/{metric}}}"
            for line in lines
            if line.run == run and line.metric == metric
        )
        text.append(f"- {run} (`{tunable}` = {value}): {changes}.")
    if failed:
        text.append(f"- Values at which the experiment failed: {', '.join(map(str, sorted(failed)))}.")
    return "\n".join(text)
