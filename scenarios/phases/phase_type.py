"""What a phase is: who is in the room by default, with which tools, for which deliverable, told what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from scenarios.idea_run import IdeaRun

Needs = frozenset[str]


async def _nothing(idea_run: IdeaRun) -> None:
    """Most phases need no work of the harness before or after the conversation."""


@dataclass(frozen=True)
class PhaseType:
    """One kind of phase. A new one is a new file in this folder and a line in `PHASES`.

    `variables` fills the prompt of the phase's name. `before` and `after` are work of the harness, done once each and
    recorded. `cue` is what a speaker is told before a turn of a stage; `study.turns` has the turns so far. `usable`
    says whether a deliverable that nobody accepted in time is still good enough to go on with.
    """

    name: str
    deliverable: str
    participants: tuple[str, ...] = ()
    policy: tuple[str, ...] = ("dialogue",)
    tools: tuple[str, ...] | None = ()
    """None for whatever a role's card says."""
    turns: int = 12
    chair: str = ""
    needs: Needs = frozenset()
    """Of the machine: sandbox, tex, literature; of the scenario: template; and what phases before it give."""
    gives: Needs = frozenset()
    """What phases after it may need: idea, results, paper, reviews."""
    variables: Callable[[IdeaRun], dict[str, object]] = field(default=lambda idea_run: {})
    before: Callable[[IdeaRun], Awaitable[None]] = _nothing
    after: Callable[[IdeaRun], Awaitable[None]] = _nothing
    usable: Callable[[IdeaRun], bool] = field(default=lambda idea_run: False)
    turn_prompt: Callable[[IdeaRun, str, str], str] = field(default=lambda idea_run, stage, speaker: "")

    @property
    def holds_chat(self) -> bool:
        return bool(self.participants)
