"""Turn-taking policies: pure functions from the turns so far to who speaks next.

A policy returns the names of the next speakers. Several names speak in parallel, each blind to the others until all
have spoken. No name means that the policy has nobody left to call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.errors import UserError, nearest
from tools.review import ReviewStage

DONE = "I am done"
"""With these words a reviewer ends reflecting early, as in The AI Scientist."""


@dataclass(frozen=True)
class Turn:
    """What a policy may look at: who spoke, what was said, which deliverables were handed in, which accepted.
    `answered` is false where the seat's model gave no answer, and nothing was said. `stage` is the policy that called."""

    speaker: str
    text: str
    submitted: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()
    round: int = 0
    answered: bool = True
    stage: str = ""


@dataclass(frozen=True)
class Participants:
    """The cast of a phase in the order of the scenario. The first leads; the chair, if any, closes; the authors, if any,
    only answer the reviews."""

    names: tuple[str, ...]
    chair: str = ""
    rounds: int = 1
    """Discussion rounds."""
    reflections: int = 0
    """Times at most that each reviewer goes over their own review."""
    authors: str = ""
    """The seat that answers the reviews."""
    answered: bool = False
    """The authors' answer is there already."""

    @property
    def lead(self) -> str:
        return self.names[0]

    @property
    def others(self) -> tuple[str, ...]:
        """All but the chair and the authors: on a panel, the reviewers."""
        return tuple(name for name in self.names if name not in (self.chair, self.authors))


Policy = Callable[[Sequence[Turn]], list[str]]
PolicyFactory = Callable[["Participants"], Policy]


def dialogue(participants: Participants) -> Policy:
    """The lead speaks first and after every other speaker; the others answer in turn."""
    partners = [name for name in participants.names if name != participants.lead]

    def speakers(turns: Sequence[Turn]) -> list[str]:
        if not partners or len(turns) % 2 == 0:
            return [participants.lead]
        return [partners[len(turns) // 2 % len(partners)]]

    return speakers


def round_robin(participants: Participants) -> Policy:
    """Everybody in the order of the cast, again and again."""
    return lambda turns: [participants.names[len(turns) % len(participants.names)]]


def blind(participants: Participants) -> Policy:
    """All reviewers at once, each without the others' words; who submitted nothing is asked once more."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        spoken = {name: [turn for turn in turns if turn.speaker == name] for name in participants.others}
        silent = [name for name, own in spoken.items() if not own]
        empty = [name for name, own in spoken.items() if len(own) == 1 and not own[0].submitted]
        return silent or empty

    return speakers


def reflection(participants: Participants) -> Policy:
    """Each reviewer goes over their own review, all at once and alone, for a number of rounds; who changed nothing, or says
    to be done, is not asked again."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        rounds = {name: [turn for turn in turns if turn.speaker == name] for name in participants.others}
        return [
            name
            for name, own in rounds.items()
            if len(own) < participants.reflections and not (own and _is_settled(own[-1]))
        ]

    return speakers


def _is_settled(turn: Turn) -> bool:
    return not turn.submitted or DONE.lower() in turn.text.lower()


def rebuttal(participants: Participants) -> Policy:
    """The authors answer the reviews, and then each reviewer speaks once more, all at once. Nobody speaks where there is
    neither an author nor an answer."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        own = [turn for turn in turns if turn.speaker == participants.authors]
        answered = participants.answered or any(ReviewStage.REBUTTAL in turn.submitted for turn in own)
        if participants.authors and not answered and len(own) < 2:
            return [participants.authors]
        spoken = {turn.speaker for turn in turns}
        return [name for name in participants.others if name not in spoken] if answered else []

    return speakers


def discussion(participants: Participants) -> Policy:
    """All reviewers one after the other, hearing all, for a fixed number of rounds."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        if len(turns) >= participants.rounds * len(participants.others):
            return []
        return [participants.others[len(turns) % len(participants.others)]]

    return speakers


def chair(participants: Participants) -> Policy:
    """The chair, up to three times, until a deliverable of the chair's is submitted."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        done = any(turn.submitted for turn in turns) or len(turns) >= 3
        return [] if done else [participants.chair or participants.lead]

    return speakers


def sequence(policies: Sequence[Policy]) -> Policy:
    """One policy after the other: the next begins where the one before it has nobody left to call."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        step, start = _in_force(policies, turns)
        return policies[step](turns[start:]) if step < len(policies) else []

    return speakers


def _in_force(policies: Sequence[Policy], turns: Sequence[Turn]) -> tuple[int, int]:
    """Which of the policies calls next, and the turn that it began at; one past the last when all are through."""
    start = 0
    for step, policy in enumerate(policies):
        end = next((end for end in range(start, len(turns) + 1) if not policy(turns[start:end])), None)
        if end is None:
            return step, start
        start = end
    return len(policies), start


POLICIES: Mapping[str, PolicyFactory] = {
    "dialogue": dialogue,
    "round": round_robin,
    ReviewStage.BLIND: blind,
    ReviewStage.REFLECTION: reflection,
    ReviewStage.DISCUSSION: discussion,
    ReviewStage.REBUTTAL: rebuttal,
    ReviewStage.CHAIR: chair,
}
SELECTOR = "selector"
"""The name of the policy in which a model picks the next speaker; it needs a client, so the manager carries it out."""


def build_policy(
    names: Sequence[str], participants: Participants, policies: Mapping[str, PolicyFactory] = POLICIES
) -> Policy:
    """Return the policy of that name, or the sequence of several policies.

    Raises:
        UserError: there is no policy of such a name.
    """
    for name in names:
        if name not in policies:
            raise UserError(f"policy {name!r}: there is no such policy; {nearest(name, [*policies, SELECTOR])}")
    built = [policies[name](participants) for name in names]
    return built[0] if len(built) == 1 else sequence(built)


def most_turns(names: Sequence[str], participants: Participants) -> int | None:
    """The turns that policies of those names can call for at most, turns without an answer left out; None where one of
    them goes on for ever."""
    many, answers = len(participants.others), bool(participants.authors or participants.answered)
    ends: dict[str, int] = {
        ReviewStage.BLIND: 2 * many,
        ReviewStage.REFLECTION: participants.reflections * many,
        ReviewStage.DISCUSSION: participants.rounds * many,
        ReviewStage.REBUTTAL: (2 + many) * answers,
        ReviewStage.CHAIR: 3,
    }
    return sum(ends[name] for name in names) if all(name in ends for name in names) else None


def build_stages(
    names: Sequence[str], participants: Participants, policies: Mapping[str, PolicyFactory] = POLICIES
) -> Callable[[Sequence[Turn]], str]:
    """Return a function from the turns so far to the name of the policy that calls next, empty when all have ended."""
    built = [policies[name](participants) for name in names]

    def stage(turns: Sequence[Turn]) -> str:
        step, _ = _in_force(built, turns)
        return names[step] if step < len(names) else ""

    return stage
