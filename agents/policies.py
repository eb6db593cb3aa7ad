"""Turn-taking policies: pure functions from the turns so far to who speaks next.

A policy returns the names of the next speakers. Several names speak in parallel, each blind to the others until all
have spoken. No name means that the policy has nobody left to call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.errors import UserError, nearest


@dataclass(frozen=True)
class Turn:
    """What a policy may look at: who spoke, what was said, which deliverables were handed in, which accepted.
    `answered` is false where the seat's model gave no answer, and nothing was said."""

    speaker: str
    text: str
    submitted: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()
    round: int = 0
    answered: bool = True


@dataclass(frozen=True)
class Seats:
    """The cast of a phase in the order of the scenario. The first leads; the chair, if any, closes."""

    names: tuple[str, ...]
    chair: str = ""
    rounds: int = 1
    """Discussion rounds."""

    @property
    def lead(self) -> str:
        return self.names[0]

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name != self.chair)


Policy = Callable[[Sequence[Turn]], list[str]]


def dialogue(seats: Seats) -> Policy:
    """The lead speaks first and after every other speaker; the others answer in turn."""
    partners = [name for name in seats.names if name != seats.lead]

    def speakers(turns: Sequence[Turn]) -> list[str]:
        if not partners or len(turns) % 2 == 0:
            return [seats.lead]
        return [partners[len(turns) // 2 % len(partners)]]

    return speakers


def round_robin(seats: Seats) -> Policy:
    """Everybody in the order of the cast, again and again."""
    return lambda turns: [seats.names[len(turns) % len(seats.names)]]


def blind(seats: Seats) -> Policy:
    """All but the chair at once, each without the others' words; who submitted nothing is asked once more."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        spoken = {name: [turn for turn in turns if turn.speaker == name] for name in seats.others}
        silent = [name for name, own in spoken.items() if not own]
        empty = [name for name, own in spoken.items() if len(own) == 1 and not own[0].submitted]
        return silent or empty

    return speakers


def discussion(seats: Seats) -> Policy:
    """Everybody but the chair one after the other, hearing all, for a fixed number of rounds."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        if len(turns) >= seats.rounds * len(seats.others):
            return []
        return [seats.others[len(turns) % len(seats.others)]]

    return speakers


def chair(seats: Seats) -> Policy:
    """The chair, up to three times, until a deliverable of the chair's is submitted."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        done = any(turn.submitted for turn in turns) or len(turns) >= 3
        return [] if done else [seats.chair or seats.lead]

    return speakers


def sequence(policies: Sequence[Policy]) -> Policy:
    """One policy after the other: the next begins where the one before it has nobody left to call."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        start = 0
        for policy in policies:
            end = next((end for end in range(start, len(turns) + 1) if not policy(turns[start:end])), None)
            if end is None:
                return policy(turns[start:])
            start = end
        return []

    return speakers


POLICIES: dict[str, Callable[[Seats], Policy]] = {
    "dialogue": dialogue,
    "round": round_robin,
    "blind": blind,
    "discussion": discussion,
    "chair": chair,
}
SELECTOR = "selector"
"""The name of the policy in which a model picks the next speaker; it needs a client, so the manager carries it out."""


def policy_names() -> list[str]:
    return [*POLICIES, SELECTOR]


def build_policy(names: Sequence[str], seats: Seats) -> Policy:
    """The policy, or the sequence of policies, of those names.

    Raises:
        UserError: there is no policy of such a name.
    """
    for name in names:
        if name not in POLICIES:
            raise UserError(f"policy {name!r}: there is none of that name; {nearest(name, policy_names())}")
    built = [POLICIES[name](seats) for name in names]
    return built[0] if len(built) == 1 else sequence(built)
