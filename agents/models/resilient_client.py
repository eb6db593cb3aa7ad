"""Wrapper around every provider client: a caller gets a complete, validated answer or a typed error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay

from agents.autogen import CreateResult, UserMessage
from agents.image_store import HARNESS
from agents.models.arguments import without_surrogates
from agents.models.base import BaseClient
from agents.models.config import ModelSpec
from agents.models.errors import ContentFiltered, CutOff, Empty, ModelError, TimedOut
from agents.models.limits import EndpointLimiter
from agents.models.protocol_common import Request, answer_tokens, estimate_tokens, with_unique_ids
from agents.models.providers import PROVIDERS
from agents.models.text_answers import tidied
from agents.models.usage import UsageDetail, usage_detail
from agents.prompts import render
from tools.retry import retry_wait


class ResilientClient(BaseClient):
    """Applies a model's limits, time-outs and retries to a provider client.

    Calls to people and to the offline researcher have neither time-outs nor retries, because no network is involved.
    """

    def __init__(self, inner: BaseClient, spec: ModelSpec, limiter: EndpointLimiter) -> None:
        super().__init__(inner.model_info, spec.context_tokens)
        self.inner, self.spec, self._limiter = inner, spec, limiter
        self._remote = PROVIDERS[spec.provider].remote

    async def answer(self, request: Request) -> CreateResult:
        """Return a complete answer, after retries within the limits of the spec."""
        faults: list[str] = []
        limit = self.spec.total_timeout_seconds if self._remote else None
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.spec.retries + 1) | stop_before_delay(self.spec.total_timeout_seconds),
            wait=retry_wait(self.spec.backoff_seconds, jitter_seconds=self.spec.backoff_seconds),
            retry=retry_if_exception(lambda e: self._remote and isinstance(e, ModelError) and e.retryable),
            before_sleep=lambda state: faults.append(_fault_line(state)),
            reraise=True,
        )
        try:
            async with self._limiter.slot() if self._remote else nullcontext(), asyncio.timeout(limit):
                result: CreateResult = await retrying(self._attempt, request, list[ModelError]())
        except TimeoutError:
            raise TimedOut(
                f"{self.spec.label}: timed out, no answer within {limit:g} s ({_summary(faults)}); resume the run later, "
                "or raise total_timeout_seconds in the models config",
                permanent=True,
                usage=UsageDetail(0, 0, faults=faults),
            ) from None
        except ModelError as error:
            used = usage_detail(error.usage) if error.usage else UsageDetail(0, 0)
            error.usage = UsageDetail(0, 0, faults=faults).plus(used)
            if not error.retryable or not self._remote:
                raise
            attempts = f"after {len(faults) + 1} attempts" if faults else "at the first attempt"
            is_silent = isinstance(
                error, Empty
            )  # The server answers; only the conversation can bring the model to speak.
            advice = "another model may answer" if is_silent else "resume the run when the server is available again"
            raise type(error)(
                f"{error}; failed {attempts}; {advice}",
                permanent=not is_silent,
                retry_after=error.retry_after,
                usage=error.usage,
            ) from None
        detail = usage_detail(result)
        detail.faults = [*faults, *detail.faults]
        return result.model_copy(update={"usage": detail})

    async def _attempt(self, request: Request, empty: list[ModelError]) -> CreateResult:
        """Ask once. After an empty answer, `empty` holds the error, and the model is told: the same request would give a
        deterministic model the same answer again."""
        await self._limiter.wait_turn()
        if empty:
            note = UserMessage(content=render("empty_answer"), source=HARNESS)
            request = replace(request, messages=[*request.messages, note])
        try:
            return tidied(self._validated(await self.inner.answer(request), request), request)
        except ModelError as error:
            if isinstance(error, Empty):
                empty.append(error)
            if error.retry_after:
                self._limiter.hold(min(error.retry_after, self.spec.total_timeout_seconds))
            raise

    def _validated(self, result: CreateResult, request: Request) -> CreateResult:
        """Return the answer if it is complete. Autogen itself accepts cut and filtered answers."""
        usage = self._counted(result, request)
        thought = result.thought and without_surrogates(result.thought)
        if result.finish_reason == "length":
            raise CutOff(
                f"{self.spec.label}: cut off after {usage.completion_tokens} tokens; raise max_output_tokens "
                f"({self.spec.max_output_tokens}) in the models config, or ask for less in one answer",
                usage=usage,
            )
        if result.finish_reason == "content_filter":
            raise ContentFiltered(f"{self.spec.label}: the provider's content filter stopped the answer", usage=usage)
        if isinstance(result.content, str) and result.content.strip():
            words = without_surrogates(result.content)
            return result.model_copy(update={"content": words, "thought": thought, "usage": usage})
        if isinstance(result.content, str) or not result.content:
            raise Empty(f"{self.spec.label}: malformed answer: neither text nor a tool call", usage=usage)
        calls = with_unique_ids(result.content)
        return result.model_copy(update={"content": calls, "thought": thought, "usage": usage})

    def _counted(self, result: CreateResult, request: Request) -> UsageDetail:
        """Return the usage of an answer, estimated if the server sent no counts, or zero, which no prompt has."""
        usage = usage_detail(result)
        if not usage.prompt_tokens and (usage.estimated or self._remote):
            prompt, answer = estimate_tokens(request.messages, request.tools), answer_tokens(result)
            return replace(usage, prompt_tokens=prompt, completion_tokens=answer, estimated=True)
        return usage

    async def close(self) -> None:
        await self.inner.close()


def _fault_line(state: RetryCallState) -> str:
    error = state.outcome.exception() if state.outcome else None
    return f"{error}; waited {state.upcoming_sleep:.1f} s"


def _summary(faults: Sequence[str]) -> str:
    return f"{len(faults)} failed attempts, the last: {faults[-1]}" if faults else "no attempt was completed"
