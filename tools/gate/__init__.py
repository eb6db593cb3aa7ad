"""The gate: it withholds a paper whose evidence does not support it."""

from tools.gate.checks import CHECKS, GateCheck, PaperEvidence, run_gate
from tools.gate.report import (
    FindingCode,
    GateCheckResult,
    GateFinding,
    GateReport,
    gate_errors,
    load_gate_report,
    save_gate_report,
)
from tools.gate.watermark import mark_withheld, without_mark

__all__ = [
    "CHECKS",
    "FindingCode",
    "GateCheck",
    "GateCheckResult",
    "GateFinding",
    "GateReport",
    "PaperEvidence",
    "gate_errors",
    "load_gate_report",
    "mark_withheld",
    "run_gate",
    "save_gate_report",
    "without_mark",
]
