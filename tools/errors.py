"""Errors that people and agents can act on. Any other exception is a defect and keeps its traceback."""

from __future__ import annotations

import difflib
import errno
import os
from collections.abc import Iterable

_MAX_PATH = 200
"""Longest path that a message shows whole, in characters."""
_REMEDIES = {
    errno.EACCES: "check its permissions and those of the folders above it, or name another place",
    errno.EPERM: "check who owns it, or name another place",
    errno.EROFS: "name a place that can be written to",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOENT: "check the spelling of the path",
    errno.ENOTDIR: "a part of the path is a file; check the spelling",
    errno.EISDIR: "name a file",
    errno.EEXIST: "choose another name",
    errno.ELOOP: "a link there points to itself; remove it",
    errno.ENOSPC: "free some space, or name another place",
    errno.EDQUOT: "free some space, or name another place",
    errno.EMFILE: "raise the limit of open files: ulimit -n 4096",
}
_SHORTAGES = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.EROFS)


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


def explain_system_error(error: OSError) -> str:
    """Return one line on a file or folder that the system did not let us use: the path, the reason, what to do next.

    Empty if the error names no path and no shortage of the machine's: then it is a defect.
    """
    remedy = _REMEDIES.get(error.errno or 0, "")
    if error.filename is None and error.errno not in _SHORTAGES:
        return ""
    path = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes | os.PathLike) else ""
    if len(path) > _MAX_PATH:
        path = f"{path[:_MAX_PATH]}...: "
    return f"{path}{error.strerror or error}" + (f"; {remedy}" if remedy else "")


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
