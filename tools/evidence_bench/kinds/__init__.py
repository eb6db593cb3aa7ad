"""The kinds of statements that the bench seeds."""

from tools.evidence_bench.case import Kind
from tools.evidence_bench.kinds import (
    claims,
    comparisons,
    honest_results,
    honest_text,
    numbers,
    references,
    setup,
    sources,
)

DEFECTS: tuple[Kind, ...] = (
    *numbers.KINDS,
    *references.KINDS,
    *claims.KINDS,
    *comparisons.KINDS,
    *setup.KINDS,
    *sources.KINDS,
)
"""Kinds of false or unsupported statements."""

HONEST: tuple[Kind, ...] = (*honest_results.KINDS, *honest_text.KINDS)
"""Kinds of sentences that good papers contain and that hold."""
