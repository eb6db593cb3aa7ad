"""Make the reviews that a benchmark measures: a panel over a folder of rated papers, and its one-prompt control beside it.

Each is a batch like `run.py review FOLDER` makes, so it goes on where it was cut short. One budget holds for both; the
control, which costs little, comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.batches.paper_tables import FILES
from scenarios.batches.papers import Row, open_batch, papers_in
from scenarios.commands.paper_batches import cut_short, end, panel_scenario, review_batch
from scenarios.run_summary import spent_in
from scenarios.scenario import Scenario
from tools.errors import UserError
from tools.reviewer_bench.cells import paper_id_of
from tools.reviewer_bench.papers import rated_files
from tools.reviewer_bench.ratings import read_ratings

CONTROL = "one_prompt_review"
_OF_THE_PANEL = "phases."
"""Overrides that begin so are the panel's own; the control takes all others too."""


@dataclass(frozen=True)
class Made:
    """The reviews of a panel and of its control. `control` is None where none was wanted."""

    reviews: Path
    control: Path | None
    files: list[tuple[str, Path]]
    """The reviewed papers by identifier."""
    rows: list[Row]
    told: list[str]
    """How they were made, a sentence each."""


def make_reviews(
    papers: Path,
    ratings: Path,
    scenario: str,
    control: str,
    overrides: Mapping[str, object],
    folder: Path,
    jobs: int,
    dollars: float | None,
) -> Made:
    """Review every rated paper of a folder by both scenarios. Where that was cut short, the command ends here.

    Args:
        control: a scenario; empty for none.
        folder: takes one batch a scenario, under its name.
        dollars: what both may spend together, earlier beginnings included.

    Raises:
        UserError: a file or a scenario is wrong, or the papers and the ratings do not fit. Nothing is reviewed then.
    """
    if not papers.is_dir():
        raise UserError(f"--run {papers}: no such folder of papers")
    files = rated_files(papers, [(paper_id_of(path.name), path) for path in papers_in(papers)], read_ratings(ratings))
    paths = [path for _, path in files]
    panel = panel_scenario("--scenario", scenario, {**overrides, "paper": str(paths[0])})
    batches = [panel]
    if control:
        shared = {key: value for key, value in overrides.items() if not key.startswith(_OF_THE_PANEL)}
        batches = [panel_scenario("--control", control, {**shared, "paper": str(paths[0])}), panel]
        if panel.name == batches[0].name:
            raise UserError(
                f"--control {control}: is called {panel.name} like the panel; give one of them another name"
            )
    homes = [folder / batch.name for batch in batches]
    for batch, home in zip(batches, homes, strict=True):
        open_batch(home, batch)
    rows: list[Row] = []
    for batch, home in zip(batches, homes, strict=True):
        elsewhere = sum(spent_in(other) for other in homes if other != home)
        rows += review_batch(paths, batch, home, jobs, None if dollars is None else dollars - elsewhere)
        if cut_short(rows):
            end(rows)
    reviews, *before = [home / FILES[-1] for home in reversed(homes)]
    return Made(reviews, before[0] if before else None, files, rows, _told(batches, homes))


def _told(batches: Sequence[Scenario], homes: Sequence[Path]) -> list[str]:
    panel = batches[-1]
    names = " and, as its control, ".join(f"`{batch.name}`" for batch in reversed(batches))
    text = "the text without what gives decisions away" if panel.reading.strip else "the text as it stands"
    cost = sum(spent_in(home) for home in homes)
    return [
        f"Reviewed here by {names}, with the models `{Path(panel.models).stem}`, which read {text}, for ${cost:.2f}."
    ]
