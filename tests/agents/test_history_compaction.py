"""What a model is sent of a long conversation."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UnboundedChatCompletionContext,
    UserMessage,
)
from agents.history_compaction import HistoryCompaction, ResultRecall, placeholder_in
from tools.errors import ToolError

WIDE = HistoryCompaction(whole=40_000, step=20_000, headed=40)
NEXT_TURN = UserMessage(content="Go on.", source="lab")
OPENING: list[LLMMessage] = [
    SystemMessage(content="You are the coder."),
    UserMessage(content="The task.", source="lab"),
]


def conversation(calls: int, characters: int = 2000, arguments: str = "") -> list[LLMMessage]:
    messages = list(OPENING)
    for number in range(1, calls + 1):
        given = arguments or f'{{"file": "f{number}.py"}}'
        call = FunctionCall(id=f"c{number}", name="read_file", arguments=given)
        result = FunctionExecutionResult(
            content=f"{number}:" + "x" * characters, name="read_file", call_id=f"c{number}"
        )
        messages += [AssistantMessage(content=[call], source="coder"), FunctionExecutionResultMessage(content=[result])]
        if number % 10 == 0:
            messages.append(AssistantMessage(content="I have read ten files.", source="coder"))
    return messages


def size(messages: list[LLMMessage]) -> int:
    return sum(len(str(message.content)) for message in messages)


def test_a_short_conversation_is_sent_as_it_is() -> None:
    assert WIDE.shorten(conversation(15)) == conversation(15)


def test_the_opening_and_what_was_said_stay_and_pairs_stay_pairs() -> None:
    sent = WIDE.shorten(conversation(300))
    assert sent[:2] == OPENING
    assert sum(m.content == "I have read ten files." for m in sent) == 30
    for message, following in pairwise(sent):
        calls = isinstance(message, AssistantMessage) and isinstance(message.content, list)
        assert calls == isinstance(following, FunctionExecutionResultMessage)
        if calls:
            assert [c.id for c in message.content] == [r.call_id for r in following.content]


def test_the_newest_output_is_whole() -> None:
    whole = conversation(100)
    sent = WIDE.shorten(whole)
    assert sent[-36:] == whole[-36:]


def test_the_cost_of_a_phase_grows_with_its_turns_and_not_with_their_square() -> None:
    def sent_in_all(calls: int) -> int:
        return sum(size(WIDE.shorten(conversation(n))) for n in range(1, calls + 1, 10))

    assert sent_in_all(300) / sent_in_all(150) < 2.5
    unshortened = sum(size(conversation(n)) for n in range(1, 301, 10))
    assert sent_in_all(300) < unshortened / 4


def test_the_beginning_of_the_prompt_changes_seldom() -> None:
    """A provider's cache reads as far as two prompts agree."""
    compaction, agreed, total = WIDE, 0, 0
    before: list[LLMMessage] = []
    for number in range(1, 150):
        sent = compaction.shorten(conversation(number))
        same = next(
            (i for i, (a, b) in enumerate(zip(before, sent, strict=False)) if a != b), min(len(before), len(sent))
        )
        agreed, total, before = agreed + size(sent[:same]), total + size(sent), sent
    assert agreed / total > 0.75


def test_what_was_asked_again_is_left_out_and_long_arguments_are_cut() -> None:
    long = '{"file": "a.py", "text": "' + "y" * 5000 + '"}'
    sent = WIDE.shorten(conversation(30, arguments=long))
    first_call, first_result = sent[2], sent[3]
    assert "the same call was repeated later" in first_result.content[0].content
    assert len(first_call.content[0].arguments) < 1000


def test_calls_that_are_no_longer_sent_leave_their_count_and_the_way_back() -> None:
    """Every call is either sent or counted in the note."""
    sent = WIDE.shorten(conversation(300))
    [note] = [str(m.content) for m in sent if isinstance(m, UserMessage) and "read_again" in str(m.content)]
    kept = sum(isinstance(m, FunctionExecutionResultMessage) for m in sent)
    assert note.startswith(f"[{300 - kept} of your tool calls")


def reads(*files: str, characters: int = 4000) -> list[LLMMessage]:
    """A conversation that reads these files in their order, each read with the words of its number."""
    messages = list(OPENING)
    for number, file in enumerate(files, start=1):
        call = FunctionCall(id=f"c{number}", name="read_file", arguments=f'{{"file": "{file}"}}')
        content = f"{number}:" + "x" * (characters if file == "long.py" else 1500)
        result = FunctionExecutionResult(content=content, name="read_file", call_id=f"c{number}")
        messages += [AssistantMessage(content=[call], source="coder"), FunctionExecutionResultMessage(content=[result])]
    return messages


