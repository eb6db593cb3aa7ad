"""The batch command, and what the commands share that run a batch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from scenarios.batches.engine import Batch, run_batch
from scenarios.batches.executors import LocalProcesses
from scenarios.batches.ideas import BatchSpec, open_batch
from scenarios.batches.job import BatchJob, Executor
from scenarios.batches.ray_executor import RayExecutor
from scenarios.commands.console import RUNS, out, place, show_table
from scenarios.run_group import INTERRUPTED
from scenarios.scenario import find_scenario, load_scenario, parse_overrides
from scenarios.views.batch import BatchProgress
from scenarios.views.table import render_table, table_of
from scenarios.warm_start import read_ideas
from tools.errors import UserError
from tools.project import command_line
from tools.run_dir import RunStatus, list_runs
from tools.sandbox.hardware import gpu_ids


def batch(
    scenario: Annotated[str, typer.Argument(help="Name or file of a scenario that begins with ideation.")],
    templates: Annotated[str, typer.Option(help="Templates, separated by commas [default: the scenario's].")] = "",
    models: Annotated[str, typer.Option(help="Models configs, separated by commas [default: the scenario's].")] = "",
    ideas: Annotated[int, typer.Option(help="Ideas for each template and models config.", min=1)] = 2,
    idea: Annotated[str, typer.Option(help="JSON file with ideas to try instead of proposing some.")] = "",
    profile: Annotated[str, typer.Option(help="Profile of every template [default: each template's own].")] = "",
    jobs: Annotated[int, typer.Option(help="Number of runs at once.", min=1, max=1000)] = 2,
    gpus: Annotated[int | None, typer.Option(help="Number of GPUs to assign to runs [default: all].", min=0)] = None,
    executor: Annotated[
        Literal["processes", "ray"], typer.Option(help="Processes of this machine, or a Ray cluster.")
    ] = "processes",
    address: Annotated[
        str, typer.Option(help="Address of the Ray cluster, or auto [default: a new one on this machine].")
    ] = "",
    retries: Annotated[int, typer.Option(help="How many times to restart a run whose process died.", min=0)] = 3,
    budget: Annotated[float | None, typer.Option(help="Limit of the whole batch in dollars.", min=0)] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="Override: key=value, like seed=1.")] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the batch; an existing batch resumes.")
    ] = None,
) -> None:
    """Try ideas on several templates and models configs in parallel.

    Each idea is a run of its own, and a failed run stops no other. The same command resumes an unfinished batch.
    """
    loaded = load_scenario(find_scenario(scenario), parse_overrides(settings or []))
    folder = out_folder or RUNS / f"batch-{loaded.name}"
    spec = BatchSpec(
        templates=_names(templates) or [loaded.template],
        models=_names(models) or [loaded.models],
        ideas=len(read_ideas(Path(idea))) if idea else ideas,
        profile=profile,
        given=str(Path(idea).resolve()) if idea else "",
    )
    opened = open_batch(folder, loaded, spec)
    run_shown(opened, _executor(executor, jobs, address, gpus), retries, budget)
    lines = table_of(list_runs(folder))
    if lines:
        typer.echo("\n" + render_table(lines, "markdown"), nl=False)
    place("batch", folder, command_line("table", "--out", folder, "--plot", "scores.pdf"))
    close_batch(opened.jobs)


def run_shown(batch: Batch, executor: Executor, retries: int, dollars: float | None) -> None:
    """Run a batch with its progress on screen, and print its table."""

    async def run() -> None:
        async with BatchProgress(batch, out) as progress:
            await run_batch(batch, executor, retries=retries, dollars=dollars, on_change=progress.changed)
        out.print()
        show_table(progress.table(), optional=("spread", "minutes", "phase"))

    asyncio.run(run())


def unfinished(jobs: Sequence[BatchJob]) -> list[BatchJob]:
    """Return the jobs that the same command resumes."""
    return [job for job in jobs if job.status not in (RunStatus.FINISHED, RunStatus.FAILED)]


def close_batch(jobs: Sequence[BatchJob]) -> None:
    """Print why jobs failed and what is unfinished, and exit accordingly.

    Raises:
        typer.Exit: 130 after an interrupt, 3 if jobs are paused, 1 if jobs failed.
    """
    status = Counter(job.status for job in jobs)
    for job in jobs:
        if job.status is RunStatus.FAILED:
            out.print(f"failed: {job.name}: {job.reason}", highlight=False, markup=False, soft_wrap=True)
    if rest := unfinished(jobs):
        out.print(f"{len(rest)} of {len(jobs)} jobs are unfinished; run the same command to resume.", highlight=False)
        raise typer.Exit(INTERRUPTED if status[RunStatus.INTERRUPTED] or status[RunStatus.PENDING] else 3)
    if status[RunStatus.FAILED]:
        raise typer.Exit(1)


def _executor(kind: str, jobs: int, address: str, gpus: int | None) -> Executor:
    if kind == "ray":
        return RayExecutor(jobs, address)
    if address:
        raise UserError("--address requires --executor ray")
    return LocalProcesses(jobs, gpu_ids() if gpus is None else [str(number) for number in range(gpus)])


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
