"""Evidence: the ledger of results, statistics, and the references by which a paper prints results.

The gate, which checks a paper against its evidence, is in `tools.evidence.gate`.
"""

from tools.evidence.formatting import format_p_value
from tools.evidence.ledger import Ledger
from tools.evidence.records import BASELINE, Metric, MetricResult, ResultComparison, RunRecord, Scalar
from tools.evidence.references import ReferenceProblem, ReferenceProblemCode, check_references, reference_values
from tools.evidence.results_tex import write_results_tex
from tools.evidence.tables import GeneratedTable, generated_tables

__all__ = [
    "BASELINE",
    "GeneratedTable",
    "Ledger",
    "Metric",
    "MetricResult",
    "ReferenceProblem",
    "ReferenceProblemCode",
    "ResultComparison",
    "RunRecord",
    "Scalar",
    "check_references",
    "format_p_value",
    "generated_tables",
    "reference_values",
    "write_results_tex",
]
