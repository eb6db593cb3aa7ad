"""Audit a paper that was not written here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.commands.console import file_to_write, say
from tools.atomic import write_text
from tools.audit import (
    ORDER,
    AuditReport,
    LabelMap,
    audit_html,
    audit_paper,
    audit_sarif,
    load_map,
    place_of,
    write_map,
)
from tools.errors import UserError
from tools.evidence.judgement import Verdict

_COLOURS = {
    Verdict.CONTRADICTED: "red",
    Verdict.NO_EVIDENCE: "yellow",
    Verdict.SUPPORTED: "green",
    Verdict.CONVENTIONAL: "cyan",
    Verdict.NOT_CHECKABLE: "dim",
}
_FAIL = {str(verdict).replace(" ", "-"): verdict for verdict in Verdict}
_STDOUT = Path("-")


def audit(
    paper: Annotated[Path, typer.Argument(help="A .tex or PDF file.")],
    results: Annotated[
        Path | None, typer.Option(help="Folder with run_*/final_info.json, .json, .jsonl or .csv, or one such file.")
    ] = None,
    code: Annotated[Path | None, typer.Option(help="Folder with the code of the experiment.")] = None,
    bib: Annotated[Path | None, typer.Option(help="A .bib file: every cited key must be in it.")] = None,
    label_map: Annotated[
        Path | None, typer.Option("--map", help="YAML file that says what the paper's labels stand for.")
    ] = None,
    write_label_map: Annotated[
        Path | None,
        typer.Option("--write-map", help="Write the labels that were bound, to edit and keep.", callback=file_to_write),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(help=f"Verdicts that end with exit code 1, separated by commas: {', '.join(_FAIL)}, or never."),
    ] = "contradicted",
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the report as JSON; - prints it.", callback=file_to_write)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report as one HTML file.", callback=file_to_write)
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option(help="Write the findings as SARIF 2.1.0.", callback=file_to_write)
    ] = None,
    all_statements: Annotated[bool, typer.Option("--all", help="List the supported statements too.")] = False,
) -> None:
    """Check every number of a paper against results and code, or against the paper itself."""
    failing = _failing(fail_on)
    confirmed = load_map(label_map) if label_map else LabelMap()
    report, binding = audit_paper(paper, results, code=code, bibliography=bib, confirmed=confirmed)
    if write_label_map:
        write_map(binding, write_label_map)
    if json_file == _STDOUT:
        typer.echo(report.model_dump_json(indent=1))
    elif json_file:
        write_text(json_file, report.model_dump_json(indent=1))
    if html:
        write_text(html, audit_html(report))
    if sarif:
        write_text(sarif, audit_sarif(report))
    if json_file != _STDOUT:
        _show(report, all_statements)
    if any(statement.verdict in failing for statement in report.statements):
        raise typer.Exit(1)


def _failing(names: str) -> set[Verdict]:
    wanted = [name.strip() for name in names.split(",") if name.strip() not in ("", "never")]
    if unknown := [name for name in wanted if name not in _FAIL]:
        raise UserError(f"--fail-on {unknown[0]}: no such verdict; known: {', '.join(_FAIL)}, never")
    return {_FAIL[name] for name in wanted}


def _show(report: AuditReport, all_statements: bool) -> None:
    counts = report.counts()
    for verdict in ORDER:
        found = report.of(verdict)
        if not found:
            continue
        say(f"{verdict} ({len(found)})", f"bold {_COLOURS[verdict]}")
        if verdict in (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE) or all_statements:
            for statement in found:
                right = f" Right: {statement.expected}." if statement.expected else ""
                text = f"  {place_of(statement)}: {statement.said} ({statement.code})"
                say(text)
                say(f"      {statement.reason}.{right}")
    for note in report.notes:
        say(note, "yellow")
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ORDER)
    say(f"{len(report.statements)} statements: {summary}")
