"""A server that speaks Anthropic's Messages protocol and is as strict about it as the real one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    ToolSchema,
    UserMessage,
)
from tests.fakes.answer import Answer
from tests.fakes.model_server import ModelServer, answer_tokens, event, pieces_of, spoken, tokens

_TYPES = {
    "401": "authentication_error",
    "404": "not_found_error",
    "500": "api_error",
    "529": "overloaded_error",
    "429": "rate_limit_error",
    "429 retry-after": "rate_limit_error",
    "429 no credit": "billing_error",
}


@dataclass
class AnthropicServer(ModelServer):
    _written: dict[str, int] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return self.origin

    def read(self, path: str, body: dict[str, Any]) -> tuple[list[LLMMessage], list[ToolSchema]]:
        check(body)
        names = {
            block["id"]: block["name"]
            for turn in body["messages"]
            for block in turn["content"]
            if block["type"] == "tool_use"
        }
        messages: list[LLMMessage] = [SystemMessage(content=block["text"]) for block in body.get("system", [])]
        for turn in body["messages"]:
            messages += _own(turn) if turn["role"] == "assistant" else _heard(turn, names)
        tools = [
            ToolSchema(name=tool["name"], description=tool["description"], parameters=tool["input_schema"])
            for tool in body.get("tools", [])
        ]
        return messages, tools

    def whole(self, path: str, answer: Answer, usage: dict[str, int], fault: str | None) -> Any:
        blocks: list[dict[str, Any]] = []
        if answer.thinking:
            blocks.append({"type": "thinking", "thinking": answer.thinking, "signature": f"signed:{answer.thinking}"})
        if answer.text:
            blocks.append({"type": "text", "text": answer.text})
        for call in answer.calls:
            blocks.append({"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)})
        if fault == "empty":
            blocks = []
        if fault == "wrong types":
            blocks = [{"type": "text", "text": 5}]
        reason = "tool_use" if answer.calls else "end_turn"
        reason = {"cut": "max_tokens", "refusal": "refusal", "empty": "tool_use"}.get(fault or "", reason)
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-fake",
            "content": blocks,
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": _usage(usage),
            **({"stop_details": {"type": "refusal", "category": "bio"}} if fault == "refusal" else {}),
        }

    def stream(
        self, path: str, body: dict[str, Any], answer: Answer, usage: dict[str, int], fault: str | None
    ) -> Iterator[bytes]:
        message = self.whole(path, answer, usage, fault)
        start = message | {"content": [], "stop_reason": None, "usage": message["usage"] | {"output_tokens": 1}}
        yield event("message_start", {"type": "message_start", "message": start})
        yield event("ping", {"type": "ping"})
        if fault == "error in stream":
            yield event("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
            return
        for index, block in enumerate(message["content"]):
            first, deltas = _streamed(block, cut=fault == "cut")
            yield event("content_block_start", {"type": "content_block_start", "index": index, "content_block": first})
            for delta in deltas:
                yield event("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta})
            yield event("content_block_stop", {"type": "content_block_stop", "index": index})
        end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        if "stop_details" in message:
            end["stop_details"] = message["stop_details"]
        output = {"output_tokens": usage["answer"]}
        yield event("message_delta", {"type": "message_delta", "delta": end, "usage": output})
        yield event("message_stop", {"type": "message_stop"})

    def error(self, fault: str, text: str) -> Any:
        kind = _TYPES.get(fault, "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_1"}

    def count(self, path: str, body: dict[str, Any], answer: Answer) -> dict[str, int]:
        """A prefix is written to the cache at a mark, and read wherever a later prompt begins with it."""
        blocks = [*body.get("tools", []), *body.get("system", [])]
        blocks += [{"role": turn["role"], **block} for turn in body["messages"] for block in turn["content"]]
        prefix, read, marked = "", 0, 0
        marks: list[str] = []
        for block in blocks:
            prefix += json.dumps({key: value for key, value in block.items() if key != "cache_control"})
            read = max(read, self._written.get(prefix, 0))
            if "cache_control" in block:
                marks.append(prefix)
                marked = tokens(prefix)
        self._written |= {mark: tokens(mark) for mark in marks}
        return {
            "prompt": tokens(prefix),
            "cached": read,
            "written": max(0, marked - read),
            "answer": answer_tokens(answer),
        }


def check(body: dict[str, Any]) -> None:
    """What the real server refuses.

    Raises:
        AssertionError: the request is not valid.
    """
    turns = body["messages"]
    assert turns[0]["role"] == "user", "the first turn must be the user's"
    assert turns[-1]["role"] == "user", "prefill is not supported"
    for before, turn in itertools.pairwise(turns):
        assert before["role"] != turn["role"], "turns must alternate"
    marks = json.dumps(body).count('"cache_control"')
    assert marks <= 4, f"{marks} cache marks; four are allowed"
    open_calls: list[str] = []
    for turn in turns:
        kinds = [block["type"] for block in turn["content"]]
        assert kinds == sorted(kinds, key=lambda kind: kind != "tool_result"), "results of tools come first"
        results = [block["tool_use_id"] for block in turn["content"] if block["type"] == "tool_result"]
        assert sorted(results) == sorted(open_calls), f"results {results} for calls {open_calls}"
        open_calls = [block["id"] for block in turn["content"] if block["type"] == "tool_use"]
        for block in turn["content"]:
            assert block["type"] != "text" or block["text"].strip(), "text must not be empty"
            assert block["type"] != "tool_use" or isinstance(block["input"], dict), "input must be an object"
            if block["type"] == "thinking":
                assert block["signature"] == f"signed:{block['thinking']}", "Invalid signature in thinking block"


def _own(turn: dict[str, Any]) -> list[LLMMessage]:
    text = "".join(block["text"] for block in turn["content"] if block["type"] == "text")
    calls = [
        FunctionCall(id=block["id"], name=block["name"], arguments=json.dumps(block["input"]))
        for block in turn["content"]
        if block["type"] == "tool_use"
    ]
    return [AssistantMessage(content=calls or text, thought=text if calls and text else None, source="assistant")]


def _heard(turn: dict[str, Any], names: dict[str, str]) -> list[LLMMessage]:
    results = [
        FunctionExecutionResult(
            call_id=block["tool_use_id"],
            content=block["content"],
            is_error=block["is_error"],
            name=names[block["tool_use_id"]],
        )
        for block in turn["content"]
        if block["type"] == "tool_result"
    ]
    messages: list[LLMMessage] = [FunctionExecutionResultMessage(content=results)] if results else []
    for block in turn["content"]:
        if block["type"] == "text":
            source, text = spoken(block["text"])
            messages.append(UserMessage(content=text, source=source))
    return messages


def _input(arguments: str) -> Any:
    """The arguments of a call; as text where the model wrote no JSON, which a stream sends on as it came."""
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def _streamed(block: dict[str, Any], cut: bool) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if block["type"] == "text" and isinstance(block["text"], str):
        return {"type": "text", "text": ""}, [{"type": "text_delta", "text": part} for part in pieces_of(block["text"])]
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": part} for part in pieces_of(block["thinking"])]
        signature = {"type": "signature_delta", "signature": block["signature"]}
        return {"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]
    if block["type"] == "tool_use":
        text = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
        parts = pieces_of(text[: len(text) // 2] if cut else text)
        return block | {"input": {}}, [{"type": "input_json_delta", "partial_json": part} for part in parts]
    return block, []


def _usage(usage: dict[str, int]) -> dict[str, Any]:
    return {
        "input_tokens": usage["prompt"] - usage["cached"] - usage["written"],
        "cache_read_input_tokens": usage["cached"],
        "cache_creation_input_tokens": usage["written"],
        "output_tokens": usage["answer"],
    }
