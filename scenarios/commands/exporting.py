"""The command `export`: a run in the format of another program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.commands.console import RUNS, Runs, place
from scenarios.exports import EXPORTS, ExportFormat
from scenarios.viewer.library import FoundRun, OpenRun
from tools.errors import UserError, nearest
from tools.run_dir import find_run


def export(
    run: Annotated[str, typer.Argument(help="Run folder, (part of) its name, or last.")] = "last",
    format: Annotated[str, typer.Option(help=f"{', '.join(ExportFormat)}.")] = "",
    to: Annotated[Path | None, typer.Option(help="File or folder to write. Default: named after the run.")] = None,
    out_folder: Runs = RUNS,
) -> None:
    """Write a run for OpenTelemetry, Inspect, MLflow, Weights & Biases, or an archive."""
    if format not in set(ExportFormat):
        raise UserError(f"--format {format!r}: {nearest(format, ExportFormat)}")
    end, write = EXPORTS[ExportFormat(format)]
    folder = find_run(run, out_folder)
    opened = OpenRun(FoundRun(folder.resolve().name, folder))
    opened.refresh()
    target = to or Path(f"{opened.id}{end}")
    try:
        write(opened, target)
    except OSError as error:
        raise UserError(f"--to {target}: {error.strerror}") from None
    place("exported", target)
