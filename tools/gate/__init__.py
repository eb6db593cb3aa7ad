"""The gate: it withholds a paper whose evidence does not support it.

The package itself has the report, which commands read without the checks; `tools.gate.checks` has the checks.
"""

from tools.gate.report import (
    FindingCode,
    GateCheckResult,
    GateFinding,
    GateReport,
    gate_errors,
    load_gate_report,
    save_gate_report,
)

__all__ = [
    "FindingCode",
    "GateCheckResult",
    "GateFinding",
    "GateReport",
    "gate_errors",
    "load_gate_report",
    "save_gate_report",
]
