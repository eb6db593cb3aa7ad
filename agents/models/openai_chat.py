"""Client of servers with OpenAI's chat completions API: Ollama, vLLM, DeepSeek, OpenRouter and many more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

import openai

from agents.autogen import (
    AssistantMessage,
    CreateResult,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    SystemMessage,
)
from agents.models.arguments import arguments_object
from agents.models.base import RemoteClient
from agents.models.config import ModelSpec
from agents.models.errors import Malformed, Refused, Rejected
from agents.models.openai_chat_answer import (
    ChatAnswerDetails,
    ChatPromptDetails,
    ChatUsage,
    Completion,
    CompletionChunk,
)
from agents.models.protocol_common import (
    Request,
    join_thought,
    provider_parts,
    speaker_parts,
    tool_name,
    tool_parameters,
    tool_text,
    visible_thought,
    with_options,
    with_words,
)
from agents.models.usage import UsageDetail

_PROVIDER = "openai_compatible"
_NEW_LIMIT = "max_completion_tokens"
_FINISH_REASONS = {"length": "length", "content_filter": "content_filter"}


class OpenAIChatClient(RemoteClient):
    """A model behind a compatible server. `options` of the spec are request fields."""

    sdk: ClassVar[Any] = openai

    sdk_client: ClassVar[Any] = openai.AsyncOpenAI
    _renames_limit = False

    def _connect(self) -> None:
        super()._connect()
        # The SDK reads these from the environment, but only OpenAI itself may receive them.
        self._sdk_client.organization = self._sdk_client.project = None

    async def _answer(self, request: Request) -> CreateResult:
        try:
            return await self._asked(request)
        except Rejected as error:
            if self._renames_limit or _NEW_LIMIT not in str(error):
                raise
            self._renames_limit = True  # The server accepts only the new name of `max_tokens`.
            return await self._asked(request)

    async def _asked(self, request: Request) -> CreateResult:
        sent = with_options(body(self.spec, request), self.spec.options)
        if self._renames_limit and "max_tokens" in sent:
            sent[_NEW_LIMIT] = sent.pop("max_tokens")
        known = {name: sent.pop(name) for name in ("model", "messages")}
        completion = Completion()
        with self.translated_errors():
            if not self.spec.stream:
                reply = await self._sdk_client.chat.completions.with_raw_response.create(
                    **known, extra_body=sent, extra_headers=self.omitted_headers
                )
                completion.add(CompletionChunk.model_validate_json(reply.text))
            else:
                create = self._sdk_client.chat.completions.with_streaming_response.create
                async with create(**known, stream=True, extra_body=sent, extra_headers=self.omitted_headers) as events:
                    async for line in events.iter_lines():
                        self._add_line(completion, line)
        return self._result(completion)

    def _add_line(self, completion: Completion, line: str) -> None:
        """Add a line of the stream. The SDK's own reader hides the end mark, which may be all that says that a stream is
        whole."""
        field, _, data = line.partition(":")
        if field != "data":
            return
        if data.strip() == "[DONE]":
            completion.ended = True
            return
        event = json.loads(data)
        if isinstance(event, dict) and event.get("error"):
            raise self.server_error(event)
        completion.add(CompletionChunk.model_validate(event))

    def _result(self, completion: Completion) -> CreateResult:
        label = self.spec.label
        calls = completion.calls
        whole = completion.finish_reason or completion.ended or not self.spec.stream
        if not whole or (completion.finish_reason is None and not (completion.content or calls)):
            raise Malformed(f"{label}: malformed answer: it ended early")
        reasoning = completion.reasoning.strip()
        thought = with_words([reasoning], completion.content) if calls else reasoning
        if reasoning:
            part = {"content": completion.content, "reasoning_content": completion.reasoning}
            thought = join_thought(thought, _PROVIDER, [part])
        calling = calls or (completion.finish_reason == "tool_calls" and not completion.content)
        finish: Any = _FINISH_REASONS.get(completion.finish_reason or "", "function_calls" if calling else "stop")
        usage = _usage(completion)
        if completion.refusal:
            raise Refused(f"{label}: refused to answer: {self.clean(completion.refusal)}", usage=usage)
        return CreateResult(
            finish_reason=finish,
            content=calls or completion.content,
            usage=usage,
            cached=False,
            thought=thought or None,
        )


def body(spec: ModelSpec, request: Request) -> dict[str, Any]:
    """Return the JSON body of a request."""
    sent: dict[str, Any] = {
        "model": spec.model,
        "messages": _messages(request.messages),
        "max_tokens": spec.max_output_tokens,
    }
    if spec.stream:
        sent["stream_options"] = {"include_usage": True}
    if request.tools:
        sent["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool["name"],
                    "description": tool.get("description", ""),
                    "parameters": tool_parameters(tool),
                },
            }
            for tool in request.tools
        ]
        sent["tool_choice"] = "auto"
    if spec.temperature is not None:
        sent["temperature"] = spec.temperature
    if spec.reasoning_effort:
        sent["reasoning_effort"] = spec.reasoning_effort
    return sent


def _messages(messages: Sequence[LLMMessage]) -> list[dict[str, Any]]:
    """Return the conversation. Adjacent user messages are joined, because some servers' templates require alternation."""
    sent: list[dict[str, Any]] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            sent.append({"role": "system", "content": message.content})
        elif isinstance(message, AssistantMessage):
            sent.append(_assistant_message(message))
        elif isinstance(message, FunctionExecutionResultMessage):
            sent += [
                {"role": "tool", "tool_call_id": result.call_id, "content": tool_text(result)}
                for result in message.content
            ]
        else:
            parts = [_part(part) for part in speaker_parts(message)]
            if sent and sent[-1]["role"] == "user":
                sent[-1]["content"] += parts
            else:
                sent.append({"role": "user", "content": parts})
    for message_sent in sent:
        if message_sent["role"] == "user" and all(part["type"] == "text" for part in message_sent["content"]):
            message_sent["content"] = "\n\n".join(part["text"] for part in message_sent["content"])
    return sent


