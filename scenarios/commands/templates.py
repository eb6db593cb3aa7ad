"""List the research templates, write a new one, or check one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from scenarios.commands.console import Json, aside, print_json, say, show_checks, show_table
from scenarios.doctor import Check, packages_check
from scenarios.template_check import check_template
from tools.experiments.template import Template, load_template, template_names, write_new_template
from tools.project import TEMPLATES, command_line
from tools.requirements import MissingPackagesError
from tools.sandbox import open_sandbox

app = typer.Typer(help="List the research templates, write a new one, or check one.", invoke_without_command=True)


@app.callback()
def templates(context: typer.Context, as_json: Json = False) -> None:
    """List the research templates that ship with Colloquium."""
    if context.invoked_subcommand:
        return
    loaded = [load_template(name, TEMPLATES) for name in template_names(TEMPLATES)]
    if as_json:
        print_json([_data(template) for template in loaded])
        return
    table = Table("template", "title", "profiles", "metrics", box=None)
    for template in loaded:
        row = (template.name, template.title, ", ".join(template.profiles), ", ".join(template.metrics))
        table.add_row(*map(escape, row))
    show_table(table)


def _data(template: Template) -> dict[str, object]:
    return {
        "name": template.name,
        "title": template.title,
        "description": template.description,
        "folder": template.folder,
        "profiles": list(template.profiles),
        "default_profile": template.default_profile,
        "metrics": {name: metric.model_dump(mode="json") for name, metric in template.metrics.items()},
    }


@app.command()
def check(
    folder: Annotated[str, typer.Argument(help="Template: a folder, or a name that ships with Colloquium.")],
    profile: Annotated[
        str, typer.Option(help="Profile to run. Default: smoke if it exists, else the template's default.")
    ] = "",
    sandbox: Annotated[
        str, typer.Option(help="auto, docker, bubblewrap, or none (no isolation, at your own risk).")
    ] = "auto",
    as_json: Json = False,
) -> None:
    """Check a template: its files, one unchanged run, its figures."""
    template = load_template(folder, TEMPLATES)
    chosen = profile or ("smoke" if "smoke" in template.profiles else "")
    template.profile(chosen)
    aside(f"{template.name}: running experiment.py, profile {chosen or template.default_profile or '(none)'} …")

    async def checked() -> list[Check]:
        try:
            place = await open_sandbox(sandbox, requirements=template.requirements, report=aside)
        except MissingPackagesError as error:
            return [packages_check(template, error)]
        return await check_template(template, chosen, place)

    checks = asyncio.run(checked())
    if as_json:
        print_json(checks)
    else:
        show_checks(checks)
    if not all(check.ok for check in checks):
        raise typer.Exit(2)


@app.command("new")
def new_template(
    folder: Annotated[Path, typer.Argument(help="Folder of the new template; its last part is the template's name.")],
) -> None:
    """Write a small, complete template to start from: experiment, evaluation, figures, metrics and an idea."""
    for name in write_new_template(folder, TEMPLATES):
        say(f"  {folder / name}")
    say(f"It runs unchanged. Replace its experiment with yours, then run: {command_line('templates', 'check', folder)}")
