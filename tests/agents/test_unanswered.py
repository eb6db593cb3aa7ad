"""A model that gives no answer costs its seat nothing but time: it is asked again, and told why."""

from __future__ import annotations

from pathlib import Path

from agents.conversation.conversation import MAX_RETRIES, taken
from agents.conversation.policies import Participants, Turn, blind
from agents.models.errors import AuthenticationFailed, CutOff, Refused
from tests.fakes.conversation import Scripted, hold

CUT = CutOff("m: cut off after 16 tokens; raise max_output_tokens in the models config")


async def test_the_seat_is_asked_again_at_once_and_told_why(tmp_path: Path) -> None:
    one, two = Scripted([CUT, "First.", "Third."]), Scripted(["Second.", "Fourth."])
    conversation, ending, _ = await hold(tmp_path, {"one": one, "two": two})
    assert [turn.text for turn in conversation.turns if turn.answered] == ["First.", "Second.", "Third.", "Fourth."]
    assert ending.reason == "turn limit: 4 turns of 4"
    assert "cut off after 16 tokens" not in str(one.heard[0]) and "cut off after 16 tokens" in str(one.heard[1][-1])
    assert "max_output_tokens" not in str(one.heard), "advice for the person who runs the study"


async def test_one_that_never_answers_is_gone_on_without(tmp_path: Path) -> None:
    refusing, other = Scripted([Refused("m: refused to answer")] * 99), Scripted(["Yes."] * 99)
    conversation, ending, run_context = await hold(tmp_path, {"one": refusing, "two": other})
    assert [turn.speaker for turn in conversation.turns] == [*["one"] * (MAX_RETRIES + 1), "two"] * 2
    assert ending.kind == "turns" and not run_context.stopping


async def test_taken_up_again_it_goes_the_same_way_without_a_call(tmp_path: Path) -> None:
    def participants() -> dict[str, Scripted]:
        return {"one": Scripted([CUT, "First.", "Third."]), "two": Scripted(["Second."])}

    first, _, _ = await hold(tmp_path, {**participants()}, turns=3)
    again = participants()
    second, _, _ = await hold(tmp_path, {**again}, turns=3)
    assert second.turns == first.turns and not again["one"].heard and not again["two"].heard


async def test_a_permanent_failure_stops_the_run(tmp_path: Path) -> None:
    one = Scripted([AuthenticationFailed("m: authentication failed; check the key")])
    _, ending, run_context = await hold(tmp_path, {"one": one, "two": Scripted([])})
    assert ending.kind == "stopped" and run_context.stop_reason == "one: m: authentication failed; check the key"


def test_what_was_handed_in_before_counts_for_the_turn_that_is_heard() -> None:
    missed = Turn("one", "(no answer)", submitted=frozenset({"review"}), answered=False)
    assert taken([missed]) == []
    assert taken([missed, Turn("one", "Done.")]) == [Turn("one", "Done.", submitted=frozenset({"review"}))]
    rule = blind(Participants(("one", "two")))
    assert rule(taken([missed, Turn("two", "Done.", submitted=frozenset({"review"}))])) == ["one"]
