"""The stages of a panel: reflection with an early stop, the rebuttal, and who hears whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agents.autogen import CreateResult, LLMMessage
from agents.conversation.policies import DONE, Participants, PolicySequence, Turn, build_policy, most_turns
from agents.models.errors import CutOff
from tests.agents.test_calls_as_written import calls
from tests.fakes.conversation import Scripted, hold
from tools.review import ReviewStage
from tools.toolsets.tool import Submission, Tool

STEPS = ["blind", "reflection", "discussion", "rebuttal", "chair"]


def play(
    participants: Participants, say: Callable[[str, str], tuple[str, frozenset[str]]]
) -> list[tuple[str, list[str]]]:
    """Hold a panel: `say` gives, from stage and speaker, the words and what was handed in."""
    policy = build_policy(STEPS, participants)
    turns: list[Turn] = []
    order: list[tuple[str, list[str]]] = []
    while (called := policy.next_speakers(turns))[1] and len(order) < 40:
        stage, speakers = called
        order.append((stage, speakers))
        turns += [Turn(s, *say(stage, s), round=len(order)) for s in speakers]
    return order


def hands_in(stage: str, speaker: str) -> tuple[str, frozenset[str]]:
    return "done", frozenset({"rebuttal" if speaker == "writer" else "meta_review" if speaker == "chair" else "review"})


def test_every_step_in_its_order() -> None:
    participants = Participants(("a", "b", "writer", "chair"), chair="chair", authors="writer", reflections=2)
    assert play(participants, hands_in) == [
        ("blind", ["a", "b"]),
        ("reflection", ["a", "b"]),
        ("reflection", ["a", "b"]),
        ("discussion", ["a"]),
        ("discussion", ["b"]),
        ("rebuttal", ["writer"]),
        ("rebuttal", ["a", "b"]),
        ("chair", ["chair"]),
    ]


def test_reflection_ends_early_for_each_reviewer_alone() -> None:
    def say(stage: str, speaker: str) -> tuple[str, frozenset[str]]:
        if stage == "reflection" and speaker == "a":
            return "as it was", frozenset()
        if stage == "reflection" and speaker == "b":
            return f"A word changed. {DONE.upper()}.", frozenset({"review"})
        return hands_in(stage, speaker)

    participants = Participants(("a", "b", "c", "chair"), chair="chair", reflections=3, rounds=0)
    order = play(participants, say)
    assert order[1:4] == [("reflection", ["a", "b", "c"]), ("reflection", ["c"]), ("reflection", ["c"])]


def test_without_reflections_authors_or_an_answer_these_steps_are_passed_over() -> None:
    participants = Participants(("a", "chair"), chair="chair", rounds=0)
    assert [stage for stage, _ in play(participants, hands_in)] == ["blind", "chair"]


def test_an_answer_that_is_there_needs_no_author() -> None:
    participants = Participants(("a", "b", "chair"), chair="chair", rounds=0, has_rebuttal=True)
    assert play(participants, hands_in)[1:] == [("rebuttal", ["a", "b"]), ("chair", ["chair"])]


def test_authors_who_say_nothing_are_asked_twice_and_then_nobody_answers_to_nothing() -> None:
    def silent(stage: str, speaker: str) -> tuple[str, frozenset[str]]:
        return ("…", frozenset()) if speaker == "writer" else hands_in(stage, speaker)

    participants = Participants(("a", "writer", "chair"), chair="chair", authors="writer", rounds=0)
    assert play(participants, silent)[1:] == [("rebuttal", ["writer"]), ("rebuttal", ["writer"]), ("chair", ["chair"])]


@pytest.mark.parametrize("participants", [
    Participants(("a", "chair"), chair="chair"),
    Participants(("a", "b", "c", "writer", "chair"), chair="chair", rounds=2, reflections=3, authors="writer"),
    Participants((*tuple("abcdefghij"), "chair"), chair="chair", rounds=1, reflections=1, has_rebuttal=True),
])  # fmt: skip
def test_a_panel_of_any_size_ends_within_the_turns_that_are_told(participants: Participants) -> None:
    def stubborn(stage: str, speaker: str) -> tuple[str, frozenset[str]]:
        return ("no", frozenset()) if stage in ("blind", "chair") else ("again", frozenset({"review"}))

    told = most_turns(STEPS, participants)
    for say in (hands_in, stubborn):
        assert sum(len(speakers) for _, speakers in play(participants, say)) <= (told or 0)
    assert most_turns(["dialogue"], participants) is None


def said_to(heard: Sequence[LLMMessage]) -> str:
    return " | ".join(str(message.content) for message in heard)


PAIR = Participants(("one", "two"), reflections=1)


async def test_reviewers_hear_each_other_after_working_alone_and_in_order(tmp_path: Path) -> None:
    def prompt(stage: str, speaker: str, turns: Sequence[Turn]) -> str:
        return "Once more, alone." if stage == ReviewStage.REFLECTION else ""

    def models() -> dict[str, Scripted]:
        replies = ("submits", "again", "talks")
        return {name: Scripted([f"{name} {reply}" for reply in replies]) for name in PAIR.names}

    policy = PolicySequence((
        (ReviewStage.BLIND, lambda turns: list(PAIR.names) if len(turns) < 2 else []),
        (ReviewStage.REFLECTION, lambda turns: list(PAIR.names) if len(turns) < 2 else []),
        ("talk", lambda turns: list(PAIR.names) if len(turns) < 2 else []),
    ))  # fmt: skip
    first = models()
    await hold(tmp_path, first, turns=9, policy=policy, turn_prompt=prompt)
    for name, other in (("one", "two"), ("two", "one")):
        heard = first[name].heard
        assert f"{other} submits" not in said_to(heard[1]) and "Once more, alone." in said_to(heard[1])
        assert said_to(heard[2]).endswith(f"{name} again | {other} submits | {other} again")

    lines = (tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not ('/one/3"' in line or "/one/3/" in line)]
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "journal.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    second = {"one": Scripted(["one talks"]), "two": Scripted([])}
    await hold(tmp_path / "again", second, turns=9, policy=policy, turn_prompt=prompt)
    assert said_to(second["one"].heard[0]) == said_to(first["one"].heard[2]), "a resumed turn hears the same"


@pytest.mark.parametrize("failing", ["a", "b", "c"])
@pytest.mark.parametrize("failed_turn", [0, 1, 2, 3])
async def test_a_retried_turn_does_not_change_what_others_hear(tmp_path: Path, failing: str, failed_turn: int) -> None:
    """Blind, reflection, discussion and rebuttal: one model call fails and is retried, or none does."""
    panel = Participants(("a", "b", "c", "chair"), chair="chair", has_rebuttal=True)
    policy = build_policy(STEPS, panel)
    heard = {}
    for faulty in (False, True):
        models = {name: Scripted(panel_replies(name)) for name in panel.names}
        if faulty:
            replies: list[str | CreateResult | Exception] = list(panel_replies(failing))
            at = [number for number, reply in enumerate(replies) if isinstance(reply, str)][failed_turn]
            models[failing] = Scripted([*replies[:at], CutOff("m: cut off"), *replies[at:]])
        folder = tmp_path / str(faulty)
        folder.mkdir()
        await hold(folder, models, [Tool.of(submit_review)], turns=99, policy=policy, participants=panel)
        heard[faulty] = {name: said_to(model.heard[-1]) for name, model in models.items() if name != failing}
    assert heard[True] == heard[False]


def panel_replies(name: str) -> list[str | CreateResult]:
    review = calls(("submit_review", "{}"))
    return [review, f"{name} blind", review, f"{name} reflects", f"{name} talks", f"{name} after the rebuttal"]


async def submit_review() -> Submission:
    """Submit a review."""
    return Submission("review submitted", "review", "submitted")


def test_without_any_review_nobody_discusses_or_decides() -> None:
    participants = Participants(("a", "b", "chair"), chair="chair", has_rebuttal=True)
    assert play(participants, lambda stage, speaker: ("Fine.", frozenset())) == [("blind", ["a", "b"])] * 2


def test_one_review_is_enough_to_go_on() -> None:
    participants = Participants(("a", "b", "chair"), chair="chair", rounds=0)

    def say(stage: str, speaker: str) -> tuple[str, frozenset[str]]:
        return hands_in(stage, speaker) if speaker != "b" else ("Fine.", frozenset())

    assert play(participants, say) == [("blind", ["a", "b"]), ("blind", ["b"]), ("chair", ["chair"])]
