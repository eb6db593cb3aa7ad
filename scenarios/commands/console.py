"""What all commands share: the console and common options."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from agents.journal import damaged_lines
from tools.atomic import write_problem
from tools.errors import UserError
from tools.project import cache_folder
from tools.run_dir import VARIABLE, RunDir, find_runs_folder

if TYPE_CHECKING:
    from scenarios.doctor import Check

out = Console()

RUNS = Path("runs")
Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        help="Folder that adds roles, tools, phases, policies, sources, forms, rules or checks; docs/extending.md."
    ),
]


def _new_runs(folder: Path) -> Path:
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen and folder == RUNS else folder


def _known_runs(folder: Path) -> Path:
    if folder != RUNS:
        if not folder.is_dir():
            raise UserError(f"--out {folder}: there is no such folder; check the path")
        return folder
    found = find_runs_folder(RUNS, cache_folder())
    if found != RUNS and VARIABLE not in os.environ:
        aside(f"Runs in {found}")
    return found


def file_to_write(param: typer.CallbackParam, target: Path | None) -> Path | None:
    """Refuse a file that cannot be written before the command works; `-` is the output. Missing folders are made later."""
    if target is not None and target != Path("-"):
        problem = write_problem(target) or ("is a folder; name a file" if target.is_dir() else "")
        if problem:
            raise UserError(f"{param.opts[0]} {target}: {problem}")
    return target


Out = Annotated[
    Path,
    typer.Option("--out", help=f"Folder for the run folders; ${VARIABLE} sets another default.", callback=_new_runs),
]
Runs = Annotated[
    Path,
    typer.Option(
        "--out",
        help=f"Folder of the run folders [default: ${VARIABLE}, or runs here or above, else that of the latest launch].",
        callback=_known_runs,
        show_default=False,
    ),
]


Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(data: object) -> None:
    """Print data as JSON; dataclasses and paths too."""
    typer.echo(to_json(data, indent=2, fallback=str, inf_nan_mode="null").decode())


def say(text: str, style: str = "") -> None:
    """Print text as it is, on one line however long: square brackets in it are no markup."""
    out.print(Text(text, style), soft_wrap=True)


def aside(text: str) -> None:
    """Print a line about what is going on to the error stream, so that the output holds the result alone."""
    typer.echo(text, err=True)


def show_table(table: Table, *, optional: Sequence[str] = ()) -> None:
    """Print a table so that no cell is cut: in a pipe as wide as it is, in a terminal without `optional` columns that do not
    fit, the first of them first.
    """
    if not out.is_terminal and "COLUMNS" not in os.environ:
        wide = Console(width=max(out.width, Measurement.get(out, out.options.update(width=10_000), table).maximum))
        with wide.capture() as text:
            wide.print(table)
        typer.echo("\n".join(line.rstrip() for line in text.get().rstrip("\n").split("\n")))
        return
    left_out = []
    for heading in optional:
        if _narrowest(table) <= out.width:
            break
        if column := next((column for column in table.columns if column.header == heading), None):
            table.columns.remove(column)
            left_out.append(heading)
    out.print(table)
    if left_out:
        out.print(
            f"[dim]Left out at this width: {', '.join(left_out)}. A pipe or --json shows all.[/dim]", highlight=False
        )


def _narrowest(table: Table) -> int:
    """Return the fewest characters in which a table shows every word, and a column that does not wrap as it is."""
    options = out.options.update(width=10_000)
    narrowest = Measurement.get(out, options, table).minimum
    for column in table.columns:
        if column.no_wrap:
            cells = [Measurement.get(out, options, cell) for cell in (column.header, *column.cells)]
            narrowest += max(cell.maximum for cell in cells) - max(cell.minimum for cell in cells)
    return narrowest


def place(name: str, path: Path, note: str = "") -> None:
    """Print a line with the path of something, if it exists."""
    if path.exists():
        say(f"{name:<11} {path}" + (f"  ({note})" if note else ""))


def warn_of_damage(run: Path) -> None:
    """Print on stderr which lines of a run's journal are damaged and therefore not shown."""
    journal = RunDir(run).journal_file
    if lines := damaged_lines(journal):
        shown = ", ".join(map(str, lines[:10])) + (", ..." if len(lines) > 10 else "")
        typer.echo(f"{journal}:{shown}: damaged, so not shown; restore the file from a copy if you have one", err=True)


def show_checks(checks: Iterable[Check]) -> None:
    """Print one line per check, with the remedy of a failed one."""
    for check in checks:
        mark = "[green]ok[/green]     " if check.ok else "[red]missing[/red]"
        remedy = "" if check.ok else f". {check.remedy}"
        out.print(f"{mark} {escape(f'{check.name}: {check.detail}{remedy}')}", highlight=False, soft_wrap=True)
