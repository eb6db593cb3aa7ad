"""The typed data that tools return beside their text. The journal stores it; the offline researcher reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.review import ReviewRecord


class ToolData(BaseModel):
    """Base of all tool data."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FilePart(ToolData):
    """Part of a text file: the first `characters` of the answer's text."""

    characters: int
    next_line: int | None
    """The line to continue from; None at the end of the file."""


class ListedFiles(ToolData):
    """The files of the project that hold its configuration, as paths relative to it."""

    configuration: tuple[str, ...]


class LedgerRow(ToolData):
    """One result of the ledger."""

    run: str
    dataset: str
    metric: str
    mean: float
    n: int
    """Number of seeds."""
    goal: Literal["min", "max"] | None
    censored: bool
    """True if a value hit its cap: the mean is a bound."""
    primary: bool = False
    """True if the metric is that of the confirmatory comparisons."""
    cost: bool = False
    """True if the metric is a cost, such as time."""


class LedgerRows(ToolData):
    """Results of the ledger, by run, in the experiment's own order."""

    rows: tuple[LedgerRow, ...]


class CompletedRun(ToolData):
    """A run that has completed."""

    run: str


class ComparedResult(ToolData):
    """One result against the same result of another run."""

    address: str
    significant: bool
    """True if the analysis plan lets a paper say that the two differ."""


class ComparedResults(ToolData):
    """The results of a run that could be compared."""

    results: tuple[ComparedResult, ...]


class FoundRecord(ToolData):
    """One paper that a search returned."""

    id: str
    title: str


class SearchResults(ToolData):
    """The papers that a search returned, best first."""

    records: tuple[FoundRecord, ...]
    answered: bool
    """False if nothing was found and a source gave no answer."""


class CitationKey(ToolData):
    """The key of a citation in the paper's bibliography."""

    key: str


class FigureFiles(ToolData):
    """Image files, in the order of the answer."""

    files: tuple[str, ...]


class PanelReviews(ToolData):
    """The reviews of a panel that the caller may read."""

    reviews: tuple[ReviewRecord, ...]
