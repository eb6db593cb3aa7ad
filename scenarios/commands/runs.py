"""Commands that show runs: list, transcript, table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from scenarios.commands.console import (
    RUNS,
    Json,
    Runs,
    aside,
    file_to_write,
    out,
    print_json,
    show_table,
    warn_of_damage,
)
from scenarios.views.run_row import RunRow, run_row
from scenarios.views.table import draw_scores, render_table, table_of
from scenarios.views.transcript import EntryFilter, entries, follow, render, render_entry
from tools import run_dir
from tools.errors import UserError, nearest
from tools.project import command_line


def transcript(
    run: Annotated[str, typer.Argument(help="Run folder, (part of) its name, or last.")] = "last",
    phase: Annotated[str, typer.Option(help="Only this phase.")] = "",
    agent: Annotated[str, typer.Option(help="Only this agent.")] = "",
    tools: Annotated[bool, typer.Option("--tools", help="Also show tool calls and repeated model calls.")] = False,
    since: Annotated[str, typer.Option(help="Only from this time (UTC), like 9:30 or 2026-11-29T09:30.")] = "",
    following: Annotated[
        bool, typer.Option("--follow", "-f", help="Print what happens until the run stops; as JSON, one event a line.")
    ] = False,
    format: Annotated[str, typer.Option(help="text, markdown or json.")] = "text",
    as_json: Json = False,
    out_folder: Runs = RUNS,
) -> None:
    """Print the transcript of a run."""
    format = "json" if as_json else format
    if format not in ("text", "markdown", "json"):
        raise UserError(f"--format {format!r}: choose text, markdown or json")
    folder = run_dir.find_run(run, out_folder)
    wanted = EntryFilter(phase, agent, tools, since)
    if following:
        for entry in follow(folder, wanted):
            typer.echo(render_entry(entry, format) + ("" if format == "json" else "\n"))  # type: ignore[arg-type]
        return
    found = list(entries(folder, wanted))
    if not found and (phase or agent):
        everything = list(entries(folder, EntryFilter(tools=tools)))
        key = "phase" if phase else "agent"
        known = dict.fromkeys(str(getattr(entry, key)).partition(":")[0] for entry in everything)
        hint = nearest(phase or agent, filter(None, known))
        if (phase or agent).partition(":")[0] not in known:
            raise UserError(f"--{key} {phase or agent}: not in the transcript; {hint}")
    warn_of_damage(folder)
    if not found and format != "json":
        aside("Nothing has happened yet." if not since else f"Nothing has happened since {since} (UTC).")
        return
    typer.echo(render(found, format))  # type: ignore[arg-type]


def list_runs(as_json: Json = False, out_folder: Runs = RUNS) -> None:
    """List the runs with status, ideas, scores, gate and cost."""
    rows = [run_row(folder) for folder in run_dir.list_runs(out_folder)]
    if as_json:
        print_json([_data(row) for row in rows])
        return
    columns = ("run", "status", "phase", "ideas", "scores", "gate", "minutes", "cost")
    table = Table(*(Column(name, no_wrap=name != "status", overflow="fold") for name in columns), box=None)
    for row in rows:
        table.add_row(*map(escape, [row.name, *([f"damaged: {row.damaged}"] if row.damaged else _cells(row))]))
    if rows:
        show_table(table, optional=("ideas", "phase", "minutes", "scores"))
    else:
        out.print(f"No runs yet. Launch one: {command_line('launch', 'quickstart')}", soft_wrap=True)


def _cells(row: RunRow) -> list[str]:
    """Return status, phase, ideas, scores, gate verdicts, minutes and cost of a run."""
    return [
        str(row.end),
        row.phase,
        ", ".join(row.idea_names),
        " ".join(f"{score:g}" for score in row.overall),
        " ".join(row.gates),
        f"{row.seconds / 60:.1f}",
        f"${row.dollars:.2f}",
    ]


def _data(row: RunRow) -> dict[str, object]:
    return {
        "name": row.name,
        "folder": row.folder,
        "status": row.end.status,
        "reason": row.end.reason,
        "damaged": row.damaged,
        "phase": row.phase,
        "seconds": round(row.seconds, 1),
        "dollars": row.dollars,
        "ideas": row.ideas or row.idea_names,
    }


def _readable(folders: Sequence[Path]) -> Iterator[Path]:
    """Yield the runs whose summary can be read, and name the others on stderr: one must not hide the rest."""
    for folder in folders:
        try:
            run_dir.read_summary(folder)
        except (UserError, OSError) as error:
            typer.echo(f"left out: {error}", err=True)
        else:
            yield folder


def table(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Run folders or (parts of) their names. Default: all.")
    ] = None,
    format: Annotated[str, typer.Option(help="markdown, csv, latex or json.")] = "markdown",
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw the scores as violin plots into this PNG, PDF or SVG file.", callback=file_to_write),
    ] = None,
    as_json: Json = False,
    out_folder: Runs = RUNS,
) -> None:
    """Summarize many runs by template and models: novel ideas, experiments, papers, scores, cost."""
    format = "json" if as_json else format
    if format not in ("markdown", "csv", "latex", "json"):
        raise UserError(f"--format {format!r}: choose markdown, csv, latex or json")
    if plot and plot.suffix not in (".png", ".pdf", ".svg"):
        raise UserError(f"--plot {plot}: choose a name that ends in .png, .pdf or .svg")
    folders = [run_dir.find_run(run, out_folder) for run in runs] if runs else run_dir.list_runs(out_folder)
    lines = table_of(_readable(folders))
    if not lines:
        raise UserError(f"no run in {out_folder} has come to an end with a template; launch one, or name another --out")
    typer.echo(render_table(lines, format), nl=False)  # type: ignore[arg-type]
    if plot:
        try:
            plot.parent.mkdir(parents=True, exist_ok=True)
            draw_scores(lines, plot)
        except OSError as error:
            raise UserError(f"--plot {plot}: {error.strerror}") from None
