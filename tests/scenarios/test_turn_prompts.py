"""Before each turn, a participant is told what is due, by whom, and how many turns are left."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from agents.conversation.policies import MAX_CHAIR_TURNS, Participants, Turn
from agents.image_store import ImageStore
from agents.prompts import Prompts
from scenarios.phases import PHASES
from scenarios.phases.phase_type import PhaseType, ShownDeliverable
from scenarios.turn_prompts import TurnPrompts

PLAYED = [phase_type for phase_type in PHASES.values() if phase_type.deliverable]
TALK = Turn("one", "Here it is.")


def prompts_of(phase_type: PhaseType, folder: Path, accepted_by: str = "two", limit: int = 8) -> TurnPrompts:
    participants = Participants(("one", "two"), chair="one" if phase_type.is_panel else "")
    plain = PhaseType(
        **{
            **vars(phase_type),
            "turn_prompt": lambda *_: "",
            "status": lambda _: "",
            "shown": lambda _: ShownDeliverable(),
        }
    )
    context = SimpleNamespace(participants=participants, prompts=Prompts())
    tools = {"one": [phase_type.submits], "two": ["accept_deliverable"]}
    return TurnPrompts(context, plain, tools, ImageStore(folder), limit, accepted_by)  # type: ignore[arg-type]


@pytest.mark.parametrize("phase_type", PLAYED, ids=lambda each: each.name)
def test_every_turn_without_a_submission_is_followed_by_what_is_due(phase_type: PhaseType, tmp_path: Path) -> None:
    told = prompts_of(phase_type, tmp_path)
    assert told("", "one", []) == "", "the task has just been read"
    for taken in (1, 3, 5):
        turns = [TALK, Turn("two", "Good.")] * 3
        for speaker in ("one",) if phase_type.is_panel else ("one", "two"):
            text = told("", speaker, turns[:taken])
            assert phase_type.submits in text and phase_type.deliverable_name in text
            assert (
                any(line.startswith(("This turn", f"{8 - taken} turns")) for line in text.splitlines())
                or phase_type.is_panel
            )
            left = MAX_CHAIR_TURNS - taken // 2 - 1 if phase_type.is_panel else 8 - taken
            assert f"{left} turns are left" in text or (left == 1 and "the last one" in text) or left < 1


def test_answers_that_repeat_themselves_are_told_so(tmp_path: Path) -> None:
    told = prompts_of(PHASES["ideation"], tmp_path)
    other = Turn("two", "Why?")
    assert "word for word" in told("", "one", [TALK, other, TALK, other])
    assert "word for word" not in told("", "one", [TALK, other, Turn("one", "So."), other])


def test_what_was_submitted_waits_for_the_one_who_accepts_it(tmp_path: Path) -> None:
    told = prompts_of(PHASES["ideation"], tmp_path)
    submitted, words = Turn("one", "It.", frozenset({"idea"})), Turn("two", "I accept it.")
    assert "return_deliverable" in told("", "two", [submitted])
    assert "accept_deliverable" in told("", "one", [submitted, words]) and "Only two" in told(
        "", "one", [submitted, words]
    )
    returned = Turn("two", "returned: why?", returned=frozenset({"idea"}))
    assert "submit_idea" in told("", "one", [submitted, returned])


def test_nobody_on_call_is_told(tmp_path: Path) -> None:
    told = prompts_of(PHASES["writeup"], tmp_path)
    on_call = Participants(("one", "two"), on_call=("two",))
    object.__setattr__(told.context, "participants", on_call)
    assert told("", "two", [TALK]) == ""


def test_in_a_revision_the_writer_hears_from_the_ledger_which_runs_there_are() -> None:
    revision = PHASES["revision"]
    assert revision.works_with in revision.tools and revision.status is PHASES["experiments"].status
