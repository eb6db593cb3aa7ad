"""Write the report of an audit as one HTML file that loads nothing."""

from __future__ import annotations

from html import escape

from tools.audit.report import AuditedStatement, AuditReport
from tools.evidence.judgement import Verdict

ORDER = (
    Verdict.CONTRADICTED, Verdict.NO_EVIDENCE, Verdict.SUPPORTED, Verdict.CONVENTIONAL, Verdict.NOT_CHECKABLE,
)  # fmt: skip
_COLOURS = {
    Verdict.CONTRADICTED: "#fbd0cc",
    Verdict.NO_EVIDENCE: "#fbe6b5",
    Verdict.SUPPORTED: "#cdebd0",
    Verdict.CONVENTIONAL: "#d8e4f5",
    Verdict.NOT_CHECKABLE: "#e6e6e6",
}
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
article {{ border-left: 4px solid #bbb; margin: 1rem 0; padding: 0 0 0 .8rem; }} .place {{ color: #555; font-size: .85rem; }}
.context {{ overflow-wrap: anywhere; }} mark {{ padding: 0 .15em; font-weight: 600; }} summary {{ cursor: pointer; }}
</style></head><body>
"""


def audit_html(report: AuditReport) -> str:
    """Return the report as HTML. Every text of the paper and of the results is escaped."""
    counts = report.counts()
    parts = [_HEAD.format(title=escape(f"Audit of {report.paper}"))]
    parts.append(f"<h1>Audit of {escape(report.paper)}</h1>\n")
    against = f"results in {escape(report.results)}" if report.results else "the paper itself"
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ORDER)
    parts.append(f"<p>Checked against {against}: {summary}.</p>\n")
    parts += [f"<p>{escape(note)}</p>\n" for note in report.notes]
    if report.labels:
        rows = "".join(f"<li>{escape(label)}: {escape(run)}</li>" for label, run in report.labels.items())
        parts.append(f"<details><summary>Labels and their runs</summary><ul>{rows}</ul></details>\n")
    for verdict in ORDER:
        found = report.of(verdict)
        opened = " open" if verdict in (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE) else ""
        body = "".join(_article(statement) for statement in found)
        parts.append(f"<details{opened}><summary><b>{verdict} ({len(found)})</b></summary>{body}</details>\n")
    return "".join([*parts, "</body></html>\n"])


def place_of(statement: AuditedStatement) -> str:
    """Return where a statement stands: the page of a PDF, the line of a source."""
    return f"page {statement.page}" if statement.page else f"line {statement.line}"


def _article(statement: AuditedStatement) -> str:
    colour = _COLOURS[statement.verdict]
    expected = f" <b>Right: {escape(statement.expected)}</b>." if statement.expected else ""
    return (
        f'<article style="border-color:{colour}"><div class="place">{place_of(statement)} · {escape(statement.code)}</div>'
        f'<div class="context">… {escape(statement.before)}<mark style="background:{colour}">{escape(statement.said)}</mark>'
        f"{escape(statement.after)} …</div><p>{escape(statement.reason)}.{expected}</p></article>\n"
    )
