"""The files of a run folder: their names, and the run's summary."""

from tools.run_dir.paths import BATCH_FILE, IdeaDir, ReviewRoundDir, RunDir, find_run, find_runs, list_runs
from tools.run_dir.places import VARIABLE, find_runs_folder, remember_runs_folder
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
    "BATCH_FILE",
    "VARIABLE",
    "IdeaDir",
    "IdeaSummary",
    "ReviewRoundDir",
    "RunDir",
    "RunEnd",
    "RunStatus",
    "RunSummary",
    "dollars_of",
    "find_run",
    "find_runs",
    "find_runs_folder",
    "list_runs",
    "overall_score",
    "read_summary",
    "remember_runs_folder",
    "spent_in",
    "write_summary",
]
