"""What the commands share that send a folder of papers through a panel: the scenario, the batch on screen, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from scenarios.batches.paper_tables import FILES, write_tables
from scenarios.batches.papers import FINISHED, NOT_BEGUN, Row, open_batch, review_all
from scenarios.commands.console import out, place
from scenarios.run_group import INTERRUPTED
from scenarios.scenario import Scenario, find_scenario, load_scenario
from tools.errors import UserError


def panel_scenario(option: str, name: str, overrides: dict[str, object]) -> Scenario:
    """The scenario of that name, which has to be a panel and nothing else.

    Raises:
        UserError: it is another kind of scenario, there is none, or it is wrong.
    """
    scenario = load_scenario(find_scenario(name), overrides)
    if scenario.template or [spec.phase for spec in scenario.phases] != ["panel"]:
        raise UserError(
            f"{option} {name}: reviews need a scenario with one phase, a panel, and no template, like review_panel; "
            f"launch others with: python run.py launch {name}"
        )
    return scenario


def review_batch(
    papers: Sequence[Path], scenario: Scenario, folder: Path, jobs: int, dollars: float | None
) -> list[Row]:
    """Review the papers as a batch in the folder, or go on with it; its progress and its table are shown."""
    open_batch(folder, scenario)
    out.print(f"{len(papers)} papers, {jobs} at once, into {folder}", highlight=False, soft_wrap=True)
    done = 0

    def told(row: Row) -> None:
        nonlocal done
        done += 1
        out.print(f"{done:>4}/{len(papers)} {escape(_in_a_line(row))}", highlight=False, soft_wrap=True)

    rows = asyncio.run(
        review_all(papers, scenario, folder, jobs=jobs, dollars=dollars, told=told, note=lambda text: out.print(text))
    )
    write_tables(rows, folder)
    out.print()
    out.print(_table(rows))
    for name in FILES:
        place(name, folder / name)
    return rows


def cut_short(rows: Sequence[Row]) -> list[Row]:
    """The papers that the same command goes on with when asked again."""
    return [row for row in rows if row.status.startswith("paused") or row.status == NOT_BEGUN]


def end(rows: Sequence[Row]) -> None:
    """The last lines on screen: papers without a review, and why. The command ends here where there are any."""
    waiting = cut_short(rows)
    failed = [row for row in rows if row.status != FINISHED and row not in waiting]
    for row in failed:
        out.print(f"no review of {escape(row.paper)}: {escape(row.status)}", highlight=False, soft_wrap=True)
    if waiting:
        out.print(f"not finished: {len(waiting)} of {len(rows)}; the same command goes on with them", highlight=False)
        by_hand = any("interrupted" in row.status or row.status == NOT_BEGUN for row in waiting)
        raise typer.Exit(INTERRUPTED if by_hand else 3)
    if failed:
        raise typer.Exit(1)


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
