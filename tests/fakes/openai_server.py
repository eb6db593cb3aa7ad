"""A server that speaks both of OpenAI's protocols: chat completions and responses."""

from __future__ import annotations

import json
import re
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

_CODES = {
    "401": "invalid_api_key",
    "404": "model_not_found",
    "429": "rate_limit_exceeded",
    "429 retry-after": "rate_limit_exceeded",
    "429 no credit": "insufficient_quota",
    "400 too long": "context_length_exceeded",
}


@dataclass
class OpenAIServer(ModelServer):
    _prompts: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def read(self, path: str, body: dict[str, Any]) -> tuple[list[LLMMessage], list[ToolSchema]]:
        if path.endswith("/responses"):
            return _read_items(body), [_schema(tool) for tool in body.get("tools", [])]
        return _read_messages(body), [_schema(tool["function"]) for tool in body.get("tools", [])]

    def whole(self, path: str, answer: Answer, usage: dict[str, int], fault: str | None) -> Any:
        return (_response if path.endswith("/responses") else _completion)(answer, usage, fault)

    def stream(
        self, path: str, body: dict[str, Any], answer: Answer, usage: dict[str, int], fault: str | None
    ) -> Iterator[bytes]:
        if path.endswith("/responses"):
            return _response_events(answer, usage, fault)
        return _chunks(answer, usage, fault, bool(body.get("stream_options")))

    def error(self, fault: str, text: str) -> Any:
        code = _CODES.get(fault)
        return {"error": {"message": text, "type": "server_error" if fault[0] == "5" else "error", "code": code}}

    def count(self, path: str, body: dict[str, Any], answer: Answer) -> dict[str, int]:
        """What a prompt has in common with the start of an earlier one is read from the cache."""
        parts = ("tools", "instructions", "input", "messages")
        prompt = "".join(json.dumps(body[part]) for part in parts if part in body)
        shared = max((_in_common(prompt, earlier) for earlier in self._prompts), default=0)
        self._prompts.append(prompt)
        return {"prompt": tokens(prompt), "cached": shared // 4, "written": 0, "answer": answer_tokens(answer)}


def _in_common(one: str, other: str) -> int:
    """Length of the start that two texts share."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one.startswith(other[:middle]) else (low, middle - 1)
    return low


def _schema(tool: dict[str, Any]) -> ToolSchema:
    return ToolSchema(name=tool["name"], description=tool["description"], parameters=tool["parameters"])


# --- chat completions -------------------------------------------------------------------------------------------------


def _read_messages(body: dict[str, Any]) -> list[LLMMessage]:
    messages: list[LLMMessage] = []
    names: dict[str, str] = {}
    for sent in body["messages"]:
        content = sent.get("content")
        if sent["role"] == "system":
            messages.append(SystemMessage(content=content))
        elif sent["role"] == "user":
            texts = [content] if isinstance(content, str) else [p["text"] for p in content if p["type"] == "text"]
            for text in [part for whole in texts for part in re.split(r"\n\n(?=\[\w+\] says:)", whole)]:
                source, words = spoken(text)
                messages.append(UserMessage(content=words, source=source))
        elif sent["role"] == "assistant":
            calls = []
            for call in sent.get("tool_calls", []):
                assert isinstance(json.loads(call["function"]["arguments"]), dict), "arguments must be an object"
                assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", call["function"]["name"]), "the name is not valid"
                names[call["id"]] = call["function"]["name"]
                calls.append(FunctionCall(id=call["id"], **call["function"]))
            messages.append(AssistantMessage(content=calls or content, source="assistant"))
        else:
            result = _result(sent["tool_call_id"], names[sent["tool_call_id"]], content)
            _add_result(messages, result)
    assert body["messages"][-1]["role"] in ("user", "tool"), "somebody must have spoken to the model"
    return messages


def _completion(answer: Answer, usage: dict[str, int], fault: str | None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
    if answer.thinking:
        message["reasoning_content"] = answer.thinking
    if answer.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in answer.calls
        ]
    if fault == "refusal":
        message |= {"content": None, "refusal": "I cannot help with that."}
    if fault == "wrong types":
        message["content"] = {"text": 5}
    choices = [{"index": 0, "message": message, "finish_reason": _finish(answer, fault)}]
    return {
        "id": "chat_1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-fake",
        "choices": [] if fault == "empty" else choices,
        "usage": _chat_usage(usage),
    }


def _chunks(answer: Answer, usage: dict[str, int], fault: str | None, with_usage: bool) -> Iterator[bytes]:
    def chunk(delta: Any, finish: str | None = None) -> bytes:
        choices = [] if fault == "empty" else [{"index": 0, "delta": delta, "finish_reason": finish}]
        return event(
            None,
            {"id": "chat_1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-fake", "choices": choices},
        )

    yield chunk({"role": "assistant", "content": ""})
    if fault == "error in stream":
        yield event(None, {"error": {"message": "overloaded", "type": "server_error", "code": None}})
        return
    if fault == "refusal":
        yield chunk({"refusal": "I cannot help with that."})
    for part in pieces_of(answer.thinking):
        yield chunk({"reasoning_content": part})
    for part in pieces_of(answer.text):
        yield chunk({"content": {"text": 5} if fault == "wrong types" else part})
    for index, call in enumerate(answer.calls):
        head = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield chunk({"tool_calls": [head]})
        for part in pieces_of(call.arguments[:5] if fault == "cut" else call.arguments):
            arguments = [5] if fault == "wrong types" else part
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]})
    yield chunk({}, _finish(answer, fault))
    if with_usage:
        yield event(
            None,
            {
                "id": "chat_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "gpt-fake",
                "choices": [],
                "usage": _chat_usage(usage),
            },
        )
    yield event(None, "[DONE]")


def _finish(answer: Answer, fault: str | None) -> str:
    finish = "tool_calls" if answer.calls else "stop"
    return {"cut": "length", "filter": "content_filter"}.get(fault or "", finish)


def _chat_usage(usage: dict[str, int]) -> dict[str, Any]:
    return {
        "prompt_tokens": usage["prompt"],
        "completion_tokens": usage["answer"],
        "total_tokens": usage["prompt"] + usage["answer"],
        "prompt_tokens_details": {"cached_tokens": usage["cached"]},
    }


# --- responses --------------------------------------------------------------------------------------------------------


def _read_items(body: dict[str, Any]) -> list[LLMMessage]:
    messages: list[LLMMessage] = [SystemMessage(content=body["instructions"])] if "instructions" in body else []
    names: dict[str, str] = {}
    for item in body["input"]:
        kind = item.get("type", "message")
        if kind == "reasoning":
            assert item["encrypted_content"], "reasoning without its content is looked for, and nothing is stored"
        elif kind == "function_call":
            assert isinstance(json.loads(item["arguments"]), dict), "arguments must be an object"
            names[item["call_id"]] = item["name"]
            call = FunctionCall(id=item["call_id"], name=item["name"], arguments=item["arguments"])
            before = messages[-1]
            if isinstance(before, AssistantMessage) and isinstance(before.content, list):
                before.content.append(call)
            elif isinstance(before, AssistantMessage):  # words before a call, said in the same answer
                messages[-1] = AssistantMessage(content=[call], thought=str(before.content), source="assistant")
            else:
                messages.append(AssistantMessage(content=[call], source="assistant"))
        elif kind == "function_call_output":
            _add_result(messages, _result(item["call_id"], names[item["call_id"]], item["output"]))
        elif item["role"] == "assistant":
            content = item["content"]
            text = content if isinstance(content, str) else "".join(part["text"] for part in content)
            messages.append(AssistantMessage(content=text, source="assistant"))
        else:
            for part in item["content"]:
                if part["type"] == "input_text":
                    source, words = spoken(part["text"])
                    messages.append(UserMessage(content=words, source=source))
    return messages


def _response(answer: Answer, usage: dict[str, int], fault: str | None) -> dict[str, Any]:
    output: list[dict[str, Any]] = []
    if answer.thinking:
        summary = [{"type": "summary_text", "text": answer.thinking}]
        output.append(
            {
                "id": "rs_1",
                "type": "reasoning",
                "summary": summary,
                "encrypted_content": f"encrypted:{answer.thinking}",
                "content": None,
            }
        )
    parts: list[dict[str, Any]] = [{"type": "output_text", "text": answer.text, "annotations": []}]
    if fault == "refusal":
        parts = [{"type": "refusal", "refusal": "I cannot help with that."}]
    if fault == "wrong types":
        parts = [{"type": "output_text", "text": {"text": 5}, "annotations": []}]
    if answer.text or fault:
        output.append({"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": parts})
    for index, call in enumerate(answer.calls):
        arguments = call.arguments[:5] if fault == "cut" else call.arguments
        output.append(
            {
                "id": f"fc_{index}",
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": arguments,
                "status": "completed",
            }
        )
    reason = {"cut": "max_output_tokens", "filter": "content_filter"}.get(fault or "")
    reply: dict[str, Any] = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-fake",
        "output": output,
        "error": None,
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "usage": {
            "input_tokens": usage["prompt"],
            "output_tokens": usage["answer"],
            "total_tokens": usage["prompt"] + usage["answer"],
            "input_tokens_details": {"cached_tokens": usage["cached"], "cache_write_tokens": usage["written"]},
            "output_tokens_details": {"reasoning_tokens": tokens(answer.thinking)},
        },
    }
    if fault == "empty":
        reply = {}
    if fault == "error in stream":
        reply |= {"status": "failed", "error": {"code": "server_error", "message": "overloaded"}}
    return reply


_BEGUN = {
    "message": {"status": "in_progress", "content": []},
    "function_call": {"status": "in_progress", "arguments": ""},
}
"""What an item of the output is when its stream begins."""


def _response_events(answer: Answer, usage: dict[str, int], fault: str | None) -> Iterator[bytes]:
    reply = _response(answer, usage, fault)

    def sent(kind: str, **data: Any) -> bytes:
        return event(kind, {"type": kind, "sequence_number": 1, **data})

    yield sent("response.created", response=reply | {"status": "in_progress", "output": []})
    for index, item in enumerate(reply.get("output", [])):
        at = {"item_id": item["id"], "output_index": index}
        yield sent("response.output_item.added", item=item | _BEGUN.get(item["type"], {}), output_index=index)
        if item["type"] == "function_call":
            for part in pieces_of(item["arguments"]):
                yield sent("response.function_call_arguments.delta", delta=part, **at)
            yield sent("response.function_call_arguments.done", arguments=item["arguments"], name=item["name"], **at)
        elif item["type"] == "message" and (text := item["content"][0].get("text")):
            at["content_index"] = 0
            yield sent("response.content_part.added", part={"type": "output_text", "text": "", "annotations": []}, **at)
            for part in pieces_of(answer.text):
                yield sent("response.output_text.delta", delta=part, **at)
            yield sent("response.output_text.done", text=text, **at)
            yield sent("response.content_part.done", part=item["content"][0], **at)
        yield sent("response.output_item.done", item=item, output_index=index)
    yield sent(f"response.{reply.get('status', 'completed')}", response=reply)


def _result(call_id: str, name: str, content: str) -> FunctionExecutionResult:
    failed = content.startswith("ERROR: ")
    return FunctionExecutionResult(call_id=call_id, name=name, content=content.removeprefix("ERROR: "), is_error=failed)


def _add_result(messages: list[LLMMessage], result: FunctionExecutionResult) -> None:
    if isinstance(messages[-1], FunctionExecutionResultMessage):
        messages[-1].content.append(result)
    else:
        messages.append(FunctionExecutionResultMessage(content=[result]))
