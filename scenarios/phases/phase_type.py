"""What defines a type of phase: defaults, prompt variables, and hooks on the idea run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from agents.conversation.policies import Participants, Turn
from agents.prompts import Prompts
from scenarios.scenario import Scenario
from tools.idea_context import IdeaContext
from tools.ideas import Idea, load_idea


class Need(StrEnum):
    """What a phase may need: something of the machine, of the scenario, or made by an earlier phase."""

    SANDBOX = "sandbox"
    TEX = "tex"
    TEMPLATE = "template"
    IDEA = "idea"
    RESULTS = "results"
    PAPER = "paper"
    REVIEWS = "reviews"


ARTIFACTS = (Need.IDEA, Need.RESULTS, Need.PAPER, Need.REVIEWS)
"""Needs that phases make for later phases, or that a warm start provides."""


@dataclass(frozen=True)
class PhaseContext:
    """One phase of one idea run. The hooks of a phase type receive it."""

    idea: IdeaContext
    scenario: Scenario
    run_folder: Path
    key: str
    """Prefix of the phase's journal keys, for example `idea_1/panel:2`."""
    participants: Participants
    prompts: Prompts
    """The run's prompts, those of plug-ins included."""
    panels_held: int
    """Panels finished before this phase."""
    review_round: int
    """The review round that the phase writes or reads; rounds count from 1."""

    @property
    def review_folder(self) -> Path:
        return self.idea.review_folder(self.review_round)

    @property
    def proposal(self) -> Idea | None:
        """The idea as of now; None before ideation or where the scenario has none."""
        path = self.idea.workspace.files.idea_file
        return load_idea(path) if path.exists() else None


@dataclass(frozen=True)
class PhaseEffect:
    """What a finished phase means for its idea run."""

    idea: Idea | None = None
    """The idea that the run works on from here."""
    ends_because: str = ""
    """Why the idea run ends here; empty if it continues."""


@dataclass(frozen=True)
class HarnessStep:
    """Work of the harness that is done once and journaled under its name."""

    name: str
    work: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class ShownDeliverable:
    """A deliverable in full: its text, and the image files that belong to it."""

    text: str = ""
    images: tuple[Path, ...] = ()


async def _no_work(context: PhaseContext) -> None:
    """Most phases need no work before the conversation."""


async def _no_work_after(context: PhaseContext, turns: Sequence[Turn]) -> None:
    """Most phases need no work after the conversation."""


@dataclass(frozen=True)
class PhaseType:
    """A type of phase. A new one is a file in this folder and an entry in `PHASES`."""

    name: str
    deliverable: str
    submits: str = ""
    """The tool that submits the deliverable; without it, participants are not reminded that it is due."""
    participants: tuple[str, ...] = ()
    """Default roles; a phase type without any holds no conversation."""
    on_call: tuple[str, ...] = ()
    """Those of the roles that speak only when asked, unless they lead."""
    policy: tuple[str, ...] = ("dialogue",)
    tools: tuple[str, ...] | None = ()
    """Tools on offer to roles whose cards list them; None for all."""
    turns: int = 12
    """Default turn limit."""
    chair: str = ""
    needs: frozenset[Need] = frozenset()
    gives: frozenset[Need] = frozenset()
    """Artifacts that later phases may need."""
    proposes_idea: bool = False
    """The idea run has no idea, and so no folder of its name, until the phase is over."""
    is_panel: bool = False
    """Each phase of this type writes a new review round."""
    variables: Callable[[PhaseContext], dict[str, object]] = field(default=lambda context: {})
    """Variables of the prompt that has the phase type's name."""
    before: Callable[[PhaseContext], Awaitable[None]] = _no_work
    """Work of the harness before the conversation. Done once and journaled."""
    steps_after: Callable[[PhaseContext], Sequence[HarnessStep]] = field(default=lambda context: ())
    """Long work of the harness after the conversation. A resume repeats only the step that was cut off, so the same steps
    must be returned again."""
    after: Callable[[PhaseContext, Sequence[Turn]], Awaitable[None]] = _no_work_after
    """Work of the harness after the conversation, given its turns. Done once and journaled."""
    is_usable: Callable[[PhaseContext], bool] = field(default=lambda context: False)
    """True if the idea run can continue with a deliverable that was never accepted."""
    on_accepted: Callable[[PhaseContext], PhaseEffect] = field(default=lambda context: PhaseEffect())
    """The effect of a phase with a usable deliverable. Called again on resume, so it must be repeatable."""
    shown: Callable[[PhaseContext], ShownDeliverable] = field(default=lambda context: ShownDeliverable())
    """The deliverable as it is now, for whoever must accept it."""
    status: Callable[[PhaseContext], str] = field(default=lambda context: "")
    """How far the work is, for the participants that do not do it themselves: see `works_with`."""
    works_with: str = ""
    """The tool that changes the status. Who has it reads the answers of its calls instead, so that a resumed turn begins
    with the same words."""
    turn_prompt: Callable[[PhaseContext, str, str, Sequence[Turn]], str] = field(
        default=lambda context, stage, speaker, turns: ""
    )
    """From context, stage, speaker and earlier turns to the instructions for the speaker's turn."""

    @property
    def deliverable_name(self) -> str:
        """The deliverable as prompts and people name it."""
        names = {"novelty": "decision on novelty", "study": "findings", "meta_review": "meta-review"}
        return names.get(self.deliverable, self.deliverable)

    @property
    def holds_chat(self) -> bool:
        return bool(self.participants)
