"""What the tools need to know of the idea that a run works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tools.experiments.context import ExperimentContext
from tools.gate.checks import CHECKS, GateCheck
from tools.literature import Bibliography, Literature
from tools.review import Form


@dataclass(frozen=True)
class RunQuota:
    """Limits on what the agents may do for one idea."""

    runs: int = 5
    """Experiment runs in addition to the baseline."""
    attempts: int = 4
    """Attempts per run."""
    plot_attempts: int = 4
    """Failed runs of plot.py per phase."""
    search_rounds: int = 20
    """Literature searches per participant and phase."""


@dataclass(frozen=True, kw_only=True)
class IdeaContext(ExperimentContext):
    """The immutable surroundings of one idea: its files, its settings and the services it uses."""

    literature: Literature
    form: Form
    archive: Path
    """The run's ideas.json: every idea proposed so far, including seed ideas."""
    proposal: Path
    """File that receives the proposed idea."""
    run_quota: RunQuota = field(default_factory=RunQuota)
    gate_checks: tuple[GateCheck, ...] = CHECKS
    """The checks that the gate runs."""
    authors: dict[str, str] = field(default_factory=dict)
    """The model label of each participant; the paper discloses it."""
    roles: dict[str, str] = field(default_factory=dict)
    """The role of each participant."""
    offline: bool = False
    """True if no participant is played by a language model."""

    @property
    def bibliography(self) -> Bibliography:
        return Bibliography(self.workspace.files.bibliography_file)

    def review_folder(self, review_round: int) -> Path:
        """Return the folder of a review round; rounds count from 1."""
        return self.workspace.files.review_round(review_round).root
