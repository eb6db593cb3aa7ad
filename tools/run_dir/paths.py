"""Where the files of a run lie. Other modules take the paths from here and spell no file name themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.errors import UserError

_SCENARIO = "scenario.yaml"
BATCH_FILE = "batch.json"
"""The settings of a batch of ideas, in the folder of its runs."""


@dataclass(frozen=True)
class ReviewRoundDir:
    """The folder of one review round of an idea."""

    root: Path

    @property
    def paper_file(self) -> Path:
        """The paper as the reviewers read it."""
        return self.root / "paper.json"

    @property
    def rebuttal_file(self) -> Path:
        """The authors' response to the reviews."""
        return self.root / "rebuttal.md"

    @property
    def decision_file(self) -> Path:
        """The decision with the meta-review."""
        return self.root / "meta_review.json"

    @property
    def report_file(self) -> Path:
        """The report on the panel, as data."""
        return self.root / "review.json"

    @property
    def html_report(self) -> Path:
        return self.root / "report.html"

    @property
    def number(self) -> int:
        """The number of the round; rounds count from 1."""
        return int(self.root.name.removeprefix("round_"))


@dataclass(frozen=True)
class IdeaDir:
    """The folder of one idea: `work/` (the project), `paper/`, `reviews/`, the ledger, the gate report."""

    root: Path

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def idea_file(self) -> Path:
        return self.root / "idea.json"

    @property
    def novelty_file(self) -> Path:
        """The decision of the novelty check."""
        return self.root / "novelty.json"

    @property
    def searches_file(self) -> Path:
        """The literature searches made for the idea."""
        return self.root / "searches.json"

    @property
    def plot_failures_file(self) -> Path:
        """How often plot.py has failed in the latest phase that ran it."""
        return self.root / "plot_failures.json"

    @property
    def refusals_file(self) -> Path:
        """How often each phase's submissions were refused because of the evidence."""
        return self.root / "refusals.json"

    @property
    def drawings_file(self) -> Path:
        """Digests of the images that plot.py drew or that a draft contained."""
        return self.root / "drawings.json"

    @property
    def findings_file(self) -> Path:
        """What the experiments showed, in the agents' words."""
        return self.root / "findings.md"

    @property
    def ledger_file(self) -> Path:
        """The recorded results of every experiment run."""
        return self.root / "results.json"

    @property
    def gate_file(self) -> Path:
        """The gate's report on the present paper."""
        return self.root / "gate.json"

    def gate_copy(self, number: int) -> Path:
        """Return where the gate's report on the paper's version `number` is kept; versions count from 1."""
        return self.root / "gates" / f"gate_{number}.json"

    @property
    def gate_copies(self) -> list[Path]:
        """The gate's reports so far."""
        return sorted((self.root / "gates").glob("gate_*.json"))

    @property
    def authors_file(self) -> Path:
        """The model label of each role that worked on the idea."""
        return self.root / "authors.json"

    def log_file(self, run: str, attempt: int) -> Path:
        """Return the output of an attempt at an experiment run; attempts count from 1."""
        return self.root / "logs" / f"{run}_attempt_{attempt}.txt"

    @property
    def work(self) -> Path:
        """The project, which the agents edit."""
        return self.root / "work"

    @property
    def paper(self) -> Path:
        return self.root / "paper"

    @property
    def paper_pdf(self) -> Path:
        return self.paper / "paper.pdf"

    @property
    def passed_pdf(self) -> Path:
        """The last paper that passed the gate."""
        return self.paper / "passed.pdf"

    @property
    def unmarked_pdf(self) -> Path:
        """A copy of a withheld paper without its mark, which earlier versions kept."""
        return self.paper / "unmarked.pdf"

    @property
    def paper_versions(self) -> list[Path]:
        """The PDFs that were handed in, oldest first."""
        return sorted((self.paper / "versions").glob("*.pdf"), key=lambda path: (len(path.name), path.name))

    @property
    def bibliography_file(self) -> Path:
        return self.paper / "references.bib"

    @property
    def reviews(self) -> Path:
        return self.root / "reviews"

    def review_round(self, number: int) -> ReviewRoundDir:
        """Return the folder of a review round; rounds count from 1."""
        return ReviewRoundDir(self.reviews / f"round_{number}")

    def review_rounds(self) -> list[ReviewRoundDir]:
        """Return the review rounds so far, in order."""
        return sorted(map(ReviewRoundDir, self.reviews.glob("round_*")), key=lambda found: found.number)


