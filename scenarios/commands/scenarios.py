"""The command `scenarios`."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from scenarios.commands.console import Json, print_json, show_table
from scenarios.scenario import FOLDER, load_scenario


def scenarios(as_json: Json = False) -> None:
    """List the scenarios that ship with Colloquium."""
    loaded = {path.stem: load_scenario(path) for path in sorted(FOLDER.glob("*.yaml"))}
    if as_json:
        print_json({name: scenario.model_dump(mode="json", exclude_none=True) for name, scenario in loaded.items()})
        return
    table = Table("scenario", "description", "phases", box=None)
    for name, scenario in loaded.items():
        table.add_row(name, escape(scenario.description), ", ".join(spec.phase for spec in scenario.phases))
    show_table(table)
