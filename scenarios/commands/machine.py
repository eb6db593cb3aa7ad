"""The command `doctor`: check prerequisites."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from scenarios.commands.console import Json, aside, print_json, show_checks
from scenarios.doctor import check_machine
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import find_scenario, load_scenario


def doctor(
    scenario: Annotated[str, typer.Argument(help="Scenario to check for. Default: everything.")] = "",
    template: Annotated[str, typer.Option(help="Research template to check for: a name or a folder.")] = "",
    as_json: Json = False,
) -> None:
    """Check prerequisites and print how to fix what is missing."""
    given = {"template": template, "profile": ""} if template else {}
    resolved = (
        resolve_scenario(load_scenario(find_scenario(scenario or "quickstart"), given))
        if scenario or template
        else None
    )
    checks = asyncio.run(check_machine(resolved, say=aside))
    if as_json:
        print_json(checks)
    else:
        show_checks(checks)
    if not all(check.ok for check in checks):
        raise typer.Exit(2)
