"""The archive: every idea of a run in the order of their coming, seeds included, and what came of each.

The next ideas are conditioned on it, as in The AI Scientist (Lu et al. 2024, section 3.1); here it also holds what became of
an idea, so that a later one can follow from an earlier one's results.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.atomic import write_json
from tools.errors import UserError
from tools.schema import first_problem

Entry = dict[str, Any]
"""An idea as stored, with the original's fields; of ours are `template`, `follows_from` and `outcome`."""

NEAR_DUPLICATE = 0.9
"""The share of words in the same order from which two ideas count as one."""
_IN_FULL = 12
"""So many of the latest ideas are told with their results, and as many of the best; of the others, the outcome alone."""


class Trial(BaseModel):
    """One completed run of an idea, with the results of the primary metric that changed beyond the noise."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    run: str
    note: str
    """What the run changed, in the group's words."""
    better: tuple[str, ...] = ()
    """Results (`dataset/metric`) that got better."""
    worse: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Results whose metric has no goal."""


class Outcome(BaseModel):
    """What came of an idea."""

    model_config = ConfigDict(extra="ignore")

    ended_early: str = ""
    """Why it ended before its last phase."""
    runs: list[str] = []
    """What each run changed, and what became of the primary metric against the baseline, a line each."""
    trials: list[Trial] = []
    """The completed runs beside the baseline, as data."""
    gate: str = ""
    """`pass` or `withheld`; empty when there was no paper to judge."""
    score: float | None = None
    """The overall score of its last panel."""
    decision: str = ""
    """The last panel's."""

    def __str__(self) -> str:
        """In a few words: `released by the gate; panel 4.3, Reject`."""
        told = [f"ended early: {' '.join(self.ended_early.split())[:300]}"] if self.ended_early else []
        if self.gate:
            told.append("released by the gate" if self.gate == "pass" else "withheld by the gate")
        if self.decision:
            told.append(f"panel{'' if self.score is None else f' {self.score:g}'}, {self.decision}")
        return "; ".join(told) or ("its runs are done" if self.runs else "nothing came of it yet")


def read_archive(path: Path) -> list[Entry]:
    """Every idea so far, as stored; empty where there is no file.

    Raises:
        UserError: the file is not a list of ideas.
    """
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UserError(f"{path}: must be a list of ideas, each an object with Name, Title and Experiment")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry.get("Name"), str) or not entry["Name"]:
            raise UserError(f"{path}: idea {number} has no Name; each needs Name, Title and Experiment")
        outcome_of(entry, path)
    return entries


def put_idea(path: Path, entry: Entry) -> None:
    """Put an idea into the archive; an entry of its name is replaced, and keeps its place."""
    archive = read_archive(path)
    if entry["Name"] in names_of(archive):
        write_json(path, [entry if other["Name"] == entry["Name"] else other for other in archive])
    else:
        write_json(path, [*archive, entry])


def outcome_of(entry: Entry, path: Path | str = "the archive") -> Outcome | None:
    """What came of an idea; None while nothing is known of it.

    Raises:
        UserError: its outcome is not one.
    """
    if "outcome" not in entry:
        return None
    try:
        return Outcome.model_validate(entry["outcome"])
    except ValidationError as error:
        raise UserError(f"idea {entry['Name']}: " + first_problem(path, error, Outcome)) from None


def names_of(archive: Sequence[Entry]) -> list[str]:
    return [str(entry.get("Name")) for entry in archive]


def told(archive: Sequence[Entry]) -> list[str]:
    """The archive as the group reads it, an item an idea: name and title, what it follows from, what came of it."""
    scores = {entry["Name"]: (outcome_of(entry) or Outcome()).score or 0.0 for entry in archive}
    best = sorted(scores, key=lambda name: -scores[name])[:_IN_FULL]
    latest = names_of(archive[-_IN_FULL:])
    return [_told(entry, in_full=entry["Name"] in (*best, *latest)) for entry in archive]


def nearest_idea(name: str, text: str, archive: Sequence[Entry]) -> str:
    """The name of the idea in the archive that an idea nearly repeats, empty when there is none. `text` is its title and
    experiment."""
    mine = _words(text)
    for other in archive:
        if str(other.get("Name")) == name:
            return name
        theirs = _words(f"{other.get('Title', '')} {other.get('Experiment', '')}")
        if difflib.SequenceMatcher(None, mine, theirs, autojunk=False).ratio() > NEAR_DUPLICATE:
            return str(other.get("Name"))
    return ""


def _told(entry: Entry, *, in_full: bool) -> str:
    lines = [f"{entry['Name']}: {entry.get('Title', '')}"]
    if entry.get("follows_from"):
        lines.append(f"follows from: {entry['follows_from']}")
    outcome = outcome_of(entry)
    if outcome is not None:
        lines.append(f"outcome: {outcome}")
        lines += outcome.runs if in_full else []
    return "\n  ".join(lines)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9.]+", text.lower())
