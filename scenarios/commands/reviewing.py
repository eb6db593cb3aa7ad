"""Review a paper, or every paper of a folder, by a panel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from scenarios.batch import FINISHED, NOT_BEGUN, Row, open_batch, papers_in, review_all
from scenarios.batch_tables import write_tables
from scenarios.commands.console import RUNS, Out, out, place
from scenarios.commands.launching import close
from scenarios.company import INTERRUPTED
from scenarios.launch import launch
from scenarios.scenario import Scenario, find_scenario, load_scenario, parse_overrides
from scenarios.views.progress import Progress
from tools.errors import UserError
from tools.panel.record import PanelReport
from tools.panel.store import REPORT


def review(
    paper: Annotated[Path, typer.Argument(help="A PDF, .tex, .md or .txt, or a folder of them.")],
    panel: Annotated[str, typer.Option(help="The scenario whose panel reviews: a name or a file.")] = "review_panel",
    form: Annotated[str, typer.Option(help="Review form: neurips, iclr, workshop, or a file of yours.")] = "",
    models: Annotated[str, typer.Option(help="Models config: a name in configs/models or a file.")] = "",
    reviewers: Annotated[int, typer.Option(help="How many reviewers.", min=0)] = 0,
    rounds: Annotated[int, typer.Option(help="Discussion rounds.", min=-1)] = -1,
    reflections: Annotated[int, typer.Option(help="Times at most that each goes over their own review.", min=-1)] = -1,
    rule: Annotated[str, typer.Option(help="Decision rule: chair, median, every_reviewer, or a file of yours.")] = "",
    examples: Annotated[Path | None, typer.Option(help="Folder with papers and their reviews, as examples.")] = None,
    rebuttal: Annotated[Path | None, typer.Option(help="The authors' answer, heard after the discussion.")] = None,
    roles: Annotated[list[Path] | None, typer.Option(help="Folder with role cards of yours.")] = None,
    budget: Annotated[float, typer.Option(help="Dollars at most; for a folder, for all papers together.", min=-1)] = -1,
    jobs: Annotated[int, typer.Option(help="Papers at once, of a folder.", min=1)] = 2,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Override: key=value, like reading.pages=9 or seed=1.")
    ] = None,
    out_folder: Out = RUNS,
) -> None:
    """Review a paper by a panel, or a whole folder of papers; a folder that was cut short goes on when asked again."""
    phase: dict[str, object] = {"reviewers": reviewers or None, "rounds": rounds, "reflections": reflections}
    overrides = {f"phases.panel.{key}": value for key, value in phase.items() if value not in (None, -1)}
    given = {"form": form, "models": models, "rule": rule, "examples": examples, "rebuttal": rebuttal}
    overrides |= {key: str(value) for key, value in given.items() if value}
    if roles:
        overrides["roles"] = [str(role) for role in roles]
    overrides |= parse_overrides(settings or [])
    if paper.is_dir():
        if rebuttal:
            raise UserError("--rebuttal: goes with one paper, not with a folder of them")
        _review_folder(paper, panel, overrides, None if budget < 0 else budget, jobs, out_folder)
    else:
        if budget >= 0:
            overrides["budget.dollars"] = budget
        _review_one(paper, panel, overrides, out_folder)


def _review_one(paper: Path, panel: str, overrides: dict[str, object], out_folder: Path) -> None:
    scenario = _scenario(panel, {**overrides, "paper": str(paper)})
    with Progress(out) as progress:
        folder, status = asyncio.run(launch(scenario, out_folder, progress))
    for path in sorted(folder.glob(f"ideas/*/reviews/round_*/{REPORT}"))[-1:]:
        _show(PanelReport.model_validate_json(path.read_bytes()))
    close(folder, status)


def _review_folder(
    papers: Path, panel: str, overrides: dict[str, object], dollars: float | None, jobs: int, out_folder: Path
) -> None:
    found = papers_in(papers)
    scenario = _scenario(panel, {**overrides, "paper": str(found[0])})
    folder = out_folder / f"review-{papers.resolve().name}"
    open_batch(folder, scenario)
    out.print(f"{len(found)} papers, {jobs} at once, into {folder}", highlight=False, soft_wrap=True)
    done = 0

    def told(row: Row) -> None:
        nonlocal done
        done += 1
        out.print(f"{done:>4}/{len(found)} {escape(_in_a_line(row))}", highlight=False, soft_wrap=True)

    rows = asyncio.run(
        review_all(found, scenario, folder, jobs=jobs, dollars=dollars, told=told, note=lambda text: out.print(text))
    )
    write_tables(rows, folder)
    out.print()
    out.print(_table(rows))
    for name in ("reviews.csv", "reviews.json", "reviews.jsonl"):
        place(name, folder / name)
    _end(rows)


def _end(rows: Sequence[Row]) -> None:
    cut_short = [row for row in rows if row.status.startswith("paused") or row.status == NOT_BEGUN]
    failed = [row for row in rows if row.status != FINISHED and row not in cut_short]
    for row in failed:
        out.print(f"no review of {escape(row.paper)}: {escape(row.status)}", highlight=False, soft_wrap=True)
    if cut_short:
        out.print(f"not finished: {len(cut_short)} of {len(rows)}; the same command goes on with them", highlight=False)
        by_hand = any("interrupted" in row.status or row.status == NOT_BEGUN for row in cut_short)
        raise typer.Exit(INTERRUPTED if by_hand else 3)
    if failed:
        raise typer.Exit(1)


def _scenario(panel: str, overrides: dict[str, object]) -> Scenario:
    scenario = load_scenario(find_scenario(panel), overrides)
    if scenario.template or [spec.phase for spec in scenario.phases] != ["panel"]:
        raise UserError(
            f"--panel {panel}: reviews need a scenario with one phase, a panel, and no template, like review_panel; "
            f"launch others with: python run.py launch {panel}"
        )
    return scenario


def _show(report: PanelReport) -> None:
    out.print(f"\n[bold]{escape(report.paper.title)}[/bold]", highlight=False, soft_wrap=True)
    table = Table("score", "mean", "range", "spread", "given", "", box=None)
    for name, score in report.scores.items():
        given = [f"{score.given[r.reviewer]:g}" if r.reviewer in score.given else "–" for r in report.reviews]
        spread = "–" if score.spread is None else f"{score.spread:g}"
        span = f"{score.lowest:g}–{score.highest:g}"
        table.add_row(
            name, f"{score.mean:g}", span, spread, "  ".join(given), "disagreement" if score.disagreement else ""
        )
    out.print(table)
    out.print(f" given by {', '.join(review.reviewer for review in report.reviews)}", highlight=False, soft_wrap=True)
    for seat in report.absent:
        out.print(
            f"[yellow]{seat.reviewer} gave no review: {escape(seat.reason)}[/yellow]", highlight=False, soft_wrap=True
        )
    if report.paper.hidden:
        out.print(f"[red]hidden in the paper: {len(report.paper.hidden)} pieces of text; see the report[/red]")
    lost = sum(len(review.not_found) for review in report.reviews)
    if lost:
        out.print(f"[yellow]{lost} quotations are not in the paper; the report marks them[/yellow]", highlight=False)
    out.print(f"\n[bold]{escape(report.decision)}[/bold]. {escape(report.rule)}.", highlight=False, soft_wrap=True)


def _in_a_line(row: Row) -> str:
    if not row.decision:
        return f"{row.paper}: {row.status}"
    spread = "" if row.spread is None else f" ± {row.spread:g}"
    return f"{row.paper}: {row.decision}, overall {_shown(row.overall)}{spread}"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _table(rows: Sequence[Row]) -> Table:
    table = Table("paper", "decision", "overall", "spread", "hidden", "minutes", "cost", "", box=None)
    for row in rows:
        remark = "disagreement" if row.disagreement else ""
        if row.status != FINISHED:
            remark = "paused" if row.status.startswith("paused") else "no review"
        numbers: list[Any] = [_shown(row.overall), _shown(row.spread), row.hidden or "", f"{row.minutes:.1f}"]
        table.add_row(escape(row.paper), row.decision, *map(str, numbers), f"${row.dollars:.2f}", remark)
    return table
