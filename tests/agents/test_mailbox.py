"""Questions and requests between a run and a page, in two processes or one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agents.autogen import UserMessage
from agents.mailbox import Mailbox, PersonAnswer, RunRequest
from agents.models.errors import PersonLeft
from agents.models.human import HumanClient


async def ended(_: str) -> str:
    raise EOFError


async def silent(_: str) -> str:
    await asyncio.Event().wait()
    raise AssertionError


async def answered(mailbox: Mailbox, text: str) -> str:
    while (question := mailbox.question()) is None:  # noqa: ASYNC110  another process would write it
        await asyncio.sleep(0.02)
    mailbox.answer(PersonAnswer(question=question.id, text=text))
    return question.text


def person(mailbox: Mailbox, ask=silent) -> HumanClient:
    client = HumanClient("advisor", ask)
    client.mailbox = mailbox
    return client


async def test_an_answer_of_the_page_is_the_answer_of_the_role(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "steering")
    asked = [UserMessage(content="What do you think?", source="phd_student")]
    result, shown = await asyncio.gather(person(mailbox).create(asked), answered(mailbox, "Well argued."))
    assert result.content == "Well argued." and "What do you think?" in shown
    assert mailbox.question() is None and not (tmp_path / "steering" / "answer.json").exists()


async def test_an_answer_to_an_older_question_is_not_taken(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    mailbox.answer(PersonAnswer(question="older", text="no"))
    work = asyncio.create_task(mailbox.ask("advisor", "text", [], may_end=False))
    await asyncio.sleep(0.8)
    assert not work.done()
    await answered(mailbox, "yes")
    assert (await work).text == "yes"


async def test_the_terminal_may_answer_first_and_the_question_is_withdrawn(tmp_path: Path) -> None:
    lines = iter(["typed", ""])

    async def typing(_: str) -> str:
        return next(lines)

    result = await person(Mailbox(tmp_path), typing).create([UserMessage(content="x", source="y")])
    assert result.content == "typed" and Mailbox(tmp_path).question() is None


async def test_without_a_terminal_the_run_waits_only_while_a_page_is_there(tmp_path: Path) -> None:
    mailbox, asked = Mailbox(tmp_path), [UserMessage(content="x", source="y")]
    with pytest.raises(PersonLeft):
        await person(mailbox, ended).create(asked)
    with Mailbox(tmp_path).attended():
        result, _ = await asyncio.gather(person(mailbox, ended).create(asked), answered(mailbox, "from the page"))
    assert result.content == "from the page" and not mailbox.is_attended


def test_a_request_is_taken_once(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    mailbox.request(RunRequest(dollars=3.0))
    assert mailbox.take_request() == RunRequest(dollars=3.0)
    assert mailbox.take_request() is None
