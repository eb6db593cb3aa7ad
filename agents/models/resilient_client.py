"""The one wrapper over every provider: a caller gets a whole, checked answer or a typed error, whatever is behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_exponential_jitter

from agents.autogen import (
    AssistantMessage,
    CancellationToken,
    ChatCompletionClient,
    CreateResult,
    LLMMessage,
    ModelInfo,
    RequestUsage,
    Tool,
    ToolSchema,
    UserMessage,
)
from agents.models.config import ModelSpec
from agents.models.errors import ContentFiltered, CutOff, InvalidOutput, Malformed, ModelError, TimedOut
from agents.models.limits import Limiter
from agents.models.protocol_common import ToolChoice, in_unicode, own_ids
from agents.models.providers import PROVIDERS
from agents.models.usage import UsageDetail, usage_detail


class ResilientClient(ChatCompletionClient):
    """A provider's client under the limits of its spec. Calls to people and to the offline researcher have no
    time-outs and no retries: there is nothing between them and us that could fail for a moment."""

    component_type = "model"
    component_config_schema = BaseModel

    def __init__(self, inner: ChatCompletionClient, spec: ModelSpec, limiter: Limiter) -> None:
        self.inner, self.spec, self._limiter = inner, spec, limiter
        self._remote = PROVIDERS[spec.provider].remote
        self._backoff = wait_exponential_jitter(multiplier=spec.backoff_seconds, max=60, jitter=spec.backoff_seconds)

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        """The model's answer. Its usage is a `UsageDetail` over all calls that it took.

        Raises:
            ModelError: there is no answer; the type says why, and `permanent` whether the run is to pause.
        """
        options = {
            "tools": tools,
            "tool_choice": tool_choice,
            "json_output": json_output,
            "extra_create_args": extra_create_args or {},
        }
        work = asyncio.ensure_future(self._fitting_answer(list(messages), json_output, options))
        if cancellation_token is not None:
            cancellation_token.link_future(work)
        try:
            return await work
        finally:
            work.cancel()

    async def create_stream(
        self, messages: Sequence[LLMMessage], **options: Any
    ) -> AsyncGenerator[str | CreateResult, None]:
        """The answer in one piece: text already shown could not be taken back when the answer proves broken."""
        yield await self.create(messages, **options)

    async def _fitting_answer(
        self, messages: list[LLMMessage], json_output: bool | type[BaseModel] | None, options: dict[str, Any]
    ) -> CreateResult:
        """An answer that fits the schema. One that does not goes back to the model with what is wrong with it."""
        if json_output and not self.inner.model_info.get("structured_output", False):
            messages.insert(0, _asking_for_json(json_output))
        spent = UsageDetail(0, 0)
        for _ in range(self.spec.output_repairs + 1):
            try:
                result = await self._answer(messages, options)
            except ModelError as error:
                error.usage = spent.plus(usage_detail(error.usage)) if error.usage else spent
                raise
            spent = spent.plus(usage_detail(result))
            result, problem = _fitted(result, json_output)
            if not problem:
                return result.model_copy(update={"usage": spent})
            spent.faults.append(f"invalid output: {problem}")
            messages.append(AssistantMessage(content=result.content, thought=result.thought, source="assistant"))
            messages.append(
                UserMessage(
                    content=f"That is not what was asked for: {problem}. Answer again, with the "
                    "corrected JSON and nothing else.",
                    source="lab",
                )
            )
        raise InvalidOutput(
            f"{self.spec.label}: invalid output after {self.spec.output_repairs + 1} answers: {problem}", usage=spent
        )

    async def _answer(self, messages: Sequence[LLMMessage], options: dict[str, Any]) -> CreateResult:
        """A whole answer, as often as it takes within the spec's limits."""
        faults: list[str] = []
        limit = self.spec.total_timeout_seconds if self._remote else None
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.spec.retries + 1) | stop_before_delay(self.spec.total_timeout_seconds),
            wait=self._wait,
            retry=retry_if_exception(lambda e: self._remote and isinstance(e, ModelError) and e.retryable),
            before_sleep=lambda state: faults.append(_fault(state)),
            reraise=True,
        )
        try:
            async with self._limiter.slot() if self._remote else nullcontext(), asyncio.timeout(limit):
                result: CreateResult = await retrying(self._attempt, messages, options)
        except TimeoutError:
            raise TimedOut(
                f"{self.spec.label}: timed out, no answer within {limit:g} s ({_told(faults)}); resume the run later, "
                "or raise total_timeout_seconds in the models config",
                permanent=True,
                usage=UsageDetail(0, 0, faults=faults),
            ) from None
        except ModelError as error:
            used = usage_detail(error.usage) if error.usage else UsageDetail(0, 0)
            error.usage = UsageDetail(0, 0, faults=faults).plus(used)
            if not error.retryable or not self._remote:
                raise
            tries = f"after {len(faults) + 1} attempts" if faults else "at the first attempt"
            raise type(error)(
                f"{error}; given up {tries}. Resume the run when the server is well",
                permanent=True,
                retry_after=error.retry_after,
                usage=error.usage,
            ) from None
        detail = usage_detail(result)
        detail.faults = [*faults, *detail.faults]
        return result.model_copy(update={"usage": detail})

    async def _attempt(self, messages: Sequence[LLMMessage], options: dict[str, Any]) -> CreateResult:
        await self._limiter.turn()
        try:
            return self._whole(await self.inner.create(messages, **options))
        except ModelError as error:
            if error.retry_after:
                self._limiter.hold(min(error.retry_after, self.spec.total_timeout_seconds))
            raise

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, ModelError) else None
        return float(self._backoff(state)) if asked is None else asked

    def _whole(self, result: CreateResult) -> CreateResult:
        """The answer, if it is one: autogen itself takes a cut or filtered answer for a normal one."""
        usage, thought = usage_detail(result), result.thought and in_unicode(result.thought)
        if result.finish_reason == "length":
            raise CutOff(
                f"{self.spec.label}: cut off after {usage.completion_tokens} tokens, the answer is not whole; raise "
                f"max_output_tokens ({self.spec.max_output_tokens}) in the models config, or ask for less at once",
                usage=usage,
            )
        if result.finish_reason == "content_filter":
            raise ContentFiltered(f"{self.spec.label}: the provider's filter stopped the answer", usage=usage)
        if isinstance(result.content, str) and result.content.strip():
            return result.model_copy(update={"content": in_unicode(result.content), "thought": thought})
        if isinstance(result.content, str) or not result.content:
            raise Malformed(f"{self.spec.label}: malformed answer: neither text nor a tool call", usage=usage)
        return result.model_copy(update={"content": own_ids(result.content), "thought": thought})

    async def close(self) -> None:
        await self.inner.close()

    def actual_usage(self) -> RequestUsage:
        return self.inner.actual_usage()

    def total_usage(self) -> RequestUsage:
        return self.inner.total_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        return self.inner.count_tokens(messages, tools=tools)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        return self.inner.remaining_tokens(messages, tools=tools)

    @property
    def model_info(self) -> ModelInfo:
        return self.inner.model_info

    @property
    def capabilities(self) -> ModelInfo:
        return self.inner.model_info


