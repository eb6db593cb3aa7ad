"""What a run needs of this machine."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from scenarios.commands.console import out, show_checks
from scenarios.doctor import check_machine
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import find_scenario, load_scenario


def doctor(
    scenario: Annotated[str, typer.Argument(help="Check for this scenario; for everything when left out.")] = "",
    template: Annotated[str, typer.Option(help="Check for this research template: a name or a folder.")] = "",
) -> None:
    """Check what a run needs of this machine, and say what mends what is missing."""
    given = {"template": template, "profile": ""} if template else {}
    resolved = (
        resolve_scenario(load_scenario(find_scenario(scenario or "quickstart"), given))
        if scenario or template
        else None
    )
    checks = asyncio.run(check_machine(resolved, say=out.print))
    if not show_checks(checks):
        raise typer.Exit(2)
