"""Batches of papers: each paper of a folder is reviewed by one panel scenario, in a run of its own.

A paper is identified by its name and content, so a changed paper is reviewed again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from scenarios.batches.engine import Batch, open_folder
from scenarios.batches.job import BatchJob, JobKind
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import Scenario, load_scenario, save_scenario
from tools.atomic import write_json, write_text
from tools.documents import PAPER_SUFFIXES
from tools.errors import UserError
from tools.review import PanelReport
from tools.reviewer_bench.records import panel_record
from tools.run_dir import RunDir, RunStatus, read_summary

SETTINGS = "batch.yaml"
RESULT_FILES = ("reviews.csv", "reviews.json", "reviews.jsonl")
"""The results as a table in CSV and JSON, and the reviews as JSON Lines for the reviewer benchmark."""


@dataclass(frozen=True)
class PaperResult:
    """The review of one paper. `overall`, `spread` and `decision` are empty if there is none."""

    paper: str
    status: RunStatus
    reason: str = ""
    """Why there is no review, or why the run is paused."""
    decision: str = ""
    overall: float | None = None
    spread: float | None = None
    disagreement: bool = False
    reviewers: int = 0
    hidden: int = 0
    """Pieces of hidden text that were kept from the reviewers."""
    minutes: float = 0.0
    dollars: float = 0.0
    folder: str = ""
    """The folder of review.json and the reports."""


class PaperBatch(Batch):
    """A batch of papers in its folder, opened with `open_batch`."""

    def __init__(self, folder: Path, scenario: Scenario, papers: Sequence[Path]) -> None:
        super().__init__(folder)
        self._scenario = scenario
        self.papers = {_job_name(paper): paper for paper in papers}

    def first_jobs(self) -> Iterator[BatchJob]:
        for name, paper in self.papers.items():
            scenario = self._scenario.model_copy(update={"paper": str(paper)})
            yield BatchJob(name, JobKind.REVIEW, self.folder / name, scenario)

    def has_result(self, job: BatchJob) -> bool:
        return RunDir(job.run).last_report() is not None

    def outcome(self, job: BatchJob) -> str:
        result = paper_result(job)
        if not result.folder:
            summary = read_summary(job.run)
            return summary.ended_early if summary else ""
        spread = "" if result.spread is None else f" ± {result.spread:g}"
        return f"{result.decision}, overall {'–' if result.overall is None else f'{result.overall:g}'}{spread}"

    def write_results(self) -> None:
        """Write `RESULT_FILES`. A paper without a review is in the tables only."""
        results = [paper_result(job) for job in self.jobs]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, [field.name for field in fields(PaperResult)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(result) for result in results)
        table, data, records = (self.folder / name for name in RESULT_FILES)
        write_text(table, text.getvalue())
        write_json(data, [asdict(result) for result in results])
        reviews = [panel_record(result.paper, Path(result.folder)) for result in results if result.folder]
        write_text(records, "".join(json.dumps(review, ensure_ascii=False) + "\n" for review in reviews))


def papers_in(folder: Path) -> list[Path]:
    """Return the papers of a folder by name. A .tex file without a document environment is part of another paper; of two
    files with one name the PDF counts; a readme is no paper.

    Raises:
        UserError: there is no paper.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir(), key=lambda path: (path.stem, path.suffix.lower() != ".pdf", path.name)):
        if path.is_file() and path.suffix.lower() in PAPER_SUFFIXES and _is_whole(path):
            found.setdefault(path.stem, path)
    if not found:
        raise UserError(
            f"{folder}: no papers found; papers are files with the suffix {', '.join(sorted(PAPER_SUFFIXES))}"
        )
    return [found[name] for name in sorted(found)]


def open_batch(folder: Path, scenario: Scenario, papers: Sequence[Path]) -> PaperBatch:
    """Make the folder of a batch, or open one that was begun with the same settings; other papers may be added.

    Raises:
        UserError: the scenario is wrong; the folder holds something else, was begun with other settings, or cannot be made.
    """
    resolve_scenario(scenario)
    settings = {key: getattr(scenario, key) for key in Scenario.model_fields if key not in ("paper", "budget")}
    if open_folder(folder, SETTINGS, settings, lambda path: dict(load_scenario(path))):
        save_scenario(scenario, folder / SETTINGS)
    return PaperBatch(folder, scenario, papers)


def paper_result(job: BatchJob) -> PaperResult:
    """Return the result of a paper's job, read from its run folder."""
    paper, summary, path = Path(job.scenario.paper).stem, read_summary(job.run), RunDir(job.run).last_report()
    minutes, dollars = (round(summary.seconds / 60, 2), summary.dollars) if summary else (0.0, 0.0)
    if path is None:
        return PaperResult(paper, job.status, job.reason, minutes=minutes, dollars=dollars)
    report = PanelReport.model_validate_json(path.read_bytes())
    overall = next((score for score in report.scores.values() if score.mean == report.overall), None)
    return PaperResult(
        paper=paper,
        status=job.status,
        reason=job.reason,
        decision=report.decision,
        overall=report.overall,
        spread=overall.spread if overall else None,
        disagreement=bool(overall and overall.disagreement),
        reviewers=len(report.reviews),
        hidden=len(report.paper.hidden),
        minutes=minutes,
        dollars=dollars,
        folder=str(path.parent),
    )


def _job_name(paper: Path) -> str:
    return f"{paper.stem}-{hashlib.sha256(paper.read_bytes()).hexdigest()[:8]}"


def _is_whole(path: Path) -> bool:
    if path.stem.lower() == "readme":
        return False
    return path.suffix.lower() != ".tex" or b"\\begin{document}" in path.read_bytes()
