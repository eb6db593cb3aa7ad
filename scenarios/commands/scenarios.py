"""The command `scenarios`."""

from __future__ import annotations

from rich.table import Table

from scenarios.commands.console import out
from scenarios.scenario import FOLDER, load_scenario


def scenarios() -> None:
    """List the scenarios that ship with Colloquium."""
    table = Table("scenario", "description", "phases", box=None)
    for path in sorted(FOLDER.glob("*.yaml")):
        scenario = load_scenario(path)
        table.add_row(path.stem, scenario.description, ", ".join(spec.phase for spec in scenario.phases))
    out.print(table)
