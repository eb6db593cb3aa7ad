"""Audit papers that were not written here: check their numbers against results, code and themselves."""

from tools.audit.audit import audit_paper
from tools.audit.binding import LabelMap, load_map, write_map
from tools.audit.html import ORDER, audit_html, place_of
from tools.audit.report import AuditedStatement, AuditReport
from tools.audit.result_files import read_results
from tools.audit.sarif import audit_sarif

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
