"""Colloquium's command line."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.markup import escape

from scenarios.commands import (
    batching,
    bench_reviewer,
    citing,
    ideas,
    launching,
    machine,
    reviewing,
    roles,
    runs,
    scenarios,
    spending,
    templates,
)
from tools.errors import ColloquiumError, UserError

app = typer.Typer(
    help="The AI Scientist as a research group of agents: launch a scenario, inspect its transcript, add roles, "
    "run a review panel.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(launching.launch)
app.command()(batching.batch)
app.command()(launching.resume)
app.command()(reviewing.review)
app.command()(launching.chat)
app.command()(runs.transcript)
app.command("list")(runs.list_runs)
app.command()(runs.table)
app.command()(spending.cost)
app.command()(spending.estimate)
app.command()(bench_reviewer.bench_reviewer)
app.command()(ideas.ideas)
app.add_typer(roles.app, name="roles")
app.command()(scenarios.scenarios)
app.add_typer(templates.app, name="templates")
app.command()(citing.cites)
app.command()(machine.doctor)


def main() -> None:
    """Run a command; a mistake of the user's is one clear message and exit code 2."""
    try:
        app()
    except UserError as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}[/red]", highlight=False, soft_wrap=True)
        sys.exit(2)
    except ColloquiumError as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}[/red]", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
