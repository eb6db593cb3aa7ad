"""Where a sentence stands in a paper."""

from __future__ import annotations

from dataclasses import dataclass

STRICT = ("title", "abstract", "results", "limitations", "conclusion")
"""Sections in which everything has to be carried."""
HEADLINE = ("title", "abstract", "conclusion")
"""Sections whose claims about a confirmed run rest on its confirmation."""


@dataclass(frozen=True)
class Placement:
    """Where a sentence stands, which decides what has to be carried."""

    strict: bool
    """Everything has to be carried here."""
    headline: bool = False
    """Claims about a run that was confirmed on fresh seeds must hold there too."""
    formulas: tuple[tuple[int, int], ...] = ()
    """Spans of the formulas that state more than one number, such as a loss function."""
    cell: bool = False
    """The sentence is a cell of a table, in a row of results."""
