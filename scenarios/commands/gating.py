"""The command `gate`: what the gate found in the papers of a run."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from scenarios.commands.console import RUNS, Runs, place, say
from scenarios.views.gate import render_gate
from tools.errors import UserError, nearest
from tools.gate import load_gate_report
from tools.run_dir import IdeaDir, RunDir, find_run


def gate(
    run: Annotated[str, typer.Argument(help="Run folder, (part of) its name, or last.")] = "last",
    idea: Annotated[str, typer.Option(help="Only this idea.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON, by idea.")] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Leave out the notes, which withhold nothing.")] = False,
    out_folder: Runs = RUNS,
) -> None:
    """Print what the gate found: place, reason, the right value, and what to write instead."""
    folder = RunDir(find_run(run, out_folder))
    reports = {found.name: report for found in _ideas(folder, idea) if (report := load_gate_report(found.gate_file))}
    if not reports:
        raise UserError(
            f"{folder.root}: no gate has checked a paper of {idea or 'this run'}; the scenario needs a gate phase"
        )
    if as_json:
        typer.echo(json.dumps({name: report.model_dump(mode="json") for name, report in reports.items()}, indent=2))
        return
    for name, report in reports.items():
        files = folder.idea(name)
        say(name, "bold")
        typer.echo(render_gate(report, notes=not errors))
        typer.echo()
        place("paper", files.paper_pdf, "" if report.verdict == "pass" else "marked as withheld")
        place("passed", files.passed_pdf, "the last paper that passed the gate")


def _ideas(folder: RunDir, name: str) -> list[IdeaDir]:
    ideas = folder.ideas()
    if not name:
        return ideas
    chosen = [found for found in ideas if found.name == name]
    if not chosen:
        raise UserError(f"--idea {name}: not in {folder.root}; {nearest(name, [found.name for found in ideas])}")
    return chosen
