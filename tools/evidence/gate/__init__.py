"""The gate: nothing is released that its evidence does not carry."""

from tools.evidence.gate.checks import CHECKS, GateCheck, PaperEvidence, run_gate
from tools.evidence.gate.report import Check, Finding, GateReport
from tools.evidence.gate.watermark import mark_withheld

__all__ = ["CHECKS", "Check", "Finding", "GateCheck", "GateReport", "PaperEvidence", "mark_withheld", "run_gate"]
