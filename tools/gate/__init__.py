"""The gate: nothing is released that the evidence does not carry."""

from tools.gate.check import check
from tools.gate.report import Check, Finding, GateReport
from tools.gate.stamp import mark_withheld

__all__ = ["Check", "Finding", "GateReport", "check", "mark_withheld"]
