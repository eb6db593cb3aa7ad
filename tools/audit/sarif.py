"""Write the findings of an audit as SARIF 2.1.0, for editors and code review."""

from __future__ import annotations

import json

from tools.audit.html import place_of
from tools.audit.report import AuditReport
from tools.evidence.judgement import Verdict

_LEVELS = {Verdict.CONTRADICTED: "error", Verdict.NO_EVIDENCE: "warning", Verdict.NOT_CHECKABLE: "note"}


def audit_sarif(report: AuditReport) -> str:
    """Return what is contradicted, without evidence or not checkable as a SARIF log."""
    found = [statement for statement in report.statements if statement.verdict in _LEVELS]
    codes = sorted({statement.code for statement in found})
    results = []
    for statement in found:
        right = f" Right: {statement.expected}." if statement.expected else ""
        region = {"startLine": statement.line, "snippet": {"text": statement.said}}
        results.append(
            {
                "ruleId": statement.code,
                "ruleIndex": codes.index(statement.code),
                "level": _LEVELS[statement.verdict],
                "message": {"text": f"{statement.said} ({place_of(statement)}): {statement.reason}.{right}"},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": report.paper.replace("\\", "/")},
                            "region": region,
                        }
                    }
                ],
            }
        )
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Colloquium audit",
                        "rules": [{"id": code, "shortDescription": {"text": code.replace("-", " ")}} for code in codes],
                    }
                },
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False)
