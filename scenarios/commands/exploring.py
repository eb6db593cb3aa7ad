"""Commands that look into runs: search their transcripts, compare them, show what changed between experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Column, Table

from scenarios.commands.console import RUNS, Json, Runs, aside, out, print_json, show_table
from scenarios.viewer.library import find_runs_below
from scenarios.views.run_comparison import compare_runs
from scenarios.views.search import TranscriptHit, search_run
from scenarios.views.transcript import EntryFilter
from tools.errors import UserError, nearest
from tools.experiments.workspace import Workspace
from tools.run_dir import IdeaDir, RunDir, find_run


def search(
    text: Annotated[str, typer.Argument(help="Text to look for, in any case.")],
    runs: Annotated[list[str] | None, typer.Argument(help="Runs or folders of runs. Default: all.")] = None,
    phase: Annotated[str, typer.Option(help="Only this phase.")] = "",
    agent: Annotated[str, typer.Option(help="Only this agent.")] = "",
    tools: Annotated[bool, typer.Option("--tools", help="Also search tool calls and their results.")] = False,
    since: Annotated[str, typer.Option(help="Only from this time (UTC), like 9:30 or 2026-11-29.")] = "",
    limit: Annotated[int, typer.Option(help="The most hits of a run.", min=1)] = 20,
    as_json: Json = False,
    out_folder: Runs = RUNS,
) -> None:
    """Search the transcripts of runs. Exit code 1 if nothing is found."""
    if not text.strip():
        raise UserError("nothing to search for: give a text, like: search 'learning rate'")
    wanted = EntryFilter(phase, agent, tools, since)
    hits: list[TranscriptHit] = []
    for folder in _folders(runs or [], out_folder):
        try:
            hits += search_run(folder, text, wanted, limit)
        except (UserError, OSError) as error:  # one damaged run must not hide the others
            aside(f"{folder.name}: {error}")
    if as_json:
        print_json(hits)
    for hit in hits if not as_json else ():
        who = f"[{hit.entry.phase}] {hit.entry.agent}" + (f" > {hit.entry.tool}" if hit.entry.tool else "")
        out.print(
            f"[cyan]{escape(hit.run)}[/cyan] {hit.entry.time[11:19]} {escape(who)}: {escape(hit.excerpt)}",
            highlight=False,
            soft_wrap=True,
        )
    if not hits:
        aside(f"{text!r} is in no transcript" + ("" if tools else "; --tools also searches tool calls"))
        raise typer.Exit(1)


def diff(
    run: Annotated[str, typer.Argument(help="Run folder, (part of) its name, or last.")],
    one: Annotated[str, typer.Argument(help="An experiment run, like run_1.")],
    other: Annotated[str, typer.Argument(help="Another one, like run_2.")],
    idea: Annotated[str, typer.Option(help="The idea, if the run has several.")] = "",
    out_folder: Runs = RUNS,
) -> None:
    """Show what changed in the code between two experiment runs of an idea, as a unified diff."""
    folder = _idea(RunDir(find_run(run, out_folder)), idea)
    if not folder.work.is_dir():
        raise UserError(f"{folder.root}: it has no experiments, so there is no code to compare")
    workspace = Workspace(folder.root)
    tags = workspace.tags()
    for name in (one, other):
        if name not in tags:
            raise UserError(f"{folder.name}: no experiment run {name}; {nearest(name, tags)}")
    changes = workspace.difference(one, other, folder.work.name)
    if not changes:
        aside(f"{one} and {other} have the same code")
    elif out.is_terminal:
        out.print(Syntax(changes, "diff", background_color="default"))
    else:
        typer.echo(changes)


def compare(
    runs: Annotated[list[str], typer.Argument(help="Two or more runs: folders, (parts of) names, or last.")],
    as_json: Json = False,
    out_folder: Runs = RUNS,
) -> None:
    """Show runs side by side: outcomes, and the settings in which they differ."""
    if len(runs) < 2:
        raise UserError(f"compare: one run ({runs[0]}) is nothing to compare; name at least two")
    compared = compare_runs([find_run(run, out_folder) for run in runs])
    if as_json:
        print_json(compared)
        return
    table = Table("", *(Column(escape(name), overflow="fold") for name in compared.runs), box=None)
    for part in (compared.outcomes, compared.settings):
        for key, values in part.items():
            table.add_row(f"[bold]{escape(key)}[/bold]", *map(escape, values))
        table.add_row()
    show_table(table)
    if not compared.settings:
        out.print("They were launched with the same settings.")


def _folders(names: list[str], runs: Path) -> list[Path]:
    places = [Path(name) if Path(name).is_dir() else find_run(name, runs) for name in names] or [runs]
    return [found.folder for place in places if place.is_dir() for found in reversed(find_runs_below(place))]


def _idea(run: RunDir, name: str) -> IdeaDir:
    ideas = run.ideas()
    if not ideas:
        raise UserError(f"{run.root}: it has no idea yet")
    chosen = [idea for idea in ideas if idea.name == name] if name else ideas
    if len(chosen) != 1:
        what = (
            f"--idea {name}: not in {run.root}"
            if name
            else f"{run.root} has {len(ideas)} ideas: choose one with --idea"
        )
        raise UserError(f"{what}; {nearest(name, [idea.name for idea in ideas])}")
    return chosen[0]
