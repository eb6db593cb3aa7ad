"""Check the references of any paper against the literature."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from scenarios.commands.console import Json, aside, out, print_json, show_table
from tools.literature import SOURCES, LocalLibrary, build_literature, check_bibliography, read_references
from tools.literature.citation_check import CitationCheck
from tools.project import CONFIGS, cache_folder

_COLOURS = {"exists": "green", "wrong": "yellow", "retracted": "red", "not found": "red", "unknown": "dim"}
_WRONG, _UNCHECKED = 1, 3
"""Exit codes: a reference is wrong, not found or retracted; nothing could be checked."""


def cites(
    paper: Annotated[Path, typer.Argument(help="A .bib, .tex or PDF file.")],
    literature: Annotated[
        str,
        typer.Option(help="Sources to search, separated by commas. The first one that knows a paper identifies it."),
    ] = ",".join((*SOURCES, LocalLibrary.name)),
    bibliography: Annotated[list[Path] | None, typer.Option(help="Additional .bib files for the local source.")] = None,
    minutes: Annotated[
        float, typer.Option(help="Time after which the references that are left stay unchecked.", min=0.01)
    ] = 30.0,
    as_json: Json = False,
) -> None:
    """Check each reference of a paper: whether it exists, is correct, and was retracted.

    Exit code 1 if a reference is wrong, not found or retracted; 3 if none could be checked.
    """
    entries = read_references(paper)
    own = [*(bibliography or []), *sorted((CONFIGS / "literature").glob("*.bib"))]
    sources = [name.strip() for name in literature.split(",") if name.strip()]
    known = build_literature(sources, bib_files=own, cache=cache_folder())
    with Progress(console=Console(stderr=True), transient=True, disable=not out.is_terminal) as progress:
        bar = progress.add_task("references", total=len(entries.records))
        checks = asyncio.run(
            check_bibliography(entries, known, seconds=minutes * 60, on_checked=lambda: progress.advance(bar))
        )
    counts = Counter(check.verdict for check in checks)
    if as_json:
        print_json({"references": checks, "notes": entries.notes, "counts": counts})
    else:
        table = Table(Column("reference", overflow="fold"), "verdict", "title", "detail", box=None)
        for check, record in zip(checks, entries.records, strict=True):
            verdict = f"[{_COLOURS[check.verdict]}]{check.verdict}[/]"
            table.add_row(escape(check.key), verdict, escape(record.title[:60]), escape(check.detail))
        show_table(table)
        summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        out.print(f"{len(checks)} references: {summary or 'none found'}", highlight=False)
    for note in (*entries.notes, *_source_notes(checks)):
        aside(note)
    if counts["retracted"] or counts["not found"] or counts["wrong"]:
        raise typer.Exit(_WRONG)
    if checks and counts["unknown"] == len(checks):
        aside("No reference could be checked.")
        raise typer.Exit(_UNCHECKED)


def _source_notes(checks: Sequence[CitationCheck]) -> list[str]:
    """Return one line for each source that did not answer: how often, and its first reason."""
    times = Counter(name for check in checks for name in check.unanswered)
    reasons = {name: reason for check in reversed(checks) for name, reason in check.unanswered.items()}
    return [
        f"{name} did not answer for {count} of {len(checks)} references: {reasons[name]}"
        for name, count in times.items()
    ]
