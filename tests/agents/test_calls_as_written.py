"""Calls as models write them: several at once, of tools there are none of, with arguments that are none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agents.autogen import (
    CreateResult,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    RequestUsage,
)
from agents.journal import read_journal
from agents.models.text_answers import UNREADABLE_CALL
from tests.agents.models.test_arguments import NO_OBJECT
from tests.fakes.conversation import Scripted, hold
from tools.toolsets.tool import Tool


def calls(*made: tuple[str, str]) -> CreateResult:
    whole = [FunctionCall(f"c{number}", arguments, name) for number, (name, arguments) in enumerate(made)]
    return CreateResult(finish_reason="function_calls", content=whole, usage=RequestUsage(1, 1), cached=False)


class Bench:
    """A file and its run, each of which takes its time."""

    def __init__(self) -> None:
        self.text = "old"

    async def edit_file(self, text: str) -> str:
        """Edit."""
        await asyncio.sleep(0.1)
        self.text = text
        return "edited"

    async def run_experiment(self) -> str:
        """Run."""
        return f"ran the {self.text} code"


async def results(folder: Path, made: CreateResult) -> list[FunctionExecutionResult]:
    """What the calls of one answer were answered with."""
    bench, one = Bench(), Scripted([made, "Done."])
    tools = [Tool.of(bench.edit_file), Tool.of(bench.run_experiment)]
    _, ending, run_context = await asyncio.wait_for(hold(folder, {"one": one}, tools, turns=1), 20)
    assert ending.kind == "turns" and not run_context.stopping
    answered = one.heard[1][-1]
    assert isinstance(answered, FunctionExecutionResultMessage)
    return answered.content


async def test_calls_of_one_answer_are_carried_out_in_their_order(tmp_path: Path) -> None:
    """An edit and the run of what was edited may come at once."""
    made = calls(("edit_file", '{"text": "new"}'), ("run_experiment", "{}"), ("edit_file", '{"text": "newer"}'))
    assert [result.content for result in await results(tmp_path, made)] == ["edited", "ran the new code", "edited"]


async def test_an_unknown_tool_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (result,) = await results(tmp_path, calls(("run the experiment!\0", "{}")))
    assert result.is_error and result.content.endswith("did you mean 'run_experiment'?")


@pytest.mark.parametrize("arguments", NO_OBJECT.values(), ids=NO_OBJECT)
async def test_arguments_that_are_none_are_answered_with_what_is_wrong(tmp_path: Path, arguments: str) -> None:
    (result,) = await results(tmp_path, calls(("edit_file", arguments)))
    assert result.is_error and "edit_file was not called, its arguments are no JSON object: " in result.content


async def test_such_calls_are_in_the_journal_like_any_other(tmp_path: Path) -> None:
    await results(tmp_path, calls(("edit", "{}"), ("edit_file", "{"), ("edit_file", '{"text": 5}')))
    records = [record.data for record in read_journal(tmp_path / "journal.jsonl") if record.type == "tool"]
    assert [(record["tool"], record["failed"]) for record in records] == [(name, True) for name in
                                                                           ("edit", "edit_file", "edit_file")]  # fmt: skip


async def test_an_unknown_argument_is_told_once_and_then_ignored(tmp_path: Path) -> None:
    made = ("edit_file", '{"text": "new", "txt": "x"}')
    first, second = await results(tmp_path, calls(made, made))
    assert first.is_error and "'txt'" in first.content and "leave it out" in first.content
    assert (second.is_error, second.content) == (False, "edited")


async def test_a_call_in_text_that_cannot_be_read_is_answered_with_how_to_call(tmp_path: Path) -> None:
    (result,) = await results(tmp_path, calls((UNREADABLE_CALL, '{"text": "<tool_call>edit"}')))
    assert result.is_error and "<tool_call>" in result.content
