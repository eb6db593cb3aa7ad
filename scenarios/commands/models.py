"""List the models configs, or try the models of one."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from agents.models import known_configs, load_models_config
from agents.models.check import ModelCheck, check_model
from agents.models.config import ModelSpec
from agents.models.providers import PROVIDERS
from scenarios.commands.console import Json, out, print_json, show_table

app = typer.Typer(help="List the models configs, or try the models of one.", invoke_without_command=True)


@app.callback()
def models(context: typer.Context, as_json: Json = False) -> None:
    """List the models configs that come with Colloquium."""
    if context.invoked_subcommand:
        return
    descriptions = {name: load_models_config(name).description for name in known_configs()}
    if as_json:
        print_json(descriptions)
        return
    table = Table("config", "description", box=None)
    for name, description in descriptions.items():
        table.add_row(name, escape(description))
    show_table(table)


@app.command("check")
def check(
    config: Annotated[str, typer.Argument(help="Models config: a name in configs/models/ or a file.")],
    caching: Annotated[
        bool, typer.Option("--caching", help="Test the prompt cache too: two calls of about 2,500 tokens each.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make one small call to each model of a config and report what it can do. Exit code 1 if one cannot be used."""
    loaded = load_models_config(config)
    remote = {name: spec for name, spec in loaded.models.items() if PROVIDERS[spec.provider].remote}
    if not remote:
        out.print(f"{loaded.name} has no model behind a server, so there is nothing to check.", highlight=False)
        return
    checks = dict(zip(remote, asyncio.run(_checks(list(remote.values()), caching)), strict=True))
    if as_json:
        print_json(checks)
        if not all(_is_usable(found) for found in checks.values()):
            raise typer.Exit(1)
        return
    table = Table("model", "seconds", "tools", "arguments", "vision", "cache", "token counts", "price", box=None)
    for name, found in checks.items():
        table.add_row(name, *([_mark(False, "failed")] if found.error else _cells(remote[name], found)))
    show_table(table, optional=("cache", "vision", "arguments"))
    for name, found in checks.items():
        for line in _advice(remote[name], found):
            out.print(f"{name}: {escape(line)}", highlight=False)
    if not all(_is_usable(found) for found in checks.values()):
        raise typer.Exit(1)


async def _checks(specs: list[ModelSpec], caching: bool) -> list[ModelCheck]:
    return await asyncio.gather(*(check_model(spec, caching=caching) for spec in specs))


def _is_usable(found: ModelCheck) -> bool:
    return not found.error and bool(found.calls_tools) and found.sees_images is not False


def _cells(spec: ModelSpec, found: ModelCheck) -> list[str]:
    return [
        f"{found.seconds:.1f}",
        "as text" if found.calls_as_text and found.calls_tools else _mark(found.calls_tools),
        _mark(found.nested_arguments),
        _mark(found.sees_images) if spec.capabilities.vision else "off",
        "not tested" if found.cached_share is None else f"{found.cached_share:.0%}",
        "sent" if found.counts_tokens else "estimated",
        "none" if found.dollars is None else f"${found.dollars:.4f}",
    ]


def _mark(held: bool | None, otherwise: str = "no") -> str:
    return "" if held is None else "yes" if held else f"[red]{otherwise}[/red]"


def _advice(spec: ModelSpec, found: ModelCheck) -> list[str]:
    if found.error:
        return [found.error]
    lines = []
    if not found.calls_tools:
        lines.append("it called no tool; roles with tools need a model and a server that support tool calls")
    elif found.calls_as_text:
        lines.append("its tool calls came as text; start the server with a parser for them, to be safe")
    if found.sees_images is False:
        lines.append("it did not see the picture; set `capabilities: {vision: false}`, or choose another model")
    if found.dollars is None:
        lines.append("it has no price, so no budget in dollars can be set; a free model has the price 0")
    elif spec.price and spec.price.cached_input is None and (found.cached_share or 0) > 0:
        lines.append("its cache works, but `price` has no `cached_input`, so costs are overestimated")
    return lines
