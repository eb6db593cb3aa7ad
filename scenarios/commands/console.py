"""What all commands share: the console and common options."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from scenarios.doctor import Check

out = Console()

RUNS = Path("runs")
Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        help="Folder that adds roles, tools, phases, policies, sources, forms, rules or checks; docs/extending.md."
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Folder that holds the run folders.")]


def place(name: str, path: Path, note: str = "") -> None:
    """Print a line with the path of something, if it exists."""
    if path.exists():
        out.print(f"{name:<11} {path}" + (f"  ({note})" if note else ""), highlight=False, soft_wrap=True)


def show_checks(checks: Iterable[Check]) -> bool:
    """Print one line per check, with the remedy of a failed one. Return True if all passed."""
    whole = True
    for check in checks:
        whole = whole and check.ok
        mark = "[green]ok[/green]     " if check.ok else "[red]missing[/red]"
        remedy = "" if check.ok else f". {check.remedy}"
        out.print(f"{mark} {escape(f'{check.name}: {check.detail}{remedy}')}", highlight=False, soft_wrap=True)
    return whole
