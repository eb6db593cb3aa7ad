"""What a model may write as the arguments of a call, and what becomes of it."""

from __future__ import annotations

import json

import pytest

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    ToolSchema,
    UserMessage,
)
from agents.models import ModelSpec
from agents.models.arguments import arguments_object, read_arguments
from agents.models.build import build_client
from tests.fakes.answer import Answer
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.openai_server import OpenAIServer

NO_OBJECT = {
    "cut": '{"file": "exper',
    "a list": "[1, 2]",
    "a word": "draft",
    "not a number": '{"line": NaN}',
    "infinite": '{"line": 1e999}',
    "5,000 digits": '{"line": ' + "1" * 5000 + "}",
    "too deep": '{"lines": ' + "[" * 100_000,
}


@pytest.mark.parametrize("text", NO_OBJECT.values(), ids=NO_OBJECT)
def test_what_is_no_object_is_said_to_be_none_and_can_be_sent_back(text: str) -> None:
    with pytest.raises(ValueError):
        read_arguments(text)
    assert arguments_object(text) == {"not_an_object": text}


def test_an_object_is_read_as_it_is() -> None:
    given = {"file": "a.py", "lines": [1, 2.5, None, True], "text": "naïve \U0001f600"}
    assert read_arguments(json.dumps(given)) == given
    assert read_arguments("") == {}


HARMLESS = {
    "encoded twice": '"{\\"score\\": 5}"',
    "trailing comma": '{"score": 5,}',
    "fenced": '```json\n{"score": 5}\n```',
    "Python's way": "{'score': 5}",
    "with white space": ' {"score": 5}\n',
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_what_can_mean_one_thing_only_is_read(text: str) -> None:
    assert read_arguments(text) == {"score": 5}


def test_a_repair_leaves_texts_alone() -> None:
    assert read_arguments('{"text": "a,}\n,]", }') == {"text": "a,}\n,]"}
    with pytest.raises(ValueError):
        read_arguments("{'text': '\\alpha'}")


def test_half_a_character_becomes_a_question_mark() -> None:
    assert read_arguments('{"text": "a\\ud800b"}') == {"text": "a?b"}


@pytest.mark.slow
@pytest.mark.parametrize("reasoning", [None, "low"], ids=["plain", "reasoning"])
@pytest.mark.parametrize("provider", ["anthropic", "openai", "openai_compatible"])
async def test_whatever_was_written_the_conversation_goes_on(
    provider: str, reasoning: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The servers accept what is sent back, as strict about it as the real ones."""
    monkeypatch.setenv("FAKE_KEY", "k")
    kind = AnthropicServer if provider == "anthropic" else OpenAIServer
    look = ToolSchema(name="look", description="Look.", parameters={"type": "object", "properties": {}})
    written = [*NO_OBJECT.values(), '{"text": "a\\ud800b"}', '{"text": "a\ud800b"}']
    calls = tuple(FunctionCall(f"c{i}", text, "look\ud800 around!") for i, text in enumerate(written))
    answers = iter(
        [Answer(text="Hm\ud800.", calls=calls, thinking="Well\ud800." if reasoning else ""), Answer("I see.")]
    )
    with kind(lambda messages, tools: next(answers)) as fake:
        given = {"base_url": fake.base_url, "key_env": "FAKE_KEY", "retries": 0, "reasoning_effort": reasoning}
        client = build_client(ModelSpec(provider=provider, model="fake-1", **given))
        conversation: list[LLMMessage] = [UserMessage(content="Look.", source="lab")]
        called = await client.create(conversation, tools=[look])
        assert isinstance(called.content, list)
        results = [FunctionExecutionResult(call_id=call.id, name=call.name, content="no", is_error=True)
                   for call in called.content]  # fmt: skip
        conversation += [
            AssistantMessage(content=called.content, thought=called.thought, source="me"),
            FunctionExecutionResultMessage(content=results),
        ]
        assert (await client.create(conversation, tools=[look])).content == "I see."
