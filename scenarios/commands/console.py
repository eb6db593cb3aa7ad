"""What every command shares: the screen, and the folder of the runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console()

RUNS = Path("runs")
Out = Annotated[Path, typer.Option("--out", help="Folder that holds the run folders.")]


def place(name: str, path: Path, note: str = "") -> None:
    """A line that says where something lies, when it does."""
    if path.exists():
        out.print(f"{name:<11} {path}" + (f"  ({note})" if note else ""), highlight=False, soft_wrap=True)
