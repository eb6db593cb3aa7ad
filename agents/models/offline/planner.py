"""The planner: which value comes next follows from what was measured; the findings name results by reference only."""

from __future__ import annotations

import re
from collections.abc import Generator

from agents.models.offline.knobs import find_knobs, scaled, written
from agents.models.offline.results import gain, main_metric, read_lines
from agents.models.offline.script import Call, Opening, Result, Script, call, read_whole, say

_FACTORS = (0.5, 2.0, 0.25, 4.0, 0.125, 8.0, 0.0625, 16.0)
_MOST_FAILURES = 3


def planner(opening: Opening) -> Script:
    """One run after the other until the runs are used, then the findings."""
    source = yield from read_whole("experiment.py")
    knobs = {knob.name: knob for knob in find_knobs(source, re.findall(r"--(\w+)=", opening.task))}
    if not knobs:
        yield from say("I find no setting in experiment.py that could be varied.")
        return
    named = re.search(r"Change `(\w+)`", opening.task)
    knob = knobs.get(named[1] if named else "", next(iter(knobs.values())))
    base: float = knob.value  # type: ignore[assignment]
    allowed = int((re.search(r"You have (\d+) runs", opening.task) or ["", "1"])[1])
    done: dict[str, float] = {}
    failed: set[float] = set()
    reason = "The first runs halve and double the value."
    while len(done) < allowed and len(failed) < _MOST_FAILURES:
        ledger = yield from call("read_results")
        factor = _next_factor(ledger.text, base, done, failed)
        if factor is None:
            break
        if len(done) >= 2:
            reason = _reason(ledger.text, done)
        value, run = scaled(base, factor), f"run_{len(done) + 1}"
        heard = yield from say(
            f"Run {len(done) + 1}: in `experiment.py` set `{knob.name}` from `{knob.literal}` to `{written(value)}`; "
            f"change nothing else. {reason}"
        )
        if any(f"{run} completed" in h.text for h in heard):
            done[run] = value
        else:
            failed.add(value)
    if not done:
        yield from say("No run was completed, so there is nothing to find.")
        return
    findings = yield from _findings(knob.name, done, failed)
    answer = yield from call("submit_study", findings=findings)
    yield from say(f"The experiments are closed: {answer.text}.")


def _next_factor(ledger: str, base: float, done: dict[str, float], failed: set[float]) -> float | None:
    """Halve, double, then go on in the direction that did better on the main metric; never a value twice."""
    lines = read_lines(ledger)
    metric = main_metric(lines)
    best = max(done, key=lambda run: gain(lines, run, metric), default="")
    wanted = list(_FACTORS)
    if len(done) >= 2 and best:
        downwards = done[best] < base
        wanted.sort(key=lambda factor: ((factor < 1) != downwards, abs(factor - 1) if factor > 1 else 1 / factor))
    taken = {base, *done.values(), *failed}
    return next((factor for factor in wanted if scaled(base, factor) not in taken), None)


def _reason(ledger: str, done: dict[str, float]) -> str:
    lines = read_lines(ledger)
    metric = main_metric(lines)
    gains = {run: gain(lines, run, metric) for run in done}
    best = max(gains, key=lambda run: gains[run])
    if list(gains.values()).count(gains[best]) > 1:
        return f"No run stands out on {metric}, so I go on to a value that was not tried."
    return f"Among the runs so far {best} did best on {metric}, so I go on on its side."


def _findings(knob: str, done: dict[str, float], failed: set[float]) -> Generator[Call, Result, str]:
    """One line a run and dataset of the main metric; every number is a reference."""
    ledger = yield from call("read_results")
    lines = read_lines(ledger.text)
    metric = main_metric(lines)
    text = [f"`{knob}` was varied; the metric looked at first is {metric}."]
    for run, value in done.items():
        changes = "; ".join(
            f"{line.dataset}: \\change{{{run}/{line.dataset}/{metric}}}"
            for line in lines
            if line.run == run and line.metric == metric
        )
        text.append(f"- {run} (`{knob}` = {value}): {changes}.")
    if failed:
        text.append(f"- Values at which the experiment failed: {', '.join(map(str, sorted(failed)))}.")
    return "\n".join(text)
