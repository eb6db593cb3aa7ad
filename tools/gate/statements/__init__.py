"""Judge what a paper's sentences state against the ledger: numbers, comparisons, and references beside their words."""

from tools.gate.statements.judge import judge_section
from tools.gate.statements.notes import outcome_in
from tools.gate.statements.study import Study

__all__ = ["Study", "judge_section", "outcome_in"]
