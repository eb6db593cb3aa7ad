import pytest

from agents.conversation.policies import Participants, Turn, build_policy
from agents.journal import Journal
from agents.models.config import load_models_config
from agents.participants import ParticipantFactory
from agents.role_card import RoleCard
from agents.run_context import RunContext
from tools.errors import UserError

PANEL = Participants(("a", "b", "c", "chair"), chair="chair", rounds=1)


def play(policy, submits=lambda speaker: True, most=40):
    """Let everybody who is named speak, and record the order; parallel speakers are one entry."""
    turns, order = [], []
    while (speakers := policy.next_speakers(turns)[1]) and len(order) < most:
        order.append(speakers)
        turns += [Turn(s, "", frozenset({"x"}) if submits(s) else frozenset(), round=len(order)) for s in speakers]
    return order


def test_a_panel_is_blind_then_discusses_then_the_chair_closes():
    order = play(build_policy(["blind", "discussion", "chair"], PANEL))
    assert order == [["a", "b", "c"], ["a"], ["b"], ["c"], ["chair"]]


def test_who_handed_in_nothing_is_asked_once_more():
    order = play(build_policy(["blind"], PANEL), submits=lambda speaker: speaker != "b")
    assert order == [["a", "b", "c"], ["b"]]


def test_a_silent_chair_is_asked_three_times_at_most():
    assert play(build_policy(["chair"], PANEL), submits=lambda speaker: False) == [["chair"]] * 3


def test_a_dialogue_returns_to_the_lead_after_each_partner():
    order = play(build_policy(["dialogue"], Participants(("lead", "x", "y"))), most=6)
    assert order == [["lead"], ["x"], ["lead"], ["y"], ["lead"], ["x"]]


def test_a_round_takes_everybody_in_order():
    assert play(build_policy(["round"], Participants(("a", "b"))), most=4) == [["a"], ["b"], ["a"], ["b"]]


@pytest.mark.parametrize("policy", ["dialogue", "round"])
def test_a_conversation_is_over_once_all_participants_are_done(policy):
    policy = build_policy([policy], Participants(("a", "b")))
    one, both = [Turn("a", "No run completed. I am done.")], [Turn("a", "Stop. I am done."), Turn("b", "i am done")]
    assert policy.next_speakers(one)[1] == ["b"]
    assert policy.next_speakers(both) == ("", [])
    assert policy.next_speakers([*one, Turn("b", "I am done with run 1, what is next?")])[1] == ["a"]
    assert policy.next_speakers([*one, Turn("b", "Not yet."), Turn("a", "Go on.")])[1] == ["b"]


def test_a_single_participant_is_called_again_even_if_it_is_done():
    assert build_policy(["dialogue"], Participants(("a",))).next_speakers([Turn("a", "I am done.")])[1] == ["a"]


def test_an_unknown_policy_names_the_nearest():
    with pytest.raises(UserError, match="did you mean 'discussion'"):
        build_policy(["discusion"], PANEL)


async def test_a_model_picks_the_next_speaker_and_the_journal_keeps_its_choice(tmp_path):
    run_context = RunContext(Journal(tmp_path / "journal.jsonl"))
    cards = {name: RoleCard(name=name, description=f"The {name}.", prompt="Speak.") for name in ("plotter", "reader")}
    select = ParticipantFactory(cards, load_models_config("offline"), run_context, 0).selector("idea_1/figures")
    participants = Participants(("plotter", "reader"))
    turns = []
    for _ in range(3):
        turns.append(Turn(await select(turns, participants), "done"))
    assert [turn.speaker for turn in turns] == ["plotter", "reader", "plotter"]
    assert [record.key for record in run_context.journal.records()] == [
        f"idea_1/figures/selector/{n}/model:1" for n in (1, 2, 3)
    ]