@dataclass(frozen=True)
class RunDir:
    """The folder of one run."""

    root: Path

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def scenario_file(self) -> Path:
        """The scenario as launched. A folder without it is no run."""
        return self.root / _SCENARIO

    @property
    def journal_file(self) -> Path:
        return self.root / "journal.jsonl"

    @property
    def summary_file(self) -> Path:
        return self.root / "summary.json"

    @property
    def archive_file(self) -> Path:
        """Every idea proposed so far, including seed ideas."""
        return self.root / "ideas.json"

    @property
    def steering(self) -> Path:
        """Messages between the run and a page that steers it."""
        return self.root / "steering"

    @property
    def images(self) -> Path:
        """The images that models were shown."""
        return self.root / "images"

    def image(self, name: str) -> Path:
        """Return where the image of that name lies."""
        return self.images / f"{name}.png"

    @property
    def template_dir(self) -> Path | None:
        """The run's copy of its template; None if it has none."""
        return next((path.parent for path in sorted(self.root.glob("template/*/experiment.py"))), None)

    def template_copy(self, name: str) -> Path:
        """Return where the copy of a template belongs."""
        return self.root / "template" / name

    @property
    def plugins(self) -> Path:
        """Copies of the plug-in folders."""
        return self.root / "plugins"

    @property
    def warm_start_dir(self) -> Path:
        """What the run was given to start with, as read."""
        return self.root / "start"

    @property
    def review_inputs_dir(self) -> Path:
        """What a review scenario was given, as read."""
        return self.root / "given"

    def proposal_workspace(self, slot: str) -> Path:
        """Return the workspace of an idea that is being proposed."""
        return self.root / "proposals" / slot

    def proposal_workspaces(self) -> list[Path]:
        """Return the workspaces of all ideas that were proposed so far."""
        return sorted(path for path in self.root.glob("proposals/*") if path.is_dir())

    def proposal_file(self, slot: str) -> Path:
        """Return the file that receives a proposed idea."""
        return self.root / "proposals" / f"{slot}.json"

    def idea(self, name: str) -> IdeaDir:
        """Return the folder of an idea, or of a paper under review."""
        return IdeaDir(self.root / "ideas" / name)

    def ideas(self) -> list[IdeaDir]:
        """Return the folders of all ideas and papers under review, by name."""
        folders = sorted(self.root.glob("ideas/*"))
        return [IdeaDir(path) for path in folders if path.is_dir() and not path.name.startswith(".")]

    def last_report(self) -> Path | None:
        """Return the data of the last panel's report; None if no panel has reported yet."""
        files = [found.report_file for idea in self.ideas() for found in idea.review_rounds()]
        return next((file for file in reversed(files) if file.exists()), None)

    def unfinished(self) -> list[Path]:
        """Return what killed processes were writing outside the workspaces."""
        folders = (self.root, self.root / "proposals", self.root / "ideas", self.images)
        return [path for folder in folders for path in folder.glob(".*.tmp")]

    @property
    def exists(self) -> bool:
        """True if the folder holds a run."""
        return self.scenario_file.exists()


def find_run(name: str, runs: Path) -> Path:
    """Return a run folder by its path, its name, or part of its name; `last` is the newest.

    Raises:
        UserError: no run fits, or more than one does.
    """
    if RunDir(Path(name)).exists:
        return Path(name)
    if Path(name).is_dir() and "/" in name:
        raise UserError(f"{name} is no run folder: there is no {_SCENARIO} in it")
    known = list_runs(runs)
    if name == "last" and known:
        return known[-1]
    fitting = [run for run in known if run.name == name] or [run for run in known if name in run.name]
    if len(fitting) == 1:
        return fitting[0]
    if not known:
        raise UserError(f"run {name!r}: there are no runs in {runs} yet; name another folder with --out")
    shown = ", ".join(run.name for run in (fitting or known)[-8:])
    raise UserError(f"run {name!r}: {len(fitting) or 'no'} runs in {runs} fit; there are: {shown}")


def find_runs(name: str, runs: Path) -> list[Path]:
    """Return the runs of a batch's folder, oldest first, or else the one run that `find_run` finds.

    Raises:
        UserError: as `find_run`.
    """
    for folder in (Path(name), runs / name):
        if name and not RunDir(folder).exists and folder.is_dir() and (found := list_runs(folder)):
            return found
    return [find_run(name, runs)]


def list_runs(runs: Path) -> list[Path]:
    """Return all run folders, oldest first."""
    return [path.parent for path in sorted(runs.glob(f"*/{_SCENARIO}"), key=lambda path: path.stat().st_mtime_ns)]
