"""Words made safe for LaTeX, and lists in words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from tools.evidence.names import latex_address
from tools.latex.escaping import to_latex

_FAR = "\u0250"
"""First character beyond Latin, which LaTeX's own fonts may lack."""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def latex(text: str) -> str:
    """Return plain text as LaTeX; `code` in backticks becomes typewriter."""
    parts = re.split(r"`([^`]*)`", text)
    return "".join(rf"\texttt{{{_escape(part)}}}" if i % 2 else _escape(part) for i, part in enumerate(parts))


def file_word(name: str) -> str:
    """Return a name as part of a file name or a LaTeX label: a plain name as it is, others shortened, with a digest."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:30]
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}".lstrip("-")


def change(address: str) -> str:
    """Return the reference that prints how a result differs from the baseline's."""
    return rf"\change{{{latex_address(address)}}}"


def join(items: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) if c < _FAR else to_latex(c) for c in text)
