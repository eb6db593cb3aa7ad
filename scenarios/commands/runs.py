"""Commands that show runs: list, transcript, table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from agents.journal import is_in_use
from scenarios.commands.console import RUNS, Out, out
from scenarios.views.table import draw_scores, render_table, table_of
from scenarios.views.transcript import entries, last_phase, render
from tools import run_dir
from tools.errors import UserError, nearest


def transcript(
    run: Annotated[str, typer.Argument(help="Run folder, (part of) its name, or last.")] = "last",
    phase: Annotated[str, typer.Option(help="Only this phase.")] = "",
    agent: Annotated[str, typer.Option(help="Only this agent.")] = "",
    tools: Annotated[bool, typer.Option("--tools", help="Also show tool calls and repeated model calls.")] = False,
    since: Annotated[str, typer.Option(help="Only from this time (UTC), like 12:30.")] = "",
    format: Annotated[str, typer.Option(help="text, markdown or json.")] = "text",
    out_folder: Out = RUNS,
) -> None:
    """Print the transcript of a run."""
    if format not in ("text", "markdown", "json"):
        raise UserError(f"--format {format!r}: choose text, markdown or json")
    folder = run_dir.find_run(run, out_folder)
    found = list(entries(folder, phase=phase, agent=agent, tools=tools, since=since))
    if not found and (phase or agent):
        everything = list(entries(folder, tools=tools, since=since))
        key = "phase" if phase else "agent"
        known = dict.fromkeys(str(getattr(entry, key)).partition(":")[0] for entry in everything)
        hint = nearest(phase or agent, filter(None, known))
        raise UserError(f"--{key} {phase or agent}: not in the transcript; {hint}")
    typer.echo(render(found, format))  # type: ignore[arg-type]


def list_runs(out_folder: Out = RUNS) -> None:
    """List the runs with status, ideas, scores, gate and cost."""
    table = Table("run", "status", "phase", "ideas", "scores", "gate", "minutes", "cost", box=None)
    for folder in run_dir.list_runs(out_folder):
        try:
            table.add_row(folder.name, *_describe(folder))
        except (UserError, OSError, ValueError) as error:  # one damaged run must not hide the others
            table.add_row(folder.name, f"damaged: {error}")
    out.print(table if table.row_count else "No runs yet. Launch one: python run.py launch quickstart")


def _describe(folder: Path) -> list[str]:
    """Return status, phase, ideas, scores, gate verdicts, minutes and cost of a run."""
    summary = run_dir.read_summary(folder)
    ideas = summary.ideas if summary else []
    if is_in_use(run_dir.RunDir(folder).journal_file):
        status = str(run_dir.RunStatus.RUNNING)
    else:
        status = str(summary.end if summary else run_dir.RunStatus.INTERRUPTED)
    return [
        status,
        last_phase(folder),
        ", ".join(idea.name or idea.slot for idea in ideas),
        " ".join(str(run_dir.overall_score(scores)) for idea in ideas for scores in idea.scores if scores),
        " ".join(idea.gate for idea in ideas),
        f"{summary.seconds / 60 if summary else 0:.1f}",
        f"${summary.dollars if summary else 0:.2f}",
    ]


def table(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Run folders or (parts of) their names. Default: all.")
    ] = None,
    format: Annotated[str, typer.Option(help="markdown, csv or latex.")] = "markdown",
    plot: Annotated[
        Path | None, typer.Option(help="Draw the scores as violin plots into this PNG, PDF or SVG file.")
    ] = None,
    out_folder: Out = RUNS,
) -> None:
    """Summarize many runs by template and models: novel ideas, experiments, papers, scores, cost."""
    if format not in ("markdown", "csv", "latex"):
        raise UserError(f"--format {format!r}: choose markdown, csv or latex")
    if plot and plot.suffix not in (".png", ".pdf", ".svg"):
        raise UserError(f"--plot {plot}: choose a name that ends in .png, .pdf or .svg")
    folders = [run_dir.find_run(run, out_folder) for run in runs] if runs else run_dir.list_runs(out_folder)
    lines = table_of(folders)
    if not lines:
        raise UserError(f"no run in {out_folder} has come to an end with a template; launch one, or name another --out")
    typer.echo(render_table(lines, format), nl=False)  # type: ignore[arg-type]
    if plot:
        try:
            draw_scores(lines, plot)
        except OSError as error:
            raise UserError(f"--plot {plot}: {error.strerror}") from None
