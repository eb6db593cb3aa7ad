"""What can be measured in the text of a paper without understanding it: a list of checks for each reviewer's eye.

Every finding rests on a quotation or on a count of the paper's own words. What no rule can measure is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.offline.checks import clarity, evidence, method, novelty, reproduction
from agents.offline.checks.paper import Finding, ReadPaper

Check = Callable[[ReadPaper], list[Finding]]

FOCI: dict[str, Sequence[Check]] = {
    "evidence": evidence.CHECKS,
    "method": method.CHECKS,
    "clarity": clarity.CHECKS,
    "novelty": novelty.CHECKS,
    "reproduction": reproduction.CHECKS,
}
"""The eye of a reviewer, and what it looks for."""


def findings_of(paper: ReadPaper) -> dict[str, list[Finding]]:
    """What every eye finds, in the order of the checks."""
    return {focus: [finding for check in checks for finding in check(paper)] for focus, checks in FOCI.items()}
