"""Words made safe for LaTeX, and lists in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def join(items: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)
