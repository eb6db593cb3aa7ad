"""A folder of papers through one panel scenario: each paper is a run of its own in the folder of the batch.

A batch begun again goes on: a paper whose review is finished is not touched, one that was cut short is taken up where its
journal ends. A paper is known by its name and content, so a changed one is reviewed anew.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.observer import Observer
from scenarios.launch import launch, resume
from scenarios.resolved_scenario import resolve_scenario
from scenarios.run_group import RunGroup
from scenarios.run_summary import dollars_of, read_summary, spent_in
from scenarios.scenario import Scenario, load_scenario, save_scenario
from scenarios.shared_budget import SharedBudget
from tools.documents import PAPER_SUFFIXES
from tools.errors import ColloquiumError, UserError
from tools.review import (
    REPORT_FILE,
    PanelReport,
)

SETTINGS = "batch.yaml"
FINISHED = "finished"
NOT_BEGUN = "not begun"


@dataclass(frozen=True)
class Row:
    """What became of one paper. `overall`, `spread` and `decision` are empty where there is no review."""

    paper: str
    status: str
    """`finished`, `paused: why`, or why there is no review."""
    decision: str = ""
    overall: float | None = None
    spread: float | None = None
    disagreement: bool = False
    reviewers: int = 0
    hidden: int = 0
    """Pieces of hidden text that were kept out."""
    minutes: float = 0.0
    dollars: float = 0.0
    folder: str = ""
    """Where review.json and the reports lie."""


def papers_in(folder: Path) -> list[Path]:
    """The papers of a folder, by name. A .tex file without a document in it is a part of another; of two files of one name
    the PDF counts; a read-me is no paper.

    Raises:
        UserError: there is none.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir(), key=lambda path: (path.stem, path.suffix.lower() != ".pdf", path.name)):
        if path.is_file() and path.suffix.lower() in PAPER_SUFFIXES and _is_whole(path):
            found.setdefault(path.stem, path)
    if not found:
        raise UserError(f"{folder}: no paper in it; papers end in {', '.join(sorted(PAPER_SUFFIXES))}")
    return [found[name] for name in sorted(found)]


def open_batch(folder: Path, scenario: Scenario) -> None:
    """Make the folder of a batch, or go on with one that was begun with the same settings.

    Raises:
        UserError: it was begun with other settings; it cannot be made; or the scenario is wrong.
    """
    resolve_scenario(scenario)
    path = folder / SETTINGS
    if path.exists():
        before = load_scenario(path)
        changed = [key for key in Scenario.model_fields if getattr(before, key) != getattr(scenario, key)]
        if changed := [key for key in changed if key not in ("paper", "budget")]:
            raise UserError(
                f"{folder}: this batch was begun with another {', '.join(changed)}; begin another one with --out"
            )
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_scenario(scenario, path)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}; choose another folder with --out") from None


async def review_all(
    papers: Sequence[Path],
    scenario: Scenario,
    folder: Path,
    *,
    jobs: int,
    dollars: float | None,
    told: Callable[[Row], None],
    note: Callable[[str], None],
) -> list[Row]:
    """Review every paper, at most `jobs` at once; answers a row for each, in the order of the papers.

    Args:
        folder: of the batch, opened with `open_batch`.
        dollars: what all of them may spend together, earlier beginnings of this batch included.
        told: hears of each paper when it is done.
    """
    rows: dict[Path, Row] = {}
    homes = {paper: folder / _name_of(paper) for paper in papers}
    for paper, home in homes.items():
        row = row_of(paper, home)
        if row.status == FINISHED:
            rows[paper] = row
            told(row)
    waiting = iter([paper for paper in papers if paper not in rows])
    shared_budget = SharedBudget(None if dollars is None else dollars - spent_in(folder), len(papers) - len(rows))

    with RunGroup(note) as run_group:

        async def worker() -> None:
            for paper in waiting:
                if run_group.interrupted:
                    return
                rows[paper] = await _review(paper, homes[paper], scenario, shared_budget, run_group)
                told(rows[paper])

        await asyncio.gather(*(worker() for _ in range(jobs)))
    return [rows.get(paper) or row_of(paper, homes[paper]) for paper in papers]


async def _review(paper: Path, home: Path, scenario: Scenario, shared_budget: SharedBudget, run_group: RunGroup) -> Row:
    part = shared_budget.take()
    _put_aside_without_review(home)
    before = dollars_of(home)
    try:
        if (home / "scenario.yaml").exists():
            more = {} if part is None else {"budget.dollars": before + part}
            await resume(home, Observer(), more, run_group=run_group)
        else:
            budget = scenario.budget if part is None else scenario.budget.model_copy(update={"dollars": part})
            own = scenario.model_copy(update={"paper": str(paper), "budget": budget})
            await launch(own, home.parent, Observer(), name=home.name, run_group=run_group)
    except ColloquiumError as error:
        return Row(paper.stem, " ".join(str(error).split()).removeprefix(f"{paper}: "))
    except OSError as error:
        return Row(paper.stem, f"paused: {error}")
    finally:
        shared_budget.give_back(part, dollars_of(home) - before)
    return row_of(paper, home)


def _put_aside_without_review(home: Path) -> None:
    """A run that ended without a review has nothing to go on with; it is kept, and the paper begins anew."""
    if read_summary(home).get("status") == FINISHED:
        number = 1
        while (aside := home.with_name(f"{home.name}-failed-{number}")).exists():
            number += 1
        home.rename(aside)


def row_of(paper: Path, home: Path) -> Row:
    """What became of a paper, from its run folder."""
    summary: dict[str, Any] = read_summary(home)
    spent = {"minutes": round(summary.get("seconds", 0) / 60, 2), "dollars": summary.get("dollars", 0.0)}
    reports = sorted(home.glob(f"ideas/*/reviews/round_*/{REPORT_FILE}"))
    if not reports:
        early = next((idea["ended_early"] for idea in summary.get("ideas", []) if idea["ended_early"]), "")
        return Row(paper.stem, early or str(summary.get("status", NOT_BEGUN)), **spent)
    report = PanelReport.model_validate_json(reports[-1].read_bytes())
    overall = next((score for score in report.scores.values() if score.mean == report.overall), None)
    return Row(
        paper=paper.stem,
        status=str(summary.get("status", "not finished")),
        decision=report.decision,
        overall=report.overall,
        spread=overall.spread if overall else None,
        disagreement=bool(overall and overall.disagreement),
        reviewers=len(report.reviews),
        hidden=len(report.paper.hidden),
        folder=str(reports[-1].parent),
        **spent,
    )


def _name_of(paper: Path) -> str:
    return f"{paper.stem}-{hashlib.sha256(paper.read_bytes()).hexdigest()[:8]}"


def _is_whole(path: Path) -> bool:
    if path.stem.lower() == "readme":
        return False
    return path.suffix.lower() != ".tex" or b"\\begin{document}" in path.read_bytes()
