"""Check the references of any paper against the literature."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from scenarios.commands.console import out
from scenarios.resolved_scenario import cache_folder
from tools.literature import SOURCES, LocalLibrary, build_literature, check_bibliography, read_references
from tools.project import CONFIGS

_COLOURS = {"exists": "green", "wrong": "yellow", "retracted": "red", "not found": "red", "unknown": "dim"}


def cites(
    paper: Annotated[Path, typer.Argument(help="A .bib, .tex or PDF file.")],
    literature: Annotated[
        str,
        typer.Option(help="Sources to search, separated by commas. The first one that knows a paper identifies it."),
    ] = ",".join((*SOURCES, LocalLibrary.name)),
    bibliography: Annotated[list[Path] | None, typer.Option(help="Additional .bib files for the local source.")] = None,
) -> None:
    """Check each reference of a paper: whether it exists, is correct, and was retracted."""
    entries = read_references(paper)
    own = [*(bibliography or []), *sorted((CONFIGS / "literature").glob("*.bib"))]
    sources = [name.strip() for name in literature.split(",") if name.strip()]
    known = build_literature(sources, bib_files=own, cache=cache_folder())
    checks = asyncio.run(check_bibliography(entries, known))
    table = Table("reference", "verdict", "title", "detail", box=None)
    for check, record in zip(checks, entries.records, strict=True):
        table.add_row(check.key, f"[{_COLOURS[check.verdict]}]{check.verdict}[/]", record.title[:60], check.detail)
    out.print(table)
    for note in entries.notes:
        out.print(f"[yellow]{note}[/yellow]", highlight=False, soft_wrap=True)
    counts = Counter(check.verdict for check in checks)
    summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    out.print(f"{len(checks)} references: {summary or 'none found'}", highlight=False)
    if counts["retracted"] or counts["not found"] or counts["wrong"]:
        raise typer.Exit(1)
