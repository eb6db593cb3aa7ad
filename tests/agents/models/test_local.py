"""Models without a server: a journal played back, and a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionCall,
    LLMMessage,
    SystemMessage,
    ToolSchema,
    UserMessage,
)
from agents.models import ModelSpec, UsageDetail, usage_detail
from agents.models.base import CALL_KEY
from agents.models.build import build_client
from agents.models.errors import PersonLeft, ReplayExhausted
from agents.models.human import HumanClient
from tools.errors import UserError

HELLO: list[LLMMessage] = [SystemMessage(content="You are the writer."), UserMessage(content="Write.", source="lab")]
DRAFT = ToolSchema(
    name="draft",
    description="Hand in a draft.\nMore.",
    parameters={"type": "object", "properties": {"text": {"type": "string"}}},
)


def record(key: str, content: Any, kind: str = "model") -> str:
    finish: Any = "stop" if isinstance(content, str) else "function_calls"
    result = CreateResult(finish_reason=finish, content=content, usage=UsageDetail(7, 3, cached_tokens=5), cached=False)
    data = {"digest": "d", "result": result.model_dump(mode="json", serialize_as_any=True)}
    return json.dumps({"key": key, "type": kind, "time": "t", "seconds": 0.1, "data": data}) + "\n"


def replaying(journal: Path, role: str = "") -> Any:
    return build_client(ModelSpec(provider="replay", options={"journal": str(journal)}), role=role)


async def test_each_role_gets_its_own_answers_in_their_order(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text(
        record("s/ideation/writer/1/model:1", [FunctionCall("c1", '{"text": "x"}', "draft")])
        + record("s/ideation/advisor/1/model:1", "Hm.")
        + record("s/ideation/writer/1", "no call", kind="turn")
        + record("s/ideation/writer/1/model:2", "Done.")
    )
    writer = replaying(journal, "writer")
    first, second = [await writer.create(HELLO) for _ in range(2)]
    assert first.content == [FunctionCall("c1", '{"text": "x"}', "draft")] and first.finish_reason == "function_calls"
    assert second.content == "Done." and second.usage.prompt_tokens == 7
    assert (await replaying(journal, "advisor").create(HELLO)).content == "Hm."
    with pytest.raises(ReplayExhausted, match="no further recorded answer for writer") as caught:
        await writer.create(HELLO)
    assert caught.value.permanent


async def test_a_phase_begins_with_its_own_answers(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text(
        record("i/ideation/writer/1/model:1", [FunctionCall("c1", "{}", "submit_idea")])
        + record("i/ideation/writer/1/model:2", "My idea is in.")
        + record("i/ideation/writer/2/model:1", "One more remark.")
        + record("i/panel/writer/1/model:1", "First words.")
        + record("i/panel:2/writer/1/model:1", "Second words.")
    )
    writer = replaying(journal, "writer")
    said = []
    for key in (
        "i/ideation/writer/1/model:1",
        "i/ideation/writer/2/model:1",
        "i/panel/writer/1/model:1",
        "i/panel:2/writer/9/model:1",
    ):
        CALL_KEY.set(key)
        said.append((await writer.create(HELLO)).content)
    assert said[1:] == ["One more remark.", "First words.", "Second words."]
    goes_on = replaying(journal, "writer")
    for number in (1, 2):
        CALL_KEY.set(f"i/ideation/writer/1/model:{number}")
        assert (last := await goes_on.create(HELLO))
    assert last.content == "My idea is in."  # the turn did not end with the submission
    CALL_KEY.set("i/panel:2/writer/9/model:2")
    with pytest.raises(ReplayExhausted, match="in i/panel:2"):
        await writer.create(HELLO)
    CALL_KEY.set("")


@pytest.mark.parametrize("text", ["no json\n", '{"type": "model", "key": "k", "data": {}}\n'])
def test_what_is_no_journal(tmp_path: Path, text: str) -> None:
    (tmp_path / "journal.jsonl").write_text(text)
    with pytest.raises(UserError, match=r"journal\.jsonl:1: not a journal record"):
        replaying(tmp_path / "journal.jsonl")
    with pytest.raises(UserError, match="there is no such journal"):
        replaying(tmp_path / "elsewhere.jsonl")


def person(*lines: str) -> tuple[HumanClient, list[str]]:
    typed, shown = iter(lines), []

    async def ask(text: str) -> str:
        shown.append(text)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    return HumanClient("writer", ask), shown


async def test_a_person_writes_up_to_an_empty_line() -> None:
    client, shown = person("First.", "Second.", "")
    result = await client.create(HELLO)
    assert result.content == "First.\nSecond."
    assert "You are the writer." in shown[0] and "[lab] Write." in shown[0]


async def test_a_person_sees_only_what_is_new() -> None:
    client, shown = person("Yes.", "")
    whole = [*HELLO, AssistantMessage(content="Mine.", source="writer"), UserMessage(content="Why?", source="advisor")]
    await client.create(whole)
    assert "[advisor] Why?" in shown[0] and "Write." not in shown[0] and "Mine." not in shown[0]


async def test_a_person_calls_a_tool() -> None:
    client, shown = person("/tools", "/darft {}", "/draft {broken", '/draft {"text": "It is so."}')
    result = await client.create(HELLO, tools=[DRAFT])
    assert isinstance(result.content, list)
    assert (result.content[0].name, json.loads(result.content[0].arguments)) == ("draft", {"text": "It is so."})
    assert "/draft {text}  Hand in a draft." in shown[1]
    assert "0 tools match 'darft'" in shown[2] and "not JSON" in shown[3]
    assert usage_detail(result).model == "human"


async def test_a_tool_with_one_argument_takes_plain_words_and_a_beginning_of_its_name() -> None:
    client, _ = person("/dra It is so.")
    result = await client.create(HELLO, tools=[DRAFT])
    assert isinstance(result.content, list)
    assert (result.content[0].name, json.loads(result.content[0].arguments)) == ("draft", {"text": "It is so."})


async def test_a_person_who_leaves_pauses_the_run() -> None:
    client, _ = person()
    with pytest.raises(PersonLeft) as caught:
        await client.create(HELLO)
    assert caught.value.permanent
