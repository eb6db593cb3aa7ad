"""The archive: every idea of a run in chronological order, including seed ideas, with its outcome.

The next ideas are conditioned on it, as in The AI Scientist (Lu et al. 2024, section 3.1). Unlike there, it contains the
outcome of each idea, so that a later idea can follow from an earlier one's results.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.atomic import write_json
from tools.errors import UserError
from tools.schema import first_problem
from tools.user_files import read_user_json

StoredIdea = dict[str, Any]
"""An idea as stored, with the fields of The AI Scientist and our `template`, `follows_from` and `outcome`."""

NEAR_DUPLICATE = 0.9
"""Similarity of the word sequences above which two ideas count as the same."""
_WITH_RESULTS = 12
"""Number of latest ideas, and of best ideas, that are listed with their results; the others only with their outcome."""


class Trial(BaseModel):
    """One completed run of an idea, with the results of the primary metric that changed beyond the noise."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    run: str
    note: str
    """What the run changed, in the agents' words."""
    better: tuple[str, ...] = ()
    """Results (`dataset/metric`) that got better."""
    worse: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Results whose metric has no goal."""


class IdeaOutcome(BaseModel):
    """The outcome of an idea."""

    model_config = ConfigDict(extra="ignore")

    ended_early: str = ""
    """Why it ended before its last phase."""
    runs: list[str] = []
    """What each run changed, and the primary metric against the baseline, one line each."""
    trials: list[Trial] = []
    """The completed runs beside the baseline, as data."""
    gate: str = ""
    """`pass` or `withheld`; empty if there was no paper."""
    score: float | None = None
    """The overall score of its last panel."""
    decision: str = ""
    """The decision of its last panel."""

    def __str__(self) -> str:
        """Return a short description: `released by the gate; panel 4.3, Reject`."""
        parts = [f"ended early: {' '.join(self.ended_early.split())[:300]}"] if self.ended_early else []
        if self.gate:
            parts.append("released by the gate" if self.gate == "pass" else "withheld by the gate")
        if self.decision:
            parts.append(f"panel{'' if self.score is None else f' {self.score:g}'}, {self.decision}")
        return "; ".join(parts) or ("runs completed" if self.runs else "no outcome yet")


def read_archive(path: Path) -> list[StoredIdea]:
    """Return every stored idea; an empty list if there is no file.

    Raises:
        UserError: the file is not a list of ideas.
    """
    if not path.exists():
        return []
    entries = read_user_json(path)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UserError(f"{path}: must be a list of ideas, each an object with Name, Title and Experiment")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry.get("Name"), str) or not entry["Name"]:
            raise UserError(f"{path}: idea {number} has no Name; each needs Name, Title and Experiment")
        outcome_of(entry, path)
    return entries


def put_idea(path: Path, entry: StoredIdea) -> None:
    """Add an idea to the archive. An idea of the same name is replaced in its place."""
    archive = read_archive(path)
    if entry["Name"] in names_of(archive):
        write_json(path, [entry if other["Name"] == entry["Name"] else other for other in archive])
    else:
        write_json(path, [*archive, entry])


def outcome_of(entry: StoredIdea, path: Path | str = "the archive") -> IdeaOutcome | None:
    """Return the outcome of an idea, None if it is not known yet.

    Raises:
        UserError: the stored outcome is invalid.
    """
    if "outcome" not in entry:
        return None
    try:
        return IdeaOutcome.model_validate(entry["outcome"])
    except ValidationError as error:
        raise UserError(f"idea {entry['Name']}: " + first_problem(path, error, IdeaOutcome)) from None


def names_of(archive: Sequence[StoredIdea]) -> list[str]:
    """Return the names of the ideas."""
    return [str(entry.get("Name")) for entry in archive]


def format_archive(archive: Sequence[StoredIdea]) -> list[str]:
    """Describe each idea for the agents: name and title, what it follows from, and its outcome."""
    scores = {entry["Name"]: (outcome_of(entry) or IdeaOutcome()).score or 0.0 for entry in archive}
    best = sorted(scores, key=lambda name: -scores[name])[:_WITH_RESULTS]
    latest = names_of(archive[-_WITH_RESULTS:])
    return [_format_idea(entry, with_results=entry["Name"] in (*best, *latest)) for entry in archive]


def nearest_idea(name: str, text: str, archive: Sequence[StoredIdea]) -> str:
    """Return the name of the archived idea that an idea nearly repeats, or an empty string.

    Args:
        text: title and experiment of the new idea.
    """
    mine = _words(text)
    for other in archive:
        if str(other.get("Name")) == name:
            return name
        theirs = _words(f"{other.get('Title', '')} {other.get('Experiment', '')}")
        if difflib.SequenceMatcher(None, mine, theirs, autojunk=False).ratio() > NEAR_DUPLICATE:
            return str(other.get("Name"))
    return ""


def _format_idea(entry: StoredIdea, *, with_results: bool) -> str:
    lines = [f"{entry['Name']}: {entry.get('Title', '')}"]
    if entry.get("follows_from"):
        lines.append(f"follows from: {entry['follows_from']}")
    outcome = outcome_of(entry)
    if outcome is not None:
        lines.append(f"outcome: {outcome}")
        lines += outcome.runs if with_results else []
    return "\n  ".join(lines)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9.]+", text.lower())
