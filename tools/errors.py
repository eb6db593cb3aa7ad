"""Errors that people and agents can act on. Any other exception is a defect and keeps its traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ColloquiumError(Exception):
    """An error whose message says what was asked, what exists, and what to do. Printed without a traceback."""


class UserError(ColloquiumError):
    """A mistake in a file, an option or the machine's setup. Exit code 2."""


class ToolError(ColloquiumError):
    """A tool could not do what an agent asked. The agent receives it as a failed tool result."""


class TamperedError(ToolError):
    """An experiment changed read-only files, or did not write its result itself, so its results do not count."""


class MachineError(ColloquiumError):
    """The machine failed, for example with a full disk or a broken repository. The run pauses and can be resumed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the hint at the end of an error about an unknown name: the nearest known name, or the first few."""
    names = sorted(map(str, known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "there are none"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"there are: {shown}"
