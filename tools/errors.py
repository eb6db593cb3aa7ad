"""The errors that people and agents can act on. Anything else is a defect and keeps its traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ColloquiumError(Exception):
    """Says what was asked, what exists, and the next step. Printed as one line, without a traceback."""


class UserError(ColloquiumError):
    """A mistake in a file, an option or the machine's set-up, found before any work. Exit code 2."""


class ToolError(ColloquiumError):
    """A tool could not do what an agent asked. Goes back to the agent as a failed tool result."""


class TamperedError(ToolError):
    """What an experiment left as its evidence is not what it measured: it changed what it may only read, or its result
    is not a file of its own."""


class MachineError(ColloquiumError):
    """The machine failed under the run: a full disk, a broken repository. The run pauses and can be taken up again."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The hint that closes an error about an unknown name: the nearest known one, or all of them when few."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "there are none"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"there are: {shown}"
