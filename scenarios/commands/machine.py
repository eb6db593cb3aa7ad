"""What a run needs of this machine."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from scenarios.commands.console import out
from scenarios.doctor import check_machine
from scenarios.plan import make_plan
from scenarios.scenario import find_scenario, load_scenario


def doctor(
    scenario: Annotated[str, typer.Argument(help="Check for this scenario; for everything when left out.")] = "",
) -> None:
    """Check what a run needs of this machine, and say what mends what is missing."""
    plan = make_plan(load_scenario(find_scenario(scenario))) if scenario else None
    checks = asyncio.run(check_machine(plan))
    for check in checks:
        mark = "[green]ok[/green]     " if check.ok else "[red]missing[/red]"
        out.print(f"{mark} {check.name}: {check.detail}" + ("" if check.ok else f". {check.remedy}"), highlight=False)
    if not all(check.ok for check in checks):
        raise typer.Exit(2)
