"""List the roles, or write a new role card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from agents.role_card import ROLES, load_roles, write_new_card
from scenarios.commands.console import Json, Plugins, out, print_json, say, show_table
from scenarios.plugins import load_plugins
from tools.project import is_checkout
from tools.toolsets.registry import tool_names

app = typer.Typer(help="List the roles, or write a new role card.", invoke_without_command=True)


@app.callback()
def roles(
    context: typer.Context,
    folder: Annotated[list[Path] | None, typer.Option("--roles", help="Folder with your role cards.")] = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """List the roles and the tools that a card can name."""
    if context.invoked_subcommand:
        return
    table = Table("role", "description", "tools", box=None)
    loaded = load_plugins(plugins or [])
    tools = tool_names(loaded.toolsets)
    cards = load_roles([ROLES, *loaded.subfolders("roles"), *(folder or [])], tools)
    if as_json:
        print_json({"roles": [card.model_dump(mode="json") for card in cards.values()], "tools": tools})
        return
    for card in cards.values():
        table.add_row(card.name, escape(card.description), ", ".join(card.tools))
    show_table(table)
    out.print(f"\nTools that a card can name: {', '.join(tools)}", highlight=False)


@app.command("new")
def new_role(
    name: Annotated[str, typer.Argument(help="Name of the role: lowercase letters, digits, underscores.")],
    folder: Annotated[
        Path | None,
        typer.Option("--roles", help="Folder to write the card into [default: agents/roles; if installed, roles]."),
    ] = None,
) -> None:
    """Write a role card to start from."""
    path = write_new_card(name, folder or (ROLES if is_checkout() else Path("roles")))
    say(f"Wrote {path}. Describe the role in it, then add its name to the participants of a phase.")
