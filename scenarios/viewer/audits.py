"""Audit reports, as `run.py audit --json` writes them, and the page about one."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from scenarios.viewer.library import RunLibrary
from tools.audit import ORDER, AuditReport, place_of
from tools.evidence.judgement import Verdict

_LARGEST = 50_000_000
"""Bytes. A larger file is not looked into."""


def find_audits(library: RunLibrary) -> dict[str, AuditReport]:
    """Return the audit reports by file name: the one that the viewer was given, or those directly in its folder."""
    place = library.place
    paths = [place] if place.is_file() else sorted(place.glob("*.json"))
    return {path.name: report for path in paths if (report := _read(path))}


def audit_values(name: str, report: AuditReport, verdict: str) -> dict[str, object]:
    """Return the values of the page about an audit. `verdict` selects statements; empty shows all."""
    chosen = [Verdict(verdict)] if verdict in set(Verdict) else list(ORDER)
    return {
        "name": name,
        "report": report,
        "counts": [(found, report.counts()[found]) for found in ORDER],
        "groups": [(found, report.of(found)) for found in chosen],
        "verdict": verdict,
        "place_of": place_of,
    }


def _read(path: Path) -> AuditReport | None:
    if path.is_symlink() or path.stat().st_size > _LARGEST:
        return None
    try:
        return AuditReport.model_validate_json(path.read_bytes())
    except (ValidationError, OSError):
        return None
