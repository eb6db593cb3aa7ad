"""The planner: chooses each value by what was measured so far. Its findings name results by reference only."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from agents.offline.follow_up import halfway, of_same_kind
from agents.offline.messages import Order, changed_setting, planned_values
from agents.offline.project import read_tunables
from agents.offline.results import gain, main_metric
from agents.offline.script import Opening, Script, call, say, stop, submit
from agents.offline.state import ExperimentsVariables
from agents.offline.text import join
from agents.offline.tunables import scaled, spelled
from tools.evidence.names import latex_address
from tools.experiments.settings import SourceSetting
from tools.ideas import Idea
from tools.toolsets.data import LedgerRow, LedgerRows

_FACTORS = (0.5, 2.0, 0.25, 4.0, 0.125, 8.0, 0.0625, 16.0)
_MAX_FAILURES = 3


def planner(opening: Opening) -> Script:
    """Order one run after the other until the quota is used, then submit the findings.

    Stop with the reason if nothing can be varied or no run was completed: there is then no study to submit.
    """
    variables = opening.state.variables.read(ExperimentsVariables)
    found = yield from read_tunables(variables.template, variables.profile)
    tunables = {tunable.name: tunable for tunable in found}
    if not tunables:
        yield from stop("I stop without a study: the experiment has no numeric setting that I could vary.")
        return
    tunable = _setting_of(variables.idea, tunables)
    if tunable is None:
        yield from stop(
            "I stop without a study: the idea names no numeric setting of the experiment, and I can only vary such a "
            f"setting. It has {join([f'`{name}`' for name in tunables])}."
        )
        return
    done: dict[str, float] = {}
    failed: set[float] = set()
    values = planned_values(variables.idea.experiment) or ()
    planned = [of_same_kind(value, tunable) for value in values]
    rows = (yield from call("read_results")).read(LedgerRows).rows
    while len(done) < variables.run_quota.runs and len(failed) < _MAX_FAILURES:
        value = next((value for value in planned if value not in (*done.values(), *failed)), None)
        if value is None:
            choose = _between if planned else _outwards
            value = choose(rows, tunable, done, failed)
        if value is None:
            break
        order = Order(len(done) + 1, tunable.file, tunable.name, tunable.literal, spelled(value))
        yield from say(f"{order}; change nothing else. {_reason(rows, done, bool(planned))}")
        rows = (yield from call("read_results")).read(LedgerRows).rows
        run = f"run_{len(done) + 1}"
        if any(row.run == run for row in rows):
            done[run] = value
        else:
            failed.add(value)
    if not done:
        tried = join([repr(value) for value in sorted(failed)])
        yield from stop(
            "I stop without a study, because no run was completed. "
            + (
                f"The experiment failed with `{tunable.name}` set to {tried}."
                if failed
                else "No value was left to try."
            )
        )
        return
    answer = yield from submit("submit_study", findings=_findings(rows, tunable.name, done, failed))
    yield from say(f"The experiments are closed: {answer.text}.")


def _setting_of(idea: Idea, tunables: dict[str, SourceSetting]) -> SourceSetting | None:
    """Return the setting that the idea says to change, else the first that its text names."""
    named = changed_setting(idea.experiment)
    words = [named] if named else re.findall(r"\w+", idea.text)
    return next((tunables[word] for word in words if word in tunables), None)


def _between(
    rows: Sequence[LedgerRow], tunable: SourceSetting, done: dict[str, float], failed: set[float]
) -> float | None:
    """Return the value halfway from the best one to the farther of its neighbours, or beyond the best one if that is the
    outermost."""
    metric, base = main_metric(rows), float(tunable.value)
    gains = {value: gain(rows, run, metric) for run, value in done.items()} | {base: 0.0}
    tried = sorted(gains)
    best = max(gains, key=lambda value: gains[value])
    place = tried.index(best)
    sides = [tried[place - 1]] if place else []
    sides += tried[place + 1 : place + 2]
    wanted = [halfway(best, side) for side in sorted(sides, key=lambda side: -abs(math.log(side / best)))]
    if len(sides) == 1:
        wanted.insert(0, best * math.sqrt(best / sides[0]))
    taken = {*tried, *failed}
    return next((value for value in (of_same_kind(w, tunable) for w in wanted) if value not in taken), None)


def _outwards(
    rows: Sequence[LedgerRow], tunable: SourceSetting, done: dict[str, float], failed: set[float]
) -> float | None:
    """Halve, double, then continue in the direction that did better on the main metric; never repeat a value."""
    metric, base = main_metric(rows), float(tunable.value)
    number = tunable.value if isinstance(tunable.value, int) else base
    best = max(done, key=lambda run: gain(rows, run, metric), default="")
    wanted = list(_FACTORS)
    if len(done) >= 2 and best:
        downwards = done[best] < base
        wanted.sort(key=lambda factor: ((factor < 1) != downwards, abs(factor - 1) if factor > 1 else 1 / factor))
    taken = {base, *done.values(), *failed}
    return next(
        (value for factor in wanted if (value := scaled(number, factor)) not in taken),
        None,
    )


def _reason(rows: Sequence[LedgerRow], done: dict[str, float], planned: bool) -> str:
    if len(done) < 2:
        return f"The first runs {'take the values that the idea names' if planned else 'halve and double the value'}."
    metric = main_metric(rows)
    gains = {run: gain(rows, run, metric) for run in done}
    best = max(gains, key=lambda run: gains[run])
    if list(gains.values()).count(gains[best]) > 1:
        return f"No run stands out on {metric}, so the next value is one that was not tried."
    did = "did best on" if any(row.goal for row in rows if row.metric == metric) else "had the highest"
    return f"So far {best} {did} {metric}, so the next value lies on its side."


def _findings(rows: Sequence[LedgerRow], tunable: str, done: dict[str, float], failed: set[float]) -> str:
    """Return one line per run with its changes of the main metric, each number as a reference."""
    metric = main_metric(rows)
    text = [f"`{tunable}` was varied; the main metric is {metric}."]
    for run, value in done.items():
        changes = "; ".join(
            f"{row.dataset}: \\change{{{latex_address(f'{run}/{row.dataset}/{metric}')}}}"
            for row in rows
            if row.run == run and row.metric == metric
        )
        text.append(f"- {run} (`{tunable}` = {value}): {changes}.")
    if failed:
        text.append(f"- Values at which the experiment failed: {', '.join(map(str, sorted(failed)))}.")
    return "\n".join(text)
