"""The coder: sets a setting to a value, runs the experiment and reports. It undoes the edit of a failed run."""

from __future__ import annotations

from agents.conversation.policies import says_done
from agents.offline.messages import Order, RunNote
from agents.offline.project import EXPERIMENT, settings_of
from agents.offline.script import Opening, Script, call, read_whole, say, stop
from tools.toolsets.data import CompletedRun


def coder(opening: Opening) -> Script:
    """Carry out the planner's orders. Ask for an order in the right form, or stop once the planner has stopped."""
    messages = list(opening.messages)
    while True:
        order = Order.latest(messages)
        if order is None:
            if messages and says_done(messages[-1].text):
                yield from stop("There is no order to carry out, so I start no further run.")
                return
            example = Order(1, EXPERIMENT, "x", "1", "2")
            messages = yield from say(f'I can only carry out orders of this form: "{example}".')
            continue
        source = yield from read_whole(order.file)
        found = next((s for s in settings_of(order.file, source) if s.name == order.setting), None)
        if found is None:
            messages = yield from say(
                f"{order.file} does not assign a plain value to `{order.setting}`. I changed nothing."
            )
            continue
        line, column, length = found.text.encode(), found.column, len(found.literal.encode())
        changed = line[:column].decode() + order.after + line[column + length :].decode()
        edit = yield from call("edit_file", file=order.file, search=found.text, replace=changed)
        if edit.failed:
            messages = yield from say(f"I could not edit {order.file}: {edit.text}")
            continue
        run = yield from call("run_experiment", note=str(RunNote(order.setting, order.after, order.before)))
        if run.failed:
            yield from call("edit_file", file=order.file, search=changed, replace=found.text)
            messages = yield from say(
                f"The run with `{order.setting}` = `{order.after}` failed. I undid the edit. {run.text.splitlines()[0]}"
            )
        else:
            name = run.read(CompletedRun).run
            messages = yield from say(
                f"I set `{order.setting}` to `{order.after}` in {order.file}, and {name} completed."
            )