def _part(part: str | Image) -> dict[str, Any]:
    if isinstance(part, Image):
        return {"type": "image_url", "image_url": {"url": part.data_uri}}
    return {"type": "text", "text": part}


def _assistant_message(message: AssistantMessage) -> dict[str, Any]:
    stored = (provider_parts(message, _PROVIDER) or [{}])[0]
    if isinstance(message.content, str):
        return {"role": "assistant", "content": message.content}
    # Reasoning between tool calls must be sent back within the turn, and must not be sent after it.
    return {
        "role": "assistant",
        "content": stored.get("content", visible_thought(message.thought)),
        **({"reasoning_content": stored["reasoning_content"]} if "reasoning_content" in stored else {}),
        "tool_calls": [
            {
                "type": "function",
                "id": call.id,
                "function": {"name": tool_name(call.name), "arguments": json.dumps(arguments_object(call.arguments))},
            }
            for call in message.content
        ],
    }


def _usage(completion: Completion) -> UsageDetail:
    counts = completion.usage or ChatUsage(prompt_tokens=0, completion_tokens=0)
    prompt = counts.prompt_tokens_details or ChatPromptDetails()
    answer = counts.completion_tokens_details or ChatAnswerDetails()
    return UsageDetail(
        prompt_tokens=counts.prompt_tokens,
        completion_tokens=counts.completion_tokens,
        cached_tokens=prompt.cached_tokens or counts.prompt_cache_hit_tokens or 0,
        cache_write_tokens=prompt.cache_write_tokens or 0,
        reasoning_tokens=answer.reasoning_tokens or 0,
        stop_reason=completion.finish_reason or "",
        model=completion.model,
        estimated=completion.usage is None,
    )
