"""What can be measured in the text of a paper without understanding it, in five checklists.

Every finding rests on a quotation or on a count of the paper's own words. They say nothing that no rule can measure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.offline.checks import clarity, evidence, method, novelty, reproduction
from agents.offline.checks.paper import Finding, ReadPaper

Check = Callable[[ReadPaper], list[Finding]]

CHECKLISTS: dict[str, Sequence[Check]] = {
    "evidence": evidence.CHECKS,
    "method": method.CHECKS,
    "clarity": clarity.CHECKS,
    "novelty": novelty.CHECKS,
    "reproduction": reproduction.CHECKS,
}
"""The checklists that a role card can name under `checks`."""


def findings_of(paper: ReadPaper) -> dict[str, list[Finding]]:
    """Return what every checklist finds, in the order of its checks."""
    return {name: [finding for check in checks for finding in check(paper)] for name, checks in CHECKLISTS.items()}
