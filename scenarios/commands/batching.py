"""Ideas × templates × models, side by side."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from scenarios.batches.cluster import Cluster
from scenarios.batches.ideas import BatchSpec, open_batch
from scenarios.batches.play import play_batch
from scenarios.batches.processes import Processes
from scenarios.batches.task import Executor
from scenarios.commands.console import out, place
from scenarios.run_group import INTERRUPTED
from scenarios.scenario import find_scenario, load_scenario, parse_overrides
from scenarios.views.batch import BatchProgress
from scenarios.views.table import render_table, table_of
from scenarios.warm_start import read_ideas
from tools.errors import UserError
from tools.sandbox.hardware import gpu_ids


def batch(
    scenario: Annotated[str, typer.Argument(help="A scenario's name or file, one that begins with ideation.")],
    templates: Annotated[str, typer.Option(help="Templates, with commas; the scenario's by default.")] = "",
    models: Annotated[str, typer.Option(help="Models configs, with commas; the scenario's by default.")] = "",
    ideas: Annotated[int, typer.Option(help="Ideas for each template and models config.", min=1)] = 2,
    idea: Annotated[str, typer.Option(help="JSON file of ideas to try, instead of ideas of each one's own.")] = "",
    profile: Annotated[str, typer.Option(help="The profile of every template; each one's default otherwise.")] = "",
    jobs: Annotated[int, typer.Option(help="Runs at once.", min=1, max=1000)] = 2,
    gpus: Annotated[
        int,
        typer.Option(
            help="Graphics processors to deal out; all of this machine by default.", min=-1, show_default=False
        ),
    ] = -1,
    executor: Annotated[
        Literal["processes", "ray"], typer.Option(help="Processes of this machine, or a Ray cluster.")
    ] = "processes",
    address: Annotated[
        str, typer.Option(help="The Ray cluster's address, or auto; one on this machine by default.")
    ] = "",
    retries: Annotated[int, typer.Option(help="How often a run is taken up again whose process was lost.", min=0)] = 3,
    budget: Annotated[
        float, typer.Option(help="Dollars at most for the whole batch.", min=-1, show_default=False)
    ] = -1,
    settings: Annotated[list[str] | None, typer.Option("--set", help="Override: key=value, like seed=1.")] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the batch; asked again, it goes on.")
    ] = None,
) -> None:
    """Try ideas on several templates and models, side by side: each idea is a run of its own, and one that fails stops no
    other. Asked again, the batch goes on where it was."""
    loaded = load_scenario(find_scenario(scenario), parse_overrides(settings or []))
    folder = out_folder or Path("runs") / f"batch-{loaded.name}"
    spec = BatchSpec(
        templates=_listed(templates) or [loaded.template],
        models=_listed(models) or [loaded.models],
        ideas=len(read_ideas(Path(idea))) if idea else ideas,
        profile=profile,
        given=str(Path(idea).resolve()) if idea else "",
    )
    opened = open_batch(folder, loaded, spec)
    runs = _executor(executor, jobs, address, gpus)

    async def played() -> None:
        async with BatchProgress(opened, out) as progress:
            await play_batch(opened, runs, retries=retries, dollars=budget if budget >= 0 else None, told=progress.told)
        out.print(progress.table())

    asyncio.run(played())
    lines = table_of(sorted(path.parent for path in folder.glob("*/summary.json")))
    if lines:
        typer.echo("\n" + render_table(lines, "markdown"), nl=False)
    place("batch", folder, f"python run.py table --out {folder} --plot scores.pdf")
    if not all(row.ended for row in opened.rows):
        out.print("Not all of it is done; the same command goes on with it.", highlight=False)
        raise typer.Exit(INTERRUPTED if any(row.state in ("interrupted", "waiting") for row in opened.rows) else 3)
    if any(row.state in ("failed", "given up") for row in opened.rows):
        raise typer.Exit(1)


def _executor(kind: str, jobs: int, address: str, gpus: int) -> Executor:
    if kind == "ray":
        return Cluster(jobs, address)
    if address:
        raise UserError("--address goes with --executor ray")
    there = gpu_ids() if gpus < 0 else [str(number) for number in range(gpus)]
    return Processes(jobs, there)


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
