"""The stages of a panel, each the policy of its name: what its tools and its conversation both have to know."""

from __future__ import annotations

BLIND = "blind"
REFLECTION = "reflection"
DISCUSSION = "discussion"
REBUTTAL = "rebuttal"
CHAIR = "chair"

ALONE = frozenset((BLIND, REFLECTION))
"""A reviewer neither hears nor reads the others."""
BEFORE_REBUTTAL = ALONE | {DISCUSSION}
"""Nobody reads the authors' answer yet."""
