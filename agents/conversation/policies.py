"""Turn-taking policies: pure functions from the turns so far to who speaks next.

A policy returns the names of the next speakers. Several names speak in parallel and do not hear each other until all have
spoken. No names means that the policy has nobody left to call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.errors import UserError, nearest
from tools.review import ReviewStage
from tools.toolsets.tool import REQUEST

DONE = "I am done"
"""A reviewer ends its reflection early with these words, as in The AI Scientist. Where the latest turns of all other
participants end with them, a dialogue or a round is over."""
MAX_CHAIR_TURNS = 3
NEED_REVIEWS = (ReviewStage.DISCUSSION, ReviewStage.REBUTTAL, ReviewStage.CHAIR)
"""Policies that call nobody where the policies before them ended without a review."""


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation."""

    speaker: str
    text: str
    submitted: frozenset[str] = frozenset()
    """Deliverables that the speaker submitted in this turn."""
    accepted: frozenset[str] = frozenset()
    """Deliverables that became accepted in this turn."""
    returned: frozenset[str] = frozenset()
    """Deliverables that the speaker returned in this turn."""
    round: int = 0
    answered: bool = True
    """False if the speaker's model gave no answer; `text` then holds the reason."""
    stage: str = ""
    """Name of the policy that called the speaker."""


@dataclass(frozen=True)
class Participants:
    """The participants of a phase, in the order of the scenario. The first one leads."""

    names: tuple[str, ...]
    chair: str = ""
    """Closes a panel."""
    rounds: int = 1
    """Discussion rounds."""
    reflections: int = 0
    """The most times each reviewer revises its own review."""
    authors: str = ""
    """Only responds to the reviews."""
    has_rebuttal: bool = False
    """True if the authors' response exists before the panel begins."""
    on_call: tuple[str, ...] = ()
    """Speak in a dialogue only when another participant asks them."""

    @property
    def lead(self) -> str:
        return self.names[0]

    @property
    def others(self) -> tuple[str, ...]:
        """Everyone except the chair and the authors: on a panel, the reviewers."""
        return tuple(name for name in self.names if name not in (self.chair, self.authors))


Policy = Callable[[Sequence[Turn]], list[str]]
PolicyFactory = Callable[[Participants], Policy]


@dataclass(frozen=True)
class PolicySequence:
    """Named policies in sequence: the next one begins when the one before it has nobody left to call. Without a review,
    there is nothing to discuss or to decide."""

    policies: tuple[tuple[str, Policy], ...] = ()

    def next_speakers(self, turns: Sequence[Turn]) -> tuple[str, list[str]]:
        """Return the name of the policy in force and the speakers it calls; both empty when all policies are finished."""
        start = 0
        for name, policy in self.policies:
            if name in NEED_REVIEWS and start and not any(turn.submitted for turn in turns[:start]):
                continue
            end = next((end for end in range(start, len(turns) + 1) if not policy(turns[start:end])), None)
            if end is None:
                return name, policy(turns[start:])
            start = end
        return "", []


