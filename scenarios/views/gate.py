"""Show the gate's report: every finding with place, reason, right value and what to write instead."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tools.gate import GateCheckResult, GateFinding, GateReport

_WIDTH = 80
_INDENT = "      "


def render_gate(report: GateReport, *, notes: bool = True) -> str:
    """Return the report as plain text of 80 columns, by check, then errors before notes, then by verdict.

    Args:
        notes: whether findings that withhold nothing are shown too.
    """
    return "\n".join([*_wrap(f"{report.verdict}: {_count(report)}"), *_checks(report, notes)])


def _count(report: GateReport) -> str:
    errors = sum(len(check.errors) for check in report.checks)
    notes = sum(len(check.findings) for check in report.checks) - errors
    failed = sum(check.verdict == "fail" for check in report.checks)
    found = f"{errors} {'error' if errors == 1 else 'errors'}, {notes} {'note' if notes == 1 else 'notes'}"
    return f"{len(report.checks) - failed} of {len(report.checks)} checks passed; {found}"


def _checks(report: GateReport, notes: bool) -> Iterator[str]:
    for check in report.checks:
        yield ""
        yield from _wrap(f"{check.name}: {check.verdict}. {check.question}")
        yield from _groups(check, notes)


def _groups(check: GateCheckResult, notes: bool) -> Iterator[str]:
    groups: dict[tuple[str, str], list[GateFinding]] = {}
    for finding in sorted(check.findings, key=lambda found: (found.kind, found.verdict)):
        if notes or finding.kind == "error":
            groups.setdefault((finding.kind, finding.verdict), []).append(finding)
    for (kind, verdict), findings in groups.items():
        yield "  " + ", ".join(filter(None, [f"{len(findings)} {kind if len(findings) == 1 else kind + 's'}", verdict]))
        for finding in findings:
            yield from _finding(finding)


def _finding(finding: GateFinding) -> Iterator[str]:
    yield from _wrap(finding.place or "the paper as a whole", "    ")
    if finding.excerpt:
        yield from _wrap(f'"{finding.excerpt}"', _INDENT)
    yield from _wrap(finding.reason, _INDENT)
    if finding.expected:
        yield from _wrap(f"right value: {finding.expected}", _INDENT)
    if finding.suggestion:
        yield from _wrap(f"write:       {finding.suggestion}", _INDENT)


def _wrap(text: str, indent: str = "") -> list[str]:
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, replace_whitespace=True
    )
    return lines or [indent.rstrip()]
