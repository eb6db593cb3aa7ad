"""Images that tools give reach models with eyes, the newest of them, and the same after a resume."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from agents.autogen import FunctionExecutionResult, FunctionExecutionResultMessage, LLMMessage, UserMessage
from agents.autogen import Image as AutogenImage
from agents.budget import Budget
from agents.durable.model_calls import JournalClient
from agents.durable.turn_state import TurnState
from agents.image_store import ImageStore
from agents.journal import Journal
from agents.models.config import ModelSpec
from agents.models.usage import Pricing
from agents.run_context import RunContext, Stopped
from tests.fakes.conversation import Scripted


def png(level: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (4, 4), level).save(file, format="PNG")
    return file.getvalue()


def result(text: str) -> FunctionExecutionResultMessage:
    return FunctionExecutionResultMessage(
        content=[FunctionExecutionResult(content=text, name="view_figure", call_id="c", is_error=False)]
    )


def images(messages: list[LLMMessage]) -> list[UserMessage]:
    return [m for m in messages if isinstance(m, UserMessage) and isinstance(m.content, list)]


def test_an_image_follows_the_result_that_names_it(tmp_path: Path) -> None:
    mark = ImageStore(tmp_path).store(png(7))
    shown = ImageStore(tmp_path).show([result(f"loss.png\n{mark}"), UserMessage(content="Good.", source="lab")])
    assert isinstance(shown[1], UserMessage) and shown[1].content[0] == mark
    assert isinstance(shown[1].content[1], AutogenImage) and shown[1].content[1].image.getpixel((0, 0)) == (7, 7, 7)
    assert shown[2].content == "Good."


def test_only_the_newest_are_shown_and_they_change_seldom(tmp_path: Path) -> None:
    image_store = ImageStore(tmp_path)
    conversation: list[LLMMessage] = [result(image_store.store(png(level))) for level in range(30)]
    counts = [len(images(image_store.show(conversation[:n]))) for n in range(1, 31)]
    assert max(counts) < 12 and counts[-1] >= 6
    assert images(image_store.show(conversation))[-1].content[0] == conversation[-1].content[0].content
    first = [images(image_store.show(conversation[:n]))[0].content[0] for n in range(1, 31)]
    assert len(set(first)) <= 5


def test_an_image_that_is_in_view_is_not_shown_again(tmp_path: Path) -> None:
    image_store = ImageStore(tmp_path)
    marks = [image_store.store(png(level)) for level in range(15)]
    conversation: list[LLMMessage] = [result(marks[0]), result(marks[1]), result(marks[0])]
    shown = image_store.show(conversation)
    assert [m.content[0] for m in images(shown)] == marks[:2] and shown[-1] == conversation[-1]
    passed = [*(result(mark) for mark in marks), result(marks[0])]
    assert images(image_store.show(passed))[-1].content[0] == marks[0], "one that left the view comes back"


def test_words_that_look_like_a_mark_show_nothing(tmp_path: Path) -> None:
    conversation = [result("[image 0123456789abcdef]"), UserMessage(content="[image 0123456789abcdef]", source="x")]
    assert ImageStore(tmp_path).show(conversation) == conversation


async def test_an_image_counts_in_what_a_call_may_cost(tmp_path: Path) -> None:
    run_context = RunContext(Journal(tmp_path / "journal.jsonl"), budget=Budget(tokens=1_500))
    spec = ModelSpec(provider="openai", model="m", max_output_tokens=100)
    client = Scripted(["Seen."])
    client.model_info["vision"] = True
    participant = JournalClient(client, run_context, TurnState("plotter", "idea_1/figures/plotter/1"), Pricing(spec))
    with pytest.raises(Stopped, match="budget of the run"):
        await participant.create([result(run_context.image_store.store(png(7)))])
    assert not client.heard
