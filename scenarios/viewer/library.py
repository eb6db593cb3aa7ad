"""The runs that the viewer shows, and what it keeps of each while it runs."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from agents.journal import is_in_use
from agents.journal_index import JournalIndex
from agents.mailbox import Mailbox, Question
from scenarios.viewer.conversation import RunConversation
from tools.run_dir import RunDir, RunStatus, list_runs, read_summary

_KEPT_OPEN = 4
"""Journals whose index is kept in memory."""


@dataclass(frozen=True)
class FoundRun:
    """A run below the folder that the viewer was given. `id` names it in addresses."""

    id: str
    folder: Path
    group: str = ""
    """The folder of the batch that it belongs to, if any."""


def find_runs_below(place: Path) -> list[FoundRun]:
    """Return the run that a folder is, or the runs in it and in its batches, newest first; none for a file."""
    if not place.is_dir():
        return []
    if RunDir(place).exists:
        return [FoundRun(place.resolve().name, place)]
    found = [FoundRun(folder.name, folder) for folder in list_runs(place)]
    for batch in sorted(path for path in place.iterdir() if path.is_dir() and not RunDir(path).exists):
        found += [FoundRun(f"{batch.name}:{folder.name}", folder, batch.name) for folder in list_runs(batch)]
    return sorted(found, key=lambda run: RunDir(run.folder).scenario_file.stat().st_mtime_ns, reverse=True)


class OpenRun:
    """A run with the index of its journal."""

    def __init__(self, found: FoundRun) -> None:
        self.id, self.files = found.id, RunDir(found.folder)
        self.index = JournalIndex(self.files.journal_file)
        self.conversation = RunConversation()
        self.mailbox = Mailbox(self.files.steering)
        self._lock = threading.Lock()

    @property
    def is_running(self) -> bool:
        """Whether a process is working on the run."""
        return is_in_use(self.files.journal_file)

    @property
    def question(self) -> Question | None:
        """What the run asks a person at present."""
        return self.mailbox.question() if self.is_running else None

    @property
    def is_unfinished(self) -> bool:
        """Whether the run can be resumed."""
        summary = read_summary(self.files.root)
        return not self.is_running and (summary is None or summary.status is not RunStatus.FINISHED)

    @property
    def state(self) -> str:
        """What changes whenever a page about the run may."""
        question = self.question
        return f"{len(self.index.entries)} {self.is_running} {question.id if question else ''}"

    @property
    def tabs(self) -> list[tuple[str, str]]:
        """The pages about the run's ideas that have something to show: idea and page."""
        pages = [
            (idea.name, page, there)
            for idea in self.files.ideas()
            for page, there in (
                ("experiments", idea.ledger_file.exists()),
                ("paper", any(idea.paper.glob("**/*.tex")) or any(idea.paper.glob("*.pdf"))),
                ("panel", idea.reviews.is_dir()),
            )
        ]
        return [(idea, page) for idea, page, there in pages if there]

    def refresh(self) -> None:
        """Take in what the run has recorded since."""
        with self._lock:
            new = self.index.refresh()
            if new and new[0].number == 0:
                self.conversation = RunConversation()
            self.conversation.add(new)


class RunLibrary:
    """All runs below a folder, or an audit report. Only names that it lists lead to a run."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._attends = False
        self._attended = ExitStack()
        self._open: OrderedDict[str, OpenRun] = OrderedDict()
        self._lock = threading.Lock()

    def attend(self) -> None:
        """Say of every run that is opened from now on that a page answers for people, so that the run waits for them."""
        self._attends = True

    def runs(self) -> list[FoundRun]:
        """Return the runs, newest first."""
        return find_runs_below(self.place)

    @property
    def state(self) -> str:
        """What changes whenever a run is added, or records something."""
        files = (RunDir(found.folder).journal_file for found in self.runs())
        return hashlib.sha256(repr([file.stat().st_size for file in files if file.exists()]).encode()).hexdigest()[:16]

    @property
    def only_run(self) -> FoundRun | None:
        """The run, if the viewer was given one instead of a folder of runs."""
        return self.runs()[0] if RunDir(self.place).exists else None

    def open(self, id: str) -> OpenRun | None:
        """Return a run by its id with an up-to-date index, None if there is none."""
        with self._lock:
            run = self._open.pop(id, None)
            if run is None:
                found = next((found for found in self.runs() if found.id == id), None)
                if found is None:
                    return None
                run = OpenRun(found)
                if self._attends:
                    self._attended.enter_context(run.mailbox.attended())
            self._open[id] = run
            while len(self._open) > _KEPT_OPEN:
                self._open.popitem(last=False)
        run.refresh()
        return run
