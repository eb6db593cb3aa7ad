"""Audit papers that were not written here: check their numbers against results, code and themselves."""

from tools.evidence.audit.audit import audit_paper
from tools.evidence.audit.binding import LabelMap, load_map, write_map
from tools.evidence.audit.html import ORDER, audit_html, place_of
from tools.evidence.audit.report import AuditedStatement, AuditReport
from tools.evidence.audit.result_files import read_results
from tools.evidence.audit.sarif import audit_sarif

__all__ = [
    "ORDER",
    "AuditReport",
    "AuditedStatement",
    "LabelMap",
    "audit_html",
    "audit_paper",
    "audit_sarif",
    "load_map",
    "place_of",
    "read_results",
    "write_map",
]
