"""The desk: what the tools of one idea work on. The lab lays it, the tools share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tools.experiments.baselines import Baselines
from tools.experiments.template import Profile, Template
from tools.experiments.workspace import Workspace
from tools.literature import Bibliography, Literature
from tools.review.forms import Form
from tools.sandbox import Sandbox


@dataclass(frozen=True)
class RunQuota:
    """How much an idea may use."""

    runs: int = 5
    """Runs beside the baseline."""
    attempts: int = 4
    """Attempts a run."""
    plot_attempts: int = 4
    """Failed attempts to draw the figures."""
    search_rounds: int = 10
    """Searches of the literature in one phase."""


@dataclass
class ToolContext:
    """Everything a tool may touch. Parts that a phase has no use for may be absent; their tools are not offered then."""

    template: Template
    profile: Profile
    profile_name: str
    workspace: Workspace
    sandbox: Sandbox
    literature: Literature
    form: Form
    archive: Path
    """ideas.json of the run: every idea proposed so far, seeds included."""
    proposal: Path
    """Where the idea of this study is handed in."""
    baselines: Baselines | None = None
    """Baselines measured before on this machine; None where they are to be measured anew."""
    seed: int = 0
    run_id: str = ""
    run_quota: RunQuota = field(default_factory=RunQuota)
    deliverable: str = ""
    """What the phase at hand is for."""
    acceptance: bool = False
    """Deliverables of this phase count only when another seat accepts them."""
    progress: Callable[[str], None] = lambda text: None
    authors: dict[str, str] = field(default_factory=dict)
    """Which model plays which seat; the paper says so."""
    roles: dict[str, str] = field(default_factory=dict)
    """Which role sits on which seat, where a role sits more than once."""
    stage: Callable[[], str] = lambda: ""
    """The policy by which the conversation goes on at this moment, like blind or discussion."""
    offline: bool = False
    """No language model plays any role."""
    review_round: int = 1

    @property
    def submitted(self) -> Literal["submitted", "accepted"]:
        """What a deliverable is once it is handed in: accepted, unless another seat has to accept it."""
        return "submitted" if self.acceptance else "accepted"

    @property
    def bibliography(self) -> Bibliography:
        return Bibliography(self.workspace.paper / "references.bib")

    @property
    def ledger_file(self) -> Path:
        return self.workspace.root / "results.json"

    @property
    def review_folder(self) -> Path:
        return self.workspace.reviews / f"round_{self.review_round}"
