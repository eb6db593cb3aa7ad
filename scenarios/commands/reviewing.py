"""The command `review`: a panel for one paper or a folder of papers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from scenarios.batches.executors import InProcess
from scenarios.batches.papers import RESULT_FILES, PaperBatch, open_batch, papers_in
from scenarios.commands.batching import close_batch, run_shown
from scenarios.commands.console import RUNS, Out, Plugins, out, place, say, show_table
from scenarios.commands.launching import close
from scenarios.launch import launch
from scenarios.phases import PHASES
from scenarios.scenario import Scenario, find_scenario, load_scenario, parse_overrides
from scenarios.views.progress import Progress
from tools.errors import UserError
from tools.project import command_line
from tools.review import PanelReport
from tools.run_dir import RunDir


def review(
    paper: Annotated[Path, typer.Argument(help="PDF, .tex, .md or .txt file, or a folder of them.")],
    panel: Annotated[str, typer.Option(help="Scenario whose panel reviews: a name or a file.")] = "review_panel",
    form: Annotated[str, typer.Option(help="Review form: neurips, iclr, workshop, or your own file.")] = "",
    models: Annotated[str, typer.Option(help="Models config: a name in configs/models/ or a file.")] = "",
    reviewers: Annotated[int | None, typer.Option(help="Number of reviewers.", min=1)] = None,
    rounds: Annotated[int | None, typer.Option(help="Discussion rounds.", min=0)] = None,
    reflections: Annotated[
        int | None, typer.Option(help="Maximum number of times each reviewer revisits their own review.", min=0)
    ] = None,
    rule: Annotated[str, typer.Option(help="Decision rule: chair, median, every_reviewer, or your own file.")] = "",
    examples: Annotated[
        Path | None, typer.Option(help="Folder with papers and their reviews, shown as examples.")
    ] = None,
    rebuttal: Annotated[
        Path | None, typer.Option(help="File with the authors' answer, shown after the discussion.")
    ] = None,
    roles: Annotated[list[Path] | None, typer.Option(help="Folder with your role cards.")] = None,
    plugins: Plugins = None,
    budget: Annotated[
        float | None, typer.Option(help="Maximum dollars; for a folder, for all papers together.", min=0)
    ] = None,
    jobs: Annotated[int, typer.Option(help="Papers reviewed at the same time, for a folder.", min=1)] = 2,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Override a scenario key: key=value, like reading.pages=9 or seed=1."),
    ] = None,
    out_folder: Out = RUNS,
) -> None:
    """Review a paper, or every paper of a folder, with a panel. The same command resumes an unfinished folder."""
    phase: dict[str, object] = {"reviewers": reviewers, "rounds": rounds, "reflections": reflections}
    overrides = {f"phases.panel.{key}": value for key, value in phase.items() if value is not None}
    given = {"form": form, "models": models, "rule": rule, "examples": examples, "rebuttal": rebuttal}
    overrides |= {key: str(value) for key, value in given.items() if value}
    if roles:
        overrides["roles"] = [str(role) for role in roles]
    if plugins:
        overrides["plugins"] = [str(folder) for folder in plugins]
    overrides |= parse_overrides(settings or [])
    if paper.is_dir():
        if rebuttal:
            raise UserError("--rebuttal: goes with one paper, not with a folder of them")
        found = papers_in(paper)
        scenario = panel_scenario("--panel", panel, {**overrides, "paper": str(found[0])})
        folder = out_folder / f"review-{paper.resolve().name}"
        batch = open_batch(folder, scenario, found)
        review_batch(batch, jobs, budget)
        close_batch(batch.jobs)
    else:
        if budget is not None:
            overrides["budget.dollars"] = budget
        _review_one(paper, panel, overrides, out_folder)


def panel_scenario(option: str, name: str, overrides: dict[str, object]) -> Scenario:
    """Load a scenario that consists of a panel only.

    Raises:
        UserError: there is no such scenario, it is wrong, or it has other phases.
    """
    scenario = load_scenario(find_scenario(name), overrides)
    types = [PHASES.get(spec.phase) for spec in scenario.phases]
    if scenario.template or len(types) != 1 or types[0] is None or not types[0].is_panel:
        raise UserError(
            f"{option} {name}: reviews need a scenario with one phase, a panel, and no template, like review_panel; "
            f"launch others with: {command_line('launch', name)}"
        )
    return scenario


def review_batch(batch: PaperBatch, slots: int, dollars: float | None) -> None:
    """Run a batch of papers inside this process, with its progress on screen, and write its result files."""
    say(f"{len(batch.papers)} papers, {slots} at once, into {batch.folder}")
    run_shown(batch, InProcess(slots, say), 0, dollars)
    batch.write_results()
    for name in RESULT_FILES:
        place(name, batch.folder / name)


def _review_one(paper: Path, panel: str, overrides: dict[str, object], out_folder: Path) -> None:
    scenario = panel_scenario("--panel", panel, {**overrides, "paper": str(paper)})
    with Progress(out) as progress:
        folder, end = asyncio.run(launch(scenario, out_folder, progress))
    if path := RunDir(folder).last_report():
        _show(PanelReport.model_validate_json(path.read_bytes()))
    close(folder, end)


def _show(report: PanelReport) -> None:
    out.print(f"\n[bold]{escape(report.paper.title)}[/bold]", highlight=False, soft_wrap=True)
    table = Table("score", "mean", "range", "spread", "given", "", box=None)
    for name, score in report.scores.items():
        given = [f"{score.given[r.reviewer]:g}" if r.reviewer in score.given else "–" for r in report.reviews]
        spread = "–" if score.spread is None else f"{score.spread:g}"
        span = f"{score.lowest:g}–{score.highest:g}"
        table.add_row(
            escape(name),
            f"{score.mean:g}",
            span,
            spread,
            "  ".join(given),
            "disagreement" if score.disagreement else "",
        )
    show_table(table)
    say(f" given by {', '.join(review.reviewer for review in report.reviews)}")
    for participant in report.absent:
        what = "abstained" if participant.abstained else "gave no review"
        out.print(
            f"[yellow]{participant.reviewer} {what}: {escape(participant.reason)}[/yellow]",
            highlight=False,
            soft_wrap=True,
        )
    if report.paper.hidden:
        out.print(f"[red]hidden in the paper: {len(report.paper.hidden)} pieces of text; see the report[/red]")
    lost = sum(len(review.not_found) for review in report.reviews)
    if lost:
        out.print(f"[yellow]{lost} quotations are not in the paper; the report marks them[/yellow]", highlight=False)
    out.print(f"\n[bold]{escape(report.decision)}[/bold]. {escape(report.rule)}.", highlight=False, soft_wrap=True)
