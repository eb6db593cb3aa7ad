"""The files of a run folder: their names, and the run's summary."""

from tools.run_dir.paths import IdeaDir, ReviewRoundDir, RunDir, find_run, list_runs
from tools.run_dir.summary import (
    IdeaSummary,
    RunEnd,
    RunStatus,
    RunSummary,
    dollars_of,
    overall_score,
    read_summary,
    spent_in,
    write_summary,
)

__all__ = [
    "IdeaDir",
    "IdeaSummary",
    "ReviewRoundDir",
    "RunDir",
    "RunEnd",
    "RunStatus",
    "RunSummary",
    "dollars_of",
    "find_run",
    "list_runs",
    "overall_score",
    "read_summary",
    "spent_in",
    "write_summary",
]
