"""The command `ideas`: list ideas with scores and outcomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Column, Table

from scenarios.commands.console import RUNS, Runs, out, show_table
from tools.errors import UserError
from tools.ideas import IdeaOutcome, StoredIdea, outcome_of, read_archive
from tools.run_dir import RunDir, find_run

Order = Literal["archive", "score", "interestingness", "feasibility", "novelty"]


def ideas(
    of: Annotated[
        str, typer.Argument(help="Run folder, (part of) its name, or last; or a file of ideas.", metavar="RUN|FILE")
    ] = "last",
    sort: Annotated[Order, typer.Option(help="Order: as in the archive, or highest value first.")] = "archive",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the ideas as JSON, to edit and launch with --idea FILE.")
    ] = False,
    studied: Annotated[bool, typer.Option("--studied", help="Only ideas with an outcome.")] = False,
    out_folder: Runs = RUNS,
) -> None:
    """List the ideas of a run or a file, with scores from 1 to 10 and outcomes."""
    path = Path(of) if Path(of).is_file() else RunDir(find_run(of, out_folder)).archive_file
    entries = [entry for entry in read_archive(path) if not studied or "outcome" in entry]
    if not entries:
        raise UserError(f"{path}: it contains no idea yet")
    if sort != "archive":
        entries = sorted(entries, key=lambda entry: -_rank(entry, sort))
    if as_json:
        typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    table = Table(Column("idea", no_wrap=True), "title", "I", "F", "N", "novel", "outcome", box=None)
    for entry in entries:
        table.add_row(*map(escape, _cells(entry)))
    show_table(table, optional=("title", "outcome"))
    out.print("\nI, F, N: interestingness, feasibility and novelty, scored by the role that proposed the idea.")


def _cells(entry: StoredIdea) -> list[str]:
    scores = [str(entry.get(key, "")) for key in ("Interestingness", "Feasibility", "Novelty")]
    novel = {True: "yes", False: "no"}.get(entry.get("novel", ""), "")
    outcome = outcome_of(entry)
    parent = f"follows from {entry['follows_from']}" if entry.get("follows_from") else ""
    came = "; ".join(filter(None, [str(outcome or ""), parent]))
    return [entry["Name"], str(entry.get("Title", "")), *scores, novel, came]


def _rank(entry: StoredIdea, order: Order) -> float:
    if order == "score":
        return (outcome_of(entry) or IdeaOutcome()).score or 0.0
    value = entry.get(order.capitalize(), 0)
    return float(value) if isinstance(value, int | float) else 0.0