def dialogue(participants: Participants) -> Policy:
    """The lead speaks first and after every other speaker; the others take turns. Over once all are done.

    A participant who is on call speaks next when asked, and then the one who asked speaks again.
    """
    regular = [name for name in participants.names if name not in participants.on_call]
    partners = [name for name in regular if name != participants.lead]

    def speakers(turns: Sequence[Turn]) -> list[str]:
        if _all_done(regular, turns):
            return []
        if turns and (asked := _asked(turns, participants.on_call)):
            return [asked]
        count = sum(turn.speaker in regular and not _requests(turn) for turn in turns)
        if not partners or count % 2 == 0:
            return [participants.lead]
        return [partners[count // 2 % len(partners)]]

    return speakers


def _asked(turns: Sequence[Turn], on_call: Sequence[str]) -> str:
    """Return who was asked in the newest turn of a regular participant and has not spoken since; empty if nobody."""
    spoken = list[str]()
    for turn in reversed(turns):
        if turn.speaker not in on_call:
            return next((name for name in on_call if name in _requests(turn) and name not in spoken), "")
        spoken.append(turn.speaker)
    return ""


def _requests(turn: Turn) -> set[str]:
    return {name.removeprefix(REQUEST) for name in turn.submitted if name.startswith(REQUEST)}


def round_robin(participants: Participants) -> Policy:
    """All participants in order, again and again until all are done."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        done = _all_done(participants.names, turns)
        return [] if done else [participants.names[len(turns) % len(participants.names)]]

    return speakers


def says_done(text: str) -> bool:
    """Return whether a turn ends with `DONE`."""
    return text.rstrip(" .!\n").lower().endswith(DONE.lower())


def _all_done(names: Sequence[str], turns: Sequence[Turn]) -> bool:
    """Return whether the latest turns of at least two participants, which are all there are, end with `DONE`."""
    latest = {turn.speaker: turn.text for turn in turns}
    return len(names) > 1 and all(says_done(latest.get(name, "")) for name in names)


def blind(participants: Participants) -> Policy:
    """All reviewers in parallel; one that submits nothing is called once more."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        own_turns = _by_speaker(participants.others, turns)
        silent = [name for name, own in own_turns.items() if not own]
        empty = [name for name, own in own_turns.items() if len(own) == 1 and not own[0].submitted]
        return silent or empty

    return speakers


def reflection(participants: Participants) -> Policy:
    """All reviewers revise their own reviews in parallel, for a number of rounds.

    A reviewer that changes nothing, or says `DONE`, is not called again.
    """

    def speakers(turns: Sequence[Turn]) -> list[str]:
        return [
            name
            for name, own in _by_speaker(participants.others, turns).items()
            if len(own) < participants.reflections and not (own and _is_settled(own[-1]))
        ]

    return speakers


def _by_speaker(names: Sequence[str], turns: Sequence[Turn]) -> dict[str, list[Turn]]:
    return {name: [turn for turn in turns if turn.speaker == name] for name in names}


def _is_settled(turn: Turn) -> bool:
    return not turn.submitted or DONE.lower() in turn.text.lower()


def rebuttal(participants: Participants) -> Policy:
    """The authors respond to the reviews, then each reviewer speaks once more, in parallel.

    Calls nobody where there are neither authors nor a response.
    """

    def speakers(turns: Sequence[Turn]) -> list[str]:
        own = [turn for turn in turns if turn.speaker == participants.authors]
        responded = participants.has_rebuttal or any(ReviewStage.REBUTTAL in turn.submitted for turn in own)
        if participants.authors and not responded and len(own) < 2:
            return [participants.authors]
        spoken = {turn.speaker for turn in turns}
        return [name for name in participants.others if name not in spoken] if responded else []

    return speakers


def discussion(participants: Participants) -> Policy:
    """All reviewers in order, hearing each other, for a fixed number of rounds."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        if len(turns) >= participants.rounds * len(participants.others):
            return []
        return [participants.others[len(turns) % len(participants.others)]]

    return speakers


def chair(participants: Participants) -> Policy:
    """The chair, up to `MAX_CHAIR_TURNS` times, until it submits a deliverable."""

    def speakers(turns: Sequence[Turn]) -> list[str]:
        done = any(turn.submitted for turn in turns) or len(turns) >= MAX_CHAIR_TURNS
        return [] if done else [participants.chair or participants.lead]

    return speakers


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
"""Name of the policy in which a model chooses the next speaker. It is not in `POLICIES` because it needs a model client."""


def build_policy(
    names: Sequence[str], participants: Participants, policies: Mapping[str, PolicyFactory] = POLICIES
) -> PolicySequence:
    """Return the named policies in sequence.

    Raises:
        UserError: a name is unknown.
    """
    for name in names:
        if name not in policies:
            raise UserError(f"policy {name!r}: there is no such policy; {nearest(name, [*policies, SELECTOR])}")
    return PolicySequence(tuple((name, policies[name](participants)) for name in names))


def most_turns(names: Sequence[str], participants: Participants) -> int | None:
    """Return the most answered turns that the named policies can call for; None if one of them never ends."""
    reviewers, may_respond = len(participants.others), bool(participants.authors or participants.has_rebuttal)
    limits: dict[str, int] = {
        ReviewStage.BLIND: 2 * reviewers,
        ReviewStage.REFLECTION: participants.reflections * reviewers,
        ReviewStage.DISCUSSION: participants.rounds * reviewers,
        ReviewStage.REBUTTAL: (2 + reviewers) * may_respond,
        ReviewStage.CHAIR: MAX_CHAIR_TURNS,
    }
    return sum(limits[name] for name in names) if all(name in limits for name in names) else None
