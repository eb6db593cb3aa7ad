"""What a phase is: who is in the room by default, with which tools, for which deliverable, told what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from scenarios.study import Study

Needs = frozenset[str]


async def _nothing(study: Study) -> None:
    """Most phases need no work of the harness before or after the conversation."""


@dataclass(frozen=True)
class PhaseKind:
    """One kind of phase. A new one is a new file in this folder and a line in `PHASES`.

    `variables` fills the prompt of the phase's name. `before` and `after` are work of the harness, done once each and
    recorded. `cue` is what a speaker is told before a turn of a stage; `study.turns` has the turns so far. `usable`
    says whether a deliverable that nobody accepted in time is still good enough to go on with.
    """

    name: str
    deliverable: str
    cast: tuple[str, ...] = ()
    policy: tuple[str, ...] = ("dialogue",)
    tools: tuple[str, ...] | None = ()
    """None for whatever a role's card says."""
    turns: int = 12
    chair: str = ""
    needs: Needs = frozenset()
    """Of the machine: sandbox, tex, literature; of the scenario: template; and what phases before it give."""
    gives: Needs = frozenset()
    """What phases after it may need: idea, results, paper, reviews."""
    variables: Callable[[Study], dict[str, object]] = field(default=lambda study: {})
    before: Callable[[Study], Awaitable[None]] = _nothing
    after: Callable[[Study], Awaitable[None]] = _nothing
    usable: Callable[[Study], bool] = field(default=lambda study: False)
    cue: Callable[[Study, str, str], str] = field(default=lambda study, stage, speaker: "")

    @property
    def holds_chat(self) -> bool:
        return bool(self.cast)
