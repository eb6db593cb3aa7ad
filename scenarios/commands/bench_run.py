"""Make the reviews that a benchmark measures: a panel over a folder of rated papers, and its one-prompt control.

Each is a batch like `run.py review FOLDER` makes, so it can be resumed. One budget covers both. The control runs first,
because it costs little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scenarios.batches.engine import totals
from scenarios.batches.job import BatchJob
from scenarios.batches.papers import RESULT_FILES, open_batch, papers_in
from scenarios.commands.batching import close_batch, unfinished
from scenarios.commands.reviewing import panel_scenario, review_batch
from tools.errors import UserError
from tools.reviewer_bench.cells import paper_id_of
from tools.reviewer_bench.papers import rated_files
from tools.reviewer_bench.ratings import read_ratings

CONTROL = "one_prompt_review"
_PANEL_PREFIX = "phases."
"""Overrides with this prefix apply to the panel only; the control takes all others too."""


@dataclass(frozen=True)
class BenchmarkReviews:
    """The reviews of a panel and of its control."""

    reviews: Path
    control: Path | None
    """None if no control was asked for."""
    files: list[tuple[str, Path]]
    """The reviewed papers by identifier."""
    jobs: list[BatchJob]
    origin: str
    """A sentence for the report about how the reviews were made."""


def make_reviews(
    papers: Path,
    ratings: Path,
    scenario: str,
    control: str,
    overrides: Mapping[str, object],
    folder: Path,
    slots: int,
    dollars: float | None,
) -> BenchmarkReviews:
    """Review every rated paper of a folder with both scenarios. If jobs remain unfinished, the command ends here.

    Args:
        control: name of a scenario; empty for none.
        folder: gets a batch folder for each scenario, under its name.
        slots: reviews at once.
        dollars: limit of both batches together, earlier starts included.

    Raises:
        UserError: a file or a scenario is wrong, or no paper is rated. No paper has been reviewed then.
        typer.Exit: jobs are unfinished.
    """
    if not papers.is_dir():
        raise UserError(f"--run {papers}: no such folder")
    files = rated_files(papers, [(paper_id_of(path.name), path) for path in papers_in(papers)], read_ratings(ratings))
    paths = [path for _, path in files]
    panel = panel_scenario("--scenario", scenario, {**overrides, "paper": str(paths[0])})
    scenarios = [panel]
    if control:
        shared = {key: value for key, value in overrides.items() if not key.startswith(_PANEL_PREFIX)}
        scenarios.insert(0, panel_scenario("--control", control, {**shared, "paper": str(paths[0])}))
        if panel.name == scenarios[0].name:
            raise UserError(f"--control {control}: the panel has the same name, {panel.name}; rename one of them")
    batches = [open_batch(folder / scenario.name, scenario, paths) for scenario in scenarios]
    for batch in batches:
        elsewhere = sum(totals(other).dollars for other in batches if other is not batch)
        review_batch(batch, slots, None if dollars is None else dollars - elsewhere)
        if unfinished(batch.jobs):
            close_batch(batch.jobs)
    names = " and, as its control, ".join(f"`{scenario.name}`" for scenario in reversed(scenarios))
    text = "the text without what reveals decisions" if panel.reading.strip else "the text as it is"
    cost = sum(totals(batch).dollars for batch in batches)
    return BenchmarkReviews(
        reviews=batches[-1].folder / RESULT_FILES[-1],
        control=batches[0].folder / RESULT_FILES[-1] if control else None,
        files=files,
        jobs=[job for batch in batches for job in batch.jobs],
        origin=f"Reviewed by {names}, with the models `{Path(panel.models).stem}`, which read {text}, for ${cost:.2f}.",
    )
