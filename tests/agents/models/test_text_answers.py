"""Calls and reasoning that a model writes into its text are put where they belong; other text stays as it is."""

from __future__ import annotations

import json

import pytest

from agents.autogen import CreateResult, FunctionCall, RequestUsage, ToolSchema
from agents.models.protocol_common import Request, visible_thought, words_beside_calls
from agents.models.text_answers import UNREADABLE_CALL, calls_in, tidied, tool_named, without_reasoning

OFFERED = ["submit_review", "list_files"]
CALL = '{"name": "submit_review", "arguments": {"score": 5}}'

WRITTEN = {
    "Hermes": f"I submit.\n<tool_call>\n{CALL}\n</tool_call>",
    "unclosed": f"<tool_call>{CALL}",
    "two": f"<tool_call>{CALL}</tool_call>\n<tool_call>" + '{"name": "list_files", "arguments": {}}</tool_call>',
    "Mistral": f"[TOOL_CALLS] [{CALL}]",
    "Mistral, by name": '[TOOL_CALLS]submit_review{"score": 5}',
    "Mistral, with a mark": '[TOOL_CALLS]submit_review[ARGS]{"score": 5}',
    "Llama's tag": "<|python_tag|>submit_review(score=5)",
    "flat": '{"tool": "submit_review", "score": 5}',
    "an action": '{"action": "submit_review", "action_input": {"score": 5}}',
    "Llama": '{"name": "submit_review", "parameters": {"score": 5}}',
    "fenced": f"I submit:\n```json\n{CALL}\n```",
    "OpenAI's own": json.dumps({"function": {"name": "submit_review", "arguments": '{"score": 5}'}}),
    "Qwen's XML": "<function=submit_review>\n<parameter=score>\n5\n</parameter>\n</function>",
    "Python's": "I submit:\nsubmit_review(score=5)\n",
    "Python's, fenced": "I submit:\n```python\nprint(submit_review(\n    score=5,\n    text='(So) good.',\n))\n```\nSo.",
    "ReAct": 'Thought: It is good.\nAction: submit_review\nAction Input: {"score": 5}\nObservation: it was taken',
    "ReAct, in bold": '**Action:** submit_review\n**Action Input:** {"score": 5}',
    "with a prefix": '<tool_call>{"name": "functions.submit_review", "arguments": {"score": 5,}}</tool_call>',
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_call_in_a_known_format_is_read(text: str) -> None:
    call = calls_in(text, OFFERED)[0]
    assert call.name == "submit_review"
    assert int(json.loads(call.arguments)["score"]) == 5


@pytest.mark.parametrize(
    "text",
    [
        "I think that it is good.",
        '{"name": "somebody", "arguments": {"score": 5}}',
        '{"name": "submit_review"}',
        '```json\n{"score": 5}\n```',
        "<function=launch>x</function>",
        "Next I call submit_review(score=5) myself.",
        "submit_review(score=...)",
        "Action: think\nAction Input: {}",
    ],
)
def test_other_text_is_no_call(text: str) -> None:
    assert calls_in(text, OFFERED) == []


@pytest.mark.parametrize(
    "text", ['<tool_call>\n{"name": "accept", "arguments": {"why": 1}}\n</tool_call>', '[TOOL_CALLS]accept{"why": 1}']
)
def test_a_marked_call_of_a_tool_that_was_not_offered_keeps_its_name(text: str) -> None:
    call = calls_in(text, OFFERED)[0]
    assert (call.name, json.loads(call.arguments)) == ("accept", {"why": 1})


def test_a_call_that_cannot_be_read_is_one_that_no_tool_answers() -> None:
    for text in (
        "<tool_call>submit_review: 5</tool_call>",
        "submit_review(score=5, text='It's good.')",
        "submit_review(text='\\alpha is \\result{run_1/dino/kl}')",
        'Action: submit_review\nAction Input: {"score": 5',
        '```json\n{"name": "submit_review", "arguments": {"text": "a "quoted" word"}}\n```',
    ):
        (call,) = calls_in(text, OFFERED)
        assert call.name == UNREADABLE_CALL


THOUGHT = {
    "tags": ("<think>Hm.</think>\nGood.", "Good.", "Hm."),
    "no opening tag": ("Hm.\n</think>\n\nGood.", "Good.", "Hm."),
    "between words": ("So: <reasoning>Hm.</reasoning>Good.", "So: Good.", "Hm."),
    "channels": (
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Good.<|return|>",
        "Good.",
        "Hm.",
    ),
    "none": ("Good: 1 < 2. ", "Good: 1 < 2. ", ""),
}


@pytest.mark.parametrize(("text", "words", "reasoning"), THOUGHT.values(), ids=THOUGHT)
def test_reasoning_leaves_the_words(text: str, words: str, reasoning: str) -> None:
    assert without_reasoning(text) == (words, reasoning)


NAMES = {
    "functions.submit_review": "submit_review",
    "functions.submit_review:0": "submit_review",
    "default_api.submit_review": "submit_review",
    "mcp__lab__submit_review": "submit_review",
    "submit_review<|channel|>commentary": "submit_review",
    "submit-review": "submit_review",
    "submit_rebuttal": "submit_rebuttal",
}


@pytest.mark.parametrize(("name", "meant"), NAMES.items())
def test_a_prefix_does_not_hide_a_tool(name: str, meant: str) -> None:
    assert tool_named(name, OFFERED) == meant


def result(content: str | list[FunctionCall]) -> CreateResult:
    return CreateResult(finish_reason="stop", content=content, usage=RequestUsage(1, 1), cached=False)


def test_calls_in_text_become_calls_with_ids_and_the_journal_keeps_that_they_were_text() -> None:
    request = Request([], [ToolSchema(name=name, description="") for name in OFFERED])
    answer = tidied(result(f"<think>Hm.</think>Now.<tool_call>{CALL}</tool_call>"), request)
    assert isinstance(answer.content, list) and answer.content[0].id
    assert answer.finish_reason == "function_calls" and visible_thought(answer.thought) == "Hm.\n\nNow."
    assert words_beside_calls(answer.thought) == "Now."
    assert answer.usage.slips  # type: ignore[attr-defined]


def test_without_tools_and_without_words_an_answer_stays_as_it_is() -> None:
    for text in (f"<tool_call>{CALL}</tool_call>", "<think>Hm.</think>"):
        assert tidied(result(text), Request([])).content == text