def shown(messages: list[LLMMessage]) -> list[int]:
    """The numbers of the reads that are sent whole."""
    results = [m.content[0].content for m in messages if isinstance(m, FunctionExecutionResultMessage)]
    return [int(text.partition(":")[0]) for text in results if not text.startswith("[")]


@pytest.mark.parametrize("characters", [2_000, 40_000], ids=["at once", "as it gets old"])
@pytest.mark.parametrize("tool, failed", [("search_literature", False), ("read_results", True)])
def test_what_a_repeated_call_does_not_say_again_is_kept(tool: str, failed: bool, characters: int) -> None:
    messages = list(OPENING)
    for number, (content, is_error) in enumerate([("found: " + "r" * 2000, False), ("(shown before)", failed)]):
        call = FunctionCall(id=f"r{number}", name=tool, arguments="{}")
        result = FunctionExecutionResult(content=content, name=tool, call_id=call.id, is_error=is_error)
        messages += [AssistantMessage(content=[call], source="coder"), FunctionExecutionResultMessage(content=[result])]
    sent = WIDE.shorten([*messages, *conversation(characters // 2000)[2:]])
    assert any("rrr" in str(message.content) for message in sent)


def test_a_file_read_anew_is_not_sent_twice_unless_much_has_followed() -> None:
    compaction = WIDE
    assert shown(compaction.shorten(reads("long.py", "a.py", "long.py"))) == [2, 3]
    assert shown(compaction.shorten(reads("long.py", "a.py", "long.py", "b.py", "long.py"))) == [2, 4, 5]
    assert shown(compaction.shorten(reads("long.py", "a.py", "b.py", "c.py", "long.py"))) == [1, 2, 3, 4, 5]
    assert shown(compaction.shorten(reads("long.py", "a.py", "long.py", characters=500))) == [1, 2, 3], (
        "short ones stay"
    )


async def test_what_was_left_out_can_be_read_again() -> None:
    context = UnboundedChatCompletionContext(initial_messages=conversation(100)[2:])
    shown = next(m for m in WIDE.shorten(await context.get_messages()) if "read_again" in str(m.content))
    assert "read_again(result=" in str(shown.content)
    recall = ResultRecall(context)
    assert await recall.read_again(7) == "7:" + "x" * 2000
    with pytest.raises(ToolError, match="no result 101"):
        await recall.read_again(101)


def written(number: int) -> list[LLMMessage]:
    text = f"{number}:" + "w" * 1_500
    call = FunctionCall(
        id=f"c{number}", name="write_section", arguments=json.dumps({"section": f"s{number}", "latex": text})
    )
    result = FunctionExecutionResult(content="found " * 300, name="search", call_id=f"c{number}", is_error=False)
    return [AssistantMessage(content=[call], source="me"), FunctionExecutionResultMessage(content=[result])]


def test_after_the_turn_what_is_kept_elsewhere_is_carried_no_more() -> None:
    whole = [message for number in range(5) for message in written(number)]
    next_turn = HistoryCompaction(recent=100_000, free=0).shorten(
        [*whole[:6], UserMessage(content="Go on.", source="a")], {}
    )
    assert all(len(str(message.content)) < 300 for message in next_turn[:-1:2])
    briefs = {f"c{number}": f"brief {number}" for number in range(5)}
    assert HistoryCompaction(free=0).shorten(whole[:6], briefs) == whole[:6], "within the turn it stays"
    sent = HistoryCompaction(recent=1, free=0).shorten(whole, briefs)
    assert sent[-2:] == whole[-2:]
    assert [message.content[0].content for message in sent[1:-2:2]] == [
        f"brief {n}\n[read_again(result={n + 1}) shows all of it]" for n in range(4)
    ]  # type: ignore
    assert all("read_section" in str(message.content) and len(str(message.content)) < 300 for message in sent[:-2:2])
    later = HistoryCompaction(recent=1, free=0).shorten([*whole, *written(5)], briefs)
    assert later[: len(sent) - 2] == sent[:-2], "the beginning stays as it was, so it is read from the cache"


def round_of(number: int, *made: tuple[str, dict[str, str], str], failed: bool = False) -> list[LLMMessage]:
    """A reply with calls, each with its arguments and its result."""
    calls = [FunctionCall(f"c{number}_{each}", json.dumps(given), name) for each, (name, given, _) in enumerate(made)]
    results = [
        FunctionExecutionResult(content=text, name=name, call_id=f"c{number}_{each}", is_error=failed)
        for each, (name, _, text) in enumerate(made)
    ]
    return [AssistantMessage(content=calls, source="me"), FunctionExecutionResultMessage(content=results)]


READS = round_of(1, *[("read_section", {"section": each}, each * 1_000) for each in "ab"])
BRIEFS = {"c1_0": "read a", "c1_1": "read b"}


def edits(*sections: str, failed: bool = False) -> list[LLMMessage]:
    return round_of(
        2, *[("edit_section", {"section": each, "old": "x", "new": "y"}, "ok") for each in sections], failed=failed
    )


@pytest.mark.parametrize(
    ("after", "leaves"),
    [(edits("a", "b"), True), (edits("a"), False), (edits("a", "b", failed=True), False)],
    ids=["all written", "one of two", "the edit failed"],
)
def test_sections_leave_once_all_that_were_read_together_are_written(after: list[LLMMessage], leaves: bool) -> None:
    sent = HistoryCompaction(free=0).shorten([*READS, *after], BRIEFS)
    assert ("a" * 1_000 not in str(sent[1].content)) is leaves


def test_a_search_leaves_once_its_records_are_cited() -> None:
    searched = round_of(1, ("search_literature", {"query": "q"}, "found " * 300))
    cited = round_of(
        2, ("add_citation", {"record": "r"}, "cite it as"), ("search_literature", {"query": "p"}, "new " * 300)
    )
    sent = HistoryCompaction(free=0).shorten([*searched, *cited], {"c1_0": "found r", "c2_1": "found s"})
    assert sent[1].content[0].content.startswith("found r\n") and sent[3] == cited[1]  # type: ignore[union-attr]


def test_the_arguments_of_a_refused_call_stay() -> None:
    refused = round_of(1, ("write_section", {"section": "a", "latex": "w" * 1_000}, "not written"), failed=True)
    assert HistoryCompaction(free=0).shorten([*refused, NEXT_TURN])[:2] == refused


def test_nothing_is_sent_anew_to_save_little() -> None:
    """Long results that are kept nowhere else fill the conversation; what could be left out is short."""
    whole = [message for number in range(20) for message in round_of(number, ("read_log", {}, f"{number} " * 500))]
    searched = round_of(99, ("search_literature", {"query": "q"}, "found " * 300))
    compaction = HistoryCompaction(whole=10**6, recent=12_000)
    assert compaction.shorten([*searched, *whole], {"c99_0": "found r"})[:2] == searched
    many = [message for number in range(20) for message in round_of(number, ("search_literature", {}, "found " * 300))]
    assert compaction.shorten(many, {f"c{number}_0": "found r" for number in range(20)})[1] != many[1]


def test_while_the_conversation_is_short_nothing_is_left_out() -> None:
    whole = [message for number in range(5) for message in [*written(number), NEXT_TURN]]
    briefs = {f"c{number}": "brief" for number in range(5)}
    assert HistoryCompaction().shorten(whole, briefs) == whole
    assert HistoryCompaction(free=100).shorten(whole, briefs) != whole


def test_a_note_that_names_its_tool_gets_no_second_pointer() -> None:
    note = "[an earlier verdict; check_paper shows the present one]"
    sent = HistoryCompaction(free=0).shorten([*written(0), NEXT_TURN], {"c0": note})
    assert sent[1].content[0].content == note  # type: ignore[union-attr]


def test_every_note_that_stands_for_a_text_is_known_as_one() -> None:
    long = json.dumps({"section": "a", "latex": "y" * 5000})
    seen = [*WIDE.shorten(conversation(60, arguments=long)), *WIDE.shorten(conversation(60))]
    seen += HistoryCompaction(free=0).shorten([*written(0), NEXT_TURN])
    notes = {note for message in seen if (note := placeholder_in(str(message.content)))}
    kinds = ("stored; read_section", "repeated later", "read_again(result=", "more characters omitted]")
    assert all(any(kind in note for note in notes) for kind in kinds)
    assert not placeholder_in("We omit [12 characters] and [the text, stored]; see [1].")