def _asking_for_json(json_output: bool | type[BaseModel]) -> UserMessage:
    wish = "Answer with one JSON object and nothing else."
    if not isinstance(json_output, bool):
        schema = json.dumps(json_output.model_json_schema(), ensure_ascii=False)
        wish += f" It must fit this JSON schema: {schema}"
    return UserMessage(content=wish, source="lab")


def _fitted(result: CreateResult, json_output: bool | type[BaseModel] | None) -> tuple[CreateResult, str]:
    """The answer, freed of a code fence around its JSON, and what is wrong with it; empty when nothing is."""
    if not json_output or not isinstance(result.content, str):
        return result, ""
    text = result.content.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        text = text[text.index("\n") + 1 : -3].strip()
    result = result.model_copy(update={"content": text})
    try:
        if isinstance(json_output, bool):
            json.loads(text)
        else:
            json_output.model_validate_json(text)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc'])) or 'the answer'}: {e['msg']}" for e in error.errors()]
        return result, "; ".join(problems[:5])
    except json.JSONDecodeError as error:
        return result, f"not valid JSON: {error}"
    return result, ""


def _fault(state: RetryCallState) -> str:
    error = state.outcome.exception() if state.outcome else None
    return f"{error}; waited {state.upcoming_sleep:.1f} s"


def _told(faults: Sequence[str]) -> str:
    return f"{len(faults)} failed attempts, the last: {faults[-1]}" if faults else "no attempt came to an end"
