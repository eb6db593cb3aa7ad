"""A turn ends when what the phase is for is handed in; nothing else that the participant had to do is cut off by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.autogen import CreateResult
from agents.conversation.policies import Participants, build_policy
from agents.durable.turn_state import MOST_REPEATED_REFUSALS
from agents.journal import read_journal
from agents.models.protocol_common import with_words
from tests.agents.test_calls_as_written import calls
from tests.fakes.conversation import Scripted, hold
from tools.errors import ToolError
from tools.toolsets.tool import Submission, Tool


async def submit_paper() -> Submission:
    """Hand in the paper."""
    return Submission("paper handed in, 6 pages", "paper", "accepted")


async def submit_answer() -> Submission:
    """Hand in the answer."""
    return Submission("answer handed in", "answer", "accepted")


async def read_section() -> str:
    """Fail."""
    raise ToolError("there is no such section")


BOTH = [Tool.of(submit_paper), Tool.of(submit_answer), Tool.of(read_section)]
PAPER, ANSWER = calls(("submit_paper", "{}")), calls(("submit_answer", "{}"))


@pytest.mark.parametrize(
    ("tools", "answers", "said"),
    [
        (BOTH[:1], [PAPER], "paper handed in, 6 pages"),
        (BOTH, [ANSWER, PAPER], "paper handed in, 6 pages"),
        (BOTH, [PAPER, ANSWER], "answer handed in"),
        (BOTH, [calls(("submit_paper", "{}"), ("submit_answer", "{}"))], "answer handed in"),
        (
            BOTH[::2],
            [calls(("submit_paper", "{}"), ("read_section", "{}")), "I looked once more."],
            "I looked once more.",
        ),
    ],
    ids=["at once", "the paper last", "the paper first", "both in one reply", "not beside a call that failed"],
)
async def test_a_turn_ends_where_nothing_is_left_to_do(
    tmp_path: Path, tools: list[Tool], answers: list[str | CreateResult | Exception], said: str
) -> None:
    writer = Scripted(answers)
    conversation, ending, run_context = await hold(tmp_path, {"writer": writer}, tools, turns=1, deliverable="paper")
    assert ending.kind == "accepted" and not run_context.stopping
    assert [turn.text for turn in conversation.turns] == [said] and len(writer.heard) == len(answers)


async def test_a_turn_that_ended_so_is_not_played_again(tmp_path: Path) -> None:
    await hold(tmp_path, {"writer": Scripted([PAPER])}, BOTH[:1], turns=1, deliverable="paper")
    again = Scripted([])
    conversation, ending, _ = await hold(tmp_path, {"writer": again}, BOTH[:1], turns=1, deliverable="paper")
    assert ending.kind == "accepted" and [turn.text for turn in conversation.turns] == ["paper handed in, 6 pages"]
    assert again.heard == []
    (turn,) = [record for record in read_journal(tmp_path / "journal.jsonl") if record.type == "turn"]
    assert [message["type"] for message in turn.data["context"]][1:] == [
        "AssistantMessage",
        "FunctionExecutionResultMessage",
    ]


async def submit_idea() -> Submission:
    """Hand in the idea, which somebody else has to accept."""
    return Submission("idea handed in", "paper", "submitted")


def with_thought(result: CreateResult, thought: str) -> CreateResult:
    return result.model_copy(update={"thought": thought})


@pytest.mark.parametrize(
    ("thought", "heard"),
    [
        ("", "idea handed in"),
        ("I kept the seeds.", "I kept the seeds.\n\nidea handed in"),
        (with_words(["They will object."], "I kept the seeds."), "I kept the seeds.\n\nidea handed in"),
        (with_words(["They will object."], ""), "idea handed in"),
    ],
    ids=["no words", "words", "reasoning and words", "only reasoning"],
)
async def test_a_submission_ends_the_turn_and_words_beside_it_are_heard(
    tmp_path: Path, thought: str, heard: str
) -> None:
    student = Scripted([with_thought(calls(("submit_idea", "{}")), thought)])
    advisor = Scripted(["Good."])
    models = {"student": student, "advisor": advisor}
    await hold(tmp_path, models, [Tool.of(submit_idea)], turns=2, deliverable="paper")
    assert len(student.heard) == 1 and advisor.heard[0][-1].content == heard


async def submit_review() -> Submission:
    """Hand in a review."""
    return Submission("review handed in", "review", "submitted")


async def test_a_review_ends_the_turn_only_while_reviewers_work_alone(tmp_path: Path) -> None:
    """In a discussion the others wait for words."""
    review = calls(("submit_review", "{}"))
    one, two = Scripted([review, review, "I changed my score."]), Scripted([review, "I keep mine."])
    participants = Participants(("one", "two"), rounds=1)
    conversation, _, _ = await hold(
        tmp_path,
        {"one": one, "two": two},
        [Tool.of(submit_review)],
        policy=build_policy(["blind", "discussion"], participants),
        participants=participants,
        deliverable="meta_review",
    )
    assert [turn.text for turn in conversation.turns] == ["review handed in"] * 2 + [
        "I changed my score.", "I keep mine."
    ]  # fmt: skip


async def return_deliverable(missing: str) -> Submission:
    """Return the paper."""
    return Submission(f"returned: {missing}", "paper", "returned")


async def test_reasons_for_a_return_are_heard_and_end_the_turn(tmp_path: Path) -> None:
    student = Scripted([calls(("return_deliverable", '{"missing": "Which metric?"}')), "I accept nothing yet."])
    writer = Scripted(["Here is the draft.", "I see."])
    tools = [Tool.of(return_deliverable)]
    models = {"writer": writer, "student": student}
    conversation, _, _ = await hold(tmp_path, models, tools, turns=3, deliverable="paper")
    assert conversation.turns[1].text == "returned: Which metric?" and len(student.heard) == 1
    assert "Which metric?" in str(writer.heard[1][-1].content)


async def write_section(latex: str) -> str:
    """Refuse a text that is too short."""
    if len(latex) < 9:
        raise ToolError("too short")
    return "written"


async def test_a_call_that_is_refused_again_and_again_ends_the_turn(tmp_path: Path) -> None:
    short = calls(("write_section", '{"latex": "x"}'))
    writer = Scripted([short] * 99)
    conversation, _, _ = await hold(tmp_path, {"writer": writer}, [Tool.of(write_section)], turns=1)
    assert len(writer.heard) == MOST_REPEATED_REFUSALS
    assert "write_section" in conversation.turns[0].text and "too short" in conversation.turns[0].text


async def test_other_calls_between_do_not_count(tmp_path: Path) -> None:
    short, other = (calls(("write_section", f'{{"latex": "{text}"}}')) for text in ("x", "y"))
    writer = Scripted([short, other, short, other, "I give up."])
    conversation, _, _ = await hold(tmp_path, {"writer": writer}, [Tool.of(write_section)], turns=1)
    assert conversation.turns[0].text == "I give up."


async def test_a_call_that_is_refused_for_less_each_time_goes_on(tmp_path: Path) -> None:
    missing = ["a, b, c", "b, c", "c", ""]

    async def submit(summary: str) -> str:
        """Refuse while something is missing."""
        if left := missing.pop(0):
            raise ToolError(f"missing: {left}")
        return f"submitted: {summary}"

    writer = Scripted([calls(("submit", '{"summary": "x"}'))] * 4 + ["Done."])
    conversation, _, _ = await hold(tmp_path, {"writer": writer}, [Tool.of(submit)], turns=1)
    assert conversation.turns[0].text == "Done."


async def test_a_reason_that_differs_in_numbers_only_is_the_same(tmp_path: Path) -> None:
    seconds = iter(range(99))

    async def run() -> str:
        """Fail."""
        raise ToolError(f"failed after {next(seconds)} s")

    writer = Scripted([calls(("run", "{}"))] * 99)
    await hold(tmp_path, {"writer": writer}, [Tool.of(run)], turns=1)
    assert len(writer.heard) == MOST_REPEATED_REFUSALS


async def test_a_note_of_the_program_is_not_taken_for_a_text(tmp_path: Path) -> None:
    note = "[166 characters, stored; read_section shows the present text]"
    writer = Scripted([calls(("write_section", f'{{"latex": "We say: {note}"}}')), "Done."])
    await hold(tmp_path, {"writer": writer}, [Tool.of(write_section)], turns=1)
    (result,) = writer.heard[-1][-1].content
    assert result.is_error and note in result.content  # type: ignore[union-attr]
