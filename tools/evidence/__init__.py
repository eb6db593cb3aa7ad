"""Evidence: the ledger of results, statistics, and the references by which a paper prints results.

The gate, which checks a paper against its evidence, is in `tools.gate`.
"""

from tools.evidence.analysis_plan import AnalysisPlan, ComparisonKind, describe_plan, describe_power, plan_of
from tools.evidence.best_run import best_run
from tools.evidence.comparison import ResultComparison, Untested
from tools.evidence.formatting import format_p_value
from tools.evidence.ledger import Ledger
from tools.evidence.ledger_gaps import RunGaps, gaps_of
from tools.evidence.records import BASELINE, CONFIRMATION, RESULT_FOLDER, Metric, MetricResult, RunRecord, Scalar
from tools.evidence.references import (
    ReferenceProblem,
    ReferenceProblemCode,
    check_references,
    known_references,
    reference_values,
)
from tools.evidence.results_tex import write_results_tex
from tools.evidence.tables import GeneratedTable, generated_tables

__all__ = [
    "BASELINE",
    "CONFIRMATION",
    "RESULT_FOLDER",
    "AnalysisPlan",
    "ComparisonKind",
    "GeneratedTable",
    "Ledger",
    "Metric",
    "MetricResult",
    "ReferenceProblem",
    "ReferenceProblemCode",
    "ResultComparison",
    "RunGaps",
    "RunRecord",
    "Scalar",
    "Untested",
    "best_run",
    "check_references",
    "describe_plan",
    "describe_power",
    "format_p_value",
    "gaps_of",
    "generated_tables",
    "known_references",
    "plan_of",
    "reference_values",
    "write_results_tex",
]
