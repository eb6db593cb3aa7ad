"""The coder: sets a setting to a value, runs, and reports; a failed run is put back as it was."""

from __future__ import annotations

import re

from agents.offline.script import Heard, Opening, Script, call, read_whole, say
from tools.experiments.settings import read_settings

ORDER = re.compile(r"Run (\d+): in `([^`]+)` set `(\w+)` from `([^`]+)` to `([^`]+)`")


def coder(opening: Opening) -> Script:
    """Carries out orders of the form that the planner gives; says so when it is asked for something else."""
    heard = list(opening.heard)
    while True:
        order = _last_order(heard)
        if order is None:
            heard = yield from say(
                "I can only carry out orders like «Run 1: in `experiment.py` set `x` from `1` to `2`»."
            )
            continue
        _, file, tunable, before, after = order.groups()
        source = yield from read_whole(file)
        found = next((s for s in read_settings(source) if s.name == tunable), None)
        if found is None:
            heard = yield from say(f"`{tunable}` does not occur in {file} as a plain setting; I changed nothing.")
            continue
        changed = (
            found.text.encode()[: found.column].decode()
            + after
            + (found.text.encode()[found.column + len(found.literal.encode()) :].decode())
        )
        edit = yield from call("edit_file", file=file, search=found.text, replace=changed)
        if edit.failed:
            heard = yield from say(f"I could not edit {file}: {edit.text}")
            continue
        run = yield from call("run_experiment", note=f"{tunable} = {after} (baseline {before})")
        if run.failed:
            yield from call("edit_file", file=file, search=changed, replace=found.text)
            heard = yield from say(
                f"The run with `{tunable}` = `{after}` failed and I put the code back. {run.text.splitlines()[0]}"
            )
        else:
            heard = yield from say(f"I set `{tunable}` to `{after}` in {file}. {run.text.splitlines()[0]}")


def _last_order(heard: list[Heard]) -> re.Match[str] | None:
    return next((match for h in reversed(heard) if (match := ORDER.search(h.text))), None)
