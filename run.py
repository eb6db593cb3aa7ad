"""Colloquium's command line."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agents.role import ROLES, load_roles, write_new_card
from scenarios.doctor import check_machine
from scenarios.launch import INTERRUPTED, find_run, list_runs
from scenarios.launch import launch as launch_run
from scenarios.launch import resume as resume_run
from scenarios.plan import ROOT, make_plan
from scenarios.scenario import FOLDER as SCENARIOS
from scenarios.scenario import find_scenario, load_scenario, parse_overrides
from scenarios.summary import read_summary
from scenarios.views.progress import Progress
from scenarios.views.transcript import entries, last_phase, render
from tools.errors import ColloquiumError, UserError
from tools.template import load_template, template_names
from tools.toolbox import tool_names

app = typer.Typer(
    help="The AI Scientist as a research group of agents: launch a scenario, inspect its transcript, add roles, "
    "run a review panel.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
roles_app = typer.Typer(help="List the roles, or write a new role card.", invoke_without_command=True)
app.add_typer(roles_app, name="roles")
out = Console()

Out = Annotated[Path, typer.Option("--out", help="Folder that holds the run folders.")]
RUNS = Path("runs")


@app.command()
def launch(
    scenario: Annotated[str, typer.Argument(help="A scenario's name or file, like quickstart.")],
    template: Annotated[str, typer.Option(help="Research template: a name or a folder.")] = "",
    profile: Annotated[str, typer.Option(help="The template's profile: smoke, cpu, gpu, …")] = "",
    models: Annotated[str, typer.Option(help="Models config: a name in configs/models or a file.")] = "",
    sandbox: Annotated[str, typer.Option(help="auto, docker, bubblewrap, or none (at your own risk).")] = "",
    ideas: Annotated[int, typer.Option(help="How many ideas.", min=0)] = 0,
    budget: Annotated[float, typer.Option(help="Dollars at most.", min=-1)] = -1,
    roles: Annotated[list[Path] | None, typer.Option(help="Folder with role cards of yours.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Override: key=value, like seed=1 or phases.panel.rounds=2.")
    ] = None,
    out_folder: Out = RUNS,
) -> None:
    """Launch a scenario: everything it needs is checked first, then it is played to its end."""
    overrides: dict[str, object] = {}
    given = {"template": template, "profile": profile, "models": models, "sandbox": sandbox, "ideas": ideas}
    overrides.update({key: value for key, value in given.items() if value})
    if template and not profile:
        overrides["profile"] = ""
    if budget >= 0:
        overrides["budget.dollars"] = budget
    if roles:
        overrides["roles"] = [str(role) for role in roles]
    overrides.update(parse_overrides(settings or []))
    loaded = load_scenario(find_scenario(scenario), overrides)
    with Progress(out) as progress:
        folder, status = asyncio.run(launch_run(loaded, out_folder, progress))
    _close(folder, status)


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="A run folder, (part of) its name, or last.")] = "last",
    out_folder: Out = RUNS,
) -> None:
    """Take a run up where it stopped, was stopped, or was killed."""
    folder = find_run(run, out_folder)
    with Progress(out) as progress:
        status = asyncio.run(resume_run(folder, progress))
    _close(folder, status)


@app.command()
def transcript(
    run: Annotated[str, typer.Argument(help="A run folder, (part of) its name, or last.")] = "last",
    phase: Annotated[str, typer.Option(help="Only this phase.")] = "",
    agent: Annotated[str, typer.Option(help="Only this agent.")] = "",
    tools: Annotated[bool, typer.Option("--tools", help="Show tool calls as well.")] = False,
    since: Annotated[str, typer.Option(help="Only from this time on, like 12:30 (UTC).")] = "",
    format: Annotated[str, typer.Option(help="text, markdown or json.")] = "text",
    out_folder: Out = RUNS,
) -> None:
    """Read what was said and done in a run."""
    if format not in ("text", "markdown", "json"):
        raise UserError(f"--format {format!r}: choose text, markdown or json")
    found = entries(find_run(run, out_folder), phase=phase, agent=agent, tools=tools, since=since)
    print(render(found, format))  # type: ignore[arg-type]


@app.command("list")
def list_(out_folder: Out = RUNS) -> None:
    """List the runs with status, ideas, scores, gate and cost."""
    table = Table("run", "status", "phase", "ideas", "scores", "gate", "minutes", "cost", box=None)
    for folder in list_runs(out_folder):
        summary: dict[str, Any] = read_summary(folder)
        ideas = summary.get("ideas", [])
        table.add_row(
            folder.name,
            str(summary.get("status", "not finished")),
            last_phase(folder),
            ", ".join(i["name"] or i["slot"] for i in ideas),
            " ".join(str(s.get("Overall", "")) for i in ideas for s in i["scores"]),
            " ".join(i["gate"] for i in ideas),
            f"{summary.get('seconds', 0) / 60:.1f}",
            f"${summary.get('dollars', 0):.2f}",
        )
    out.print(table if table.row_count else "There is no run yet. Launch one: python run.py launch quickstart")


@roles_app.callback()
def roles(
    context: typer.Context,
    folder: Annotated[list[Path] | None, typer.Option("--roles", help="Folder with role cards of yours.")] = None,
) -> None:
    """List the roles there are, and the tools that a card can name."""
    if context.invoked_subcommand:
        return
    table = Table("role", "description", "tools", box=None)
    for card in load_roles([ROLES, *(folder or [])], tool_names()).values():
        table.add_row(card.name, card.description, ", ".join(card.tools))
    out.print(table)
    out.print(f"\nTools that a card can name: {', '.join(tool_names())}", highlight=False)


@roles_app.command("new")
def new_role(
    name: Annotated[str, typer.Argument(help="Name of the role: lowercase letters, digits, underscores.")],
    folder: Annotated[Path, typer.Option("--roles", help="Folder to write the card into.")] = ROLES,
) -> None:
    """Write a role card to start from."""
    path = write_new_card(name, folder)
    out.print(
        f"{path} is there. Say in it who the role is, then seat it: name it in the cast of a phase.", highlight=False
    )


@app.command()
def scenarios() -> None:
    """List the scenarios that come with Colloquium."""
    table = Table("scenario", "description", "phases", box=None)
    for path in sorted(SCENARIOS.glob("*.yaml")):
        scenario = load_scenario(path)
        table.add_row(path.stem, scenario.description, ", ".join(spec.phase for spec in scenario.phases))
    out.print(table)


@app.command()
def templates() -> None:
    """List the research templates that come with Colloquium."""
    table = Table("template", "title", "profiles", "metrics", box=None)
    for name in template_names(ROOT / "templates"):
        template = load_template(name, ROOT / "templates")
        table.add_row(name, template.title, ", ".join(template.profiles), ", ".join(template.metrics))
    out.print(table)


@app.command()
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


def _close(folder: Path, status: str) -> None:
    """The last lines on screen: what became of the run, and where everything lies."""
    summary: dict[str, Any] = read_summary(folder)
    took = f" after {summary['seconds'] / 60:.1f} minutes, ${summary['dollars']:.2f}" if summary else ""
    out.print(f"\n[bold]{escape(status)}[/bold]{took}", highlight=False, soft_wrap=True)
    ideas = summary.get("ideas", [])
    for idea in ideas:
        _close_idea(idea)
    _place("transcript", folder / "journal.jsonl", f"python run.py transcript {folder}")
    _place("run folder", folder)
    if status != "finished":
        out.print(f"Take it up again: python run.py resume {folder}", highlight=False, soft_wrap=True)
        raise typer.Exit(INTERRUPTED if "interrupted" in status else 3)
    if any(idea["ended_early"] for idea in ideas) and not any(idea["papers"] for idea in ideas):
        raise typer.Exit(1)


def _close_idea(idea: dict[str, Any]) -> None:
    root = Path(idea["folder"])
    if idea["name"]:
        out.print(
            f"\nidea {idea['name']}: {idea['runs_completed']} runs completed, {idea['runs_failed']} failed",
            highlight=False,
        )
    if idea["ended_early"]:
        out.print(f"ended early: {idea['ended_early']}", highlight=False, soft_wrap=True)
    _place("paper", root / "paper" / "paper.pdf")
    for version in idea["papers"]:
        _place("  version", Path(version))
    for number, (scores, decision) in enumerate(zip(idea["scores"], idea["decisions"], strict=True), start=1):
        overall = scores.get("Overall", next(iter(scores.values()), ""))
        _place(f"panel {number}", root / "reviews" / f"round_{number}", f"{decision}, overall {overall}")
    _place("gate", root / "gate.json", idea["gate"])


def _place(name: str, path: Path, note: str = "") -> None:
    if path.exists():
        out.print(f"{name:<11} {path}" + (f"  ({note})" if note else ""), highlight=False, soft_wrap=True)


def main() -> None:
    """Run a command; a mistake of the user's is one clear message and exit code 2."""
    try:
        app()
    except UserError as error:
        Console(stderr=True).print(f"[red]{error}[/red]", highlight=False, soft_wrap=True)
        sys.exit(2)
    except ColloquiumError as error:
        Console(stderr=True).print(f"[red]{error}[/red]", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
