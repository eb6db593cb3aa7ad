"""Commands that start and resume runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from scenarios.commands.console import RUNS, Out, Plugins, Runs, out, place, say
from scenarios.launch import launch as launch_run
from scenarios.launch import resume as resume_run
from scenarios.resolved_scenario import first_phase_with_idea
from scenarios.run_group import INTERRUPTED
from scenarios.scenario import find_scenario, load_scenario, parse_overrides
from scenarios.views.progress import Progress
from scenarios.warm_start import starting_from
from tools.project import command_line
from tools.run_dir import IdeaDir, IdeaSummary, RunDir, RunEnd, RunStatus, find_run, overall_score, read_summary

_START = "Begin in the middle"


def launch(
    scenario: Annotated[str, typer.Argument(help="Scenario: a name or a file, like quickstart.")],
    template: Annotated[str, typer.Option(help="Research template: a name or a folder.")] = "",
    profile: Annotated[str, typer.Option(help="The template's profile: smoke, cpu, gpu, …")] = "",
    models: Annotated[str, typer.Option(help="Models config: a name in configs/models/ or a file.")] = "",
    sandbox: Annotated[
        str, typer.Option(help="auto, docker, bubblewrap, or none (no isolation, at your own risk).")
    ] = "",
    ideas: Annotated[int | None, typer.Option(help="Number of ideas.", min=1)] = None,
    budget: Annotated[float | None, typer.Option(help="Maximum dollars.", min=0)] = None,
    roles: Annotated[list[Path] | None, typer.Option(help="Folder with your role cards.")] = None,
    plugins: Plugins = None,
    first: Annotated[
        str, typer.Option("--from", help="Start with this phase, like experiments or writeup.", rich_help_panel=_START)
    ] = "",
    idea: Annotated[
        str,
        typer.Option(
            help="JSON file with one idea or a list. With --run, the name of an idea in that run.",
            rich_help_panel=_START,
        ),
    ] = "",
    run: Annotated[
        str, typer.Option(help="Run whose idea to continue: its folder, its name, or last.", rich_help_panel=_START)
    ] = "",
    code: Annotated[str, typer.Option(help="Folder whose files replace the template's.", rich_help_panel=_START)] = "",
    results: Annotated[
        str, typer.Option(help="Folder with run_0, run_1, ... measured elsewhere.", rich_help_panel=_START)
    ] = "",
    draft: Annotated[str, typer.Option(help="A .tex draft, or a folder with one.", rich_help_panel=_START)] = "",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Override a scenario key: key=value, like seed=1 or phases.panel.rounds=2."),
    ] = None,
    name: Annotated[
        str, typer.Option(help="Name of the run folder. Default: date, scenario and a random suffix.")
    ] = "",
    out_folder: Out = RUNS,
) -> None:
    """Launch a scenario. Checks everything it needs before any work."""
    overrides: dict[str, object] = {}
    if run:
        overrides.update(starting_from(find_run(run, out_folder)))
    chosen = "idea" if run and not Path(idea).is_file() else "ideas"
    starts = {chosen: idea, "code": code, "results": results, "draft": draft}
    overrides.update({f"warm_start.{key}": value for key, value in starts.items() if value})
    given = {"template": template, "profile": profile, "models": models, "sandbox.backend": sandbox, "ideas": ideas}
    overrides.update({key: value for key, value in given.items() if value})
    if template and not profile:
        overrides["profile"] = ""
    if budget is not None:
        overrides["budget.dollars"] = budget
    if roles:
        overrides["roles"] = [str(role) for role in roles]
    if plugins:
        overrides["plugins"] = [str(folder) for folder in plugins]
    overrides.update(parse_overrides(settings or []))
    loaded = load_scenario(find_scenario(scenario), overrides)
    if first or (idea and not run):
        loaded = loaded.begun_with(first or first_phase_with_idea(loaded))
    with Progress(out) as progress:
        folder, end = asyncio.run(launch_run(loaded, out_folder, progress, name=name))
    close(folder, end)


def resume(
    run: Annotated[str, typer.Argument(help="Run folder, (part of) its name, or last.")] = "last",
    budget: Annotated[
        float | None, typer.Option(help="New maximum in dollars, including those already spent.", min=0)
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="New budget: key=value, like budget.minutes=90.")
    ] = None,
    out_folder: Runs = RUNS,
) -> None:
    """Resume a run that paused, was interrupted, or was killed."""
    folder = find_run(run, out_folder)
    overrides = parse_overrides(settings or [])
    if budget is not None:
        overrides["budget.dollars"] = budget
    with Progress(out) as progress:
        end = asyncio.run(resume_run(folder, progress, overrides))
    close(folder, end)


def chat(
    role: Annotated[str, typer.Argument(help="Role to talk to; the command `roles` lists them.")],
    template: Annotated[str, typer.Option(help="Research template: a name or a folder.")] = "",
    models: Annotated[str, typer.Option(help="Models config: a name in configs/models/ or a file.")] = "",
    sandbox: Annotated[
        str, typer.Option(help="auto, docker, bubblewrap, or none (no isolation, at your own risk).")
    ] = "",
    roles: Annotated[list[Path] | None, typer.Option(help="Folder with your role cards.")] = None,
    plugins: Plugins = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="Override a scenario key: key=value.")] = None,
    out_folder: Out = RUNS,
) -> None:
    """Talk to one role with its tools. An empty line sends your text; Ctrl-D ends the session; `resume` continues it."""
    given = {
        "template": template,
        "models": models,
        "sandbox.backend": sandbox,
        "roles": [str(r) for r in roles or []],
        "plugins": [str(folder) for folder in plugins or []],
    }
    overrides: dict[str, object] = {key: value for key, value in given.items() if value}
    overrides |= {"phases.chat.participants": ["person", role], **parse_overrides(settings or [])}
    loaded = load_scenario(find_scenario("chat"), overrides)
    with Progress(out) as progress:
        folder, _ = asyncio.run(launch_run(loaded, out_folder, progress))
    place("transcript", RunDir(folder).journal_file, command_line("transcript", folder))
    say(f"Resume: {command_line('resume', folder)}")


def close(folder: Path, end: RunEnd) -> None:
    """Print the status of the run and where its results are."""
    summary = read_summary(folder)
    took = f" after {summary.seconds / 60:.1f} minutes, ${summary.dollars:.2f}" if summary else ""
    out.print(f"\n[bold]{escape(str(end))}[/bold]{took}", highlight=False, soft_wrap=True)
    ideas = summary.ideas if summary else []
    for idea in ideas:
        _close_idea(idea)
    place("transcript", RunDir(folder).journal_file, command_line("transcript", folder))
    place("run folder", folder)
    if end.status is not RunStatus.FINISHED:
        say(f"Resume: {command_line('resume', folder)}")
        raise typer.Exit(INTERRUPTED if end.status is RunStatus.INTERRUPTED else 3)
    if ideas and all(idea.ended_early and not idea.papers for idea in ideas):
        raise typer.Exit(1)


def _verdict(decision: str, overall: float | None) -> str:
    return decision if overall is None else f"{decision}, overall {overall:g} on average"


def _close_idea(idea: IdeaSummary) -> None:
    folder = IdeaDir(Path(idea.folder))
    if idea.name:
        tampered = f", {idea.runs_tampered} tampered" if idea.runs_tampered else ""
        say(f"\nidea {idea.name}: {idea.runs_completed} runs completed, {idea.runs_failed} failed{tampered}")
    if idea.ended_early:
        say(f"ended early: {idea.ended_early}")
        if not idea.papers:
            say("No paper was written. Launch again, with a stronger model or with more turns for this phase.")
    verdict = {"pass": "", "": "a draft that no gate has checked"}.get(idea.gate, f"{idea.gate} by the gate")
    place("paper", folder.paper_pdf, verdict)
    if idea.passed and idea.gate != "pass":
        place("  passed", Path(idea.passed), "the last paper that passed the gate")
    for version in idea.papers:
        place("  version", Path(version))
    for number, (scores, decision) in enumerate(zip(idea.scores, idea.decisions, strict=True), start=1):
        review_round = folder.review_round(number)
        place(f"panel {number}", review_round.root, _verdict(decision, overall_score(scores)))
        place("  report", review_round.html_report)
    place(
        "gate", folder.gate_file, f"{idea.gate}; {command_line('gate', folder.root.parents[1], '--idea', folder.name)}"
    )
