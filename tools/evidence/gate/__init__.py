"""The gate: nothing is released that the evidence does not carry."""

from tools.evidence.gate.check import check
from tools.evidence.gate.gate_report import Check, Finding, GateReport
from tools.evidence.gate.watermark import mark_withheld

__all__ = ["Check", "Finding", "GateReport", "check", "mark_withheld"]
