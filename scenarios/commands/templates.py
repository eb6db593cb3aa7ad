"""List the research templates, write a new one, or check one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from scenarios.commands.console import out, show_checks
from scenarios.doctor import packages_check
from scenarios.template_check import check_template
from tools.experiments.requirements import MissingPackagesError
from tools.experiments.template import load_template, template_names, write_new_template
from tools.project import TEMPLATES
from tools.sandbox import open_sandbox

app = typer.Typer(help="List the research templates, write a new one, or check one.", invoke_without_command=True)


@app.callback()
def templates(context: typer.Context) -> None:
    """List the research templates that ship with Colloquium."""
    if context.invoked_subcommand:
        return
    table = Table("template", "title", "profiles", "metrics", box=None)
    for name in template_names(TEMPLATES):
        template = load_template(name, TEMPLATES)
        table.add_row(name, template.title, ", ".join(template.profiles), ", ".join(template.metrics))
    out.print(table)


@app.command()
def check(
    folder: Annotated[str, typer.Argument(help="Template: a folder, or a name that ships with Colloquium.")],
    profile: Annotated[
        str, typer.Option(help="Profile to run. Default: smoke if it exists, else the template's default.")
    ] = "",
    sandbox: Annotated[
        str, typer.Option(help="auto, docker, bubblewrap, or none (no isolation, at your own risk).")
    ] = "auto",
) -> None:
    """Check a template: its files, one unchanged run, its figures."""
    template = load_template(folder, TEMPLATES)
    chosen = profile or ("smoke" if "smoke" in template.profiles else "")
    template.profile(chosen)
    out.print(f"{template.name}: running experiment.py, profile {chosen or template.default_profile or '(none)'} …")

    async def checked() -> bool:
        try:
            place = await open_sandbox(sandbox, requirements=template.requirements, report=out.print)
        except MissingPackagesError as error:
            return show_checks([packages_check(template, error)])
        return show_checks(await check_template(template, chosen, place))

    if not asyncio.run(checked()):
        raise typer.Exit(2)


@app.command("new")
def new_template(
    folder: Annotated[Path, typer.Argument(help="Folder of the new template; its last part is the template's name.")],
) -> None:
    """Write a small, complete template to start from: experiment, evaluation, figures, metrics and an idea."""
    for name in write_new_template(folder, TEMPLATES):
        out.print(f"  {folder / name}", highlight=False, soft_wrap=True)
    out.print(
        f"It runs unchanged. Replace its experiment with yours, then run: python run.py templates check {folder}",
        highlight=False,
        soft_wrap=True,
    )
