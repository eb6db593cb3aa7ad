"""Durable model calls."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import nullcontext
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from agents.autogen import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage, ToolSchema
from agents.autogen import Tool as AutogenTool
from agents.durable.shared_prefix import SharedPrefix
from agents.durable.turn_state import TurnState, digest
from agents.history_compaction import HistoryCompaction
from agents.models.base import CALL_KEY
from agents.models.errors import ModelError
from agents.models.protocol_common import answer_tokens, estimate_tokens
from agents.models.usage import Pricing, usage_detail
from agents.run_context import RunContext


class JournalClient(ChatCompletionClient):
    """A model client that looks up each call in the journal before making it."""

    component_type = "model"
    component_config_schema = BaseModel

    def __init__(
        self,
        inner: ChatCompletionClient,
        run_context: RunContext,
        turn_state: TurnState,
        pricing: Pricing,
        compaction: HistoryCompaction | None = None,
        briefs: Mapping[str, str] = MappingProxyType({}),
        shared_prefix: SharedPrefix | None = None,
    ) -> None:
        self._briefs, self._shared_prefix = briefs, shared_prefix
        self._inner, self._run_context, self._turn_state, self._pricing = inner, run_context, turn_state, pricing
        self._compaction = compaction

    async def create(self, messages: Sequence[LLMMessage], **options: Any) -> CreateResult:
        turn_state, run_context = self._turn_state, self._run_context
        if self._compaction:
            messages = self._compaction.shorten(messages, self._briefs)
        turn_state.model_calls += 1
        key = f"{turn_state.key}/model:{turn_state.model_calls}"
        asked = digest([message.model_dump(mode="json") for message in messages])
        record = run_context.journal.get(key)
        if record and record.data["digest"] == asked:
            return CreateResult.model_validate(record.data["result"])
        model = self._pricing.spec.label
        shown = run_context.image_store.show(messages) if self._inner.model_info["vision"] else messages
        prompt_size = estimate_tokens(shown, options.get("tools", ()))
        first = self._shared_prefix.in_order() if self._shared_prefix else nullcontext()
        async with first, run_context.reserved(*self._pricing.worst_case(prompt_size)):
            run_context.observer.model_called(turn_state.speaker, model)
            CALL_KEY.set(key)
            began = time.monotonic()
            try:
                result = await run_context.unless_stopped(self._inner.create(shown, **options))
            except ModelError as error:
                self._put_fault(key, error, time.monotonic() - began)
                raise
            charge = self._pricing.charge(result.usage)
            answer = result.model_dump(mode="json", serialize_as_any=True)
            sizes = {"prompt_size": prompt_size, "answer_size": answer_tokens(result)}
            data = {"digest": asked, "model": model, **sizes, **charge, "result": answer}
            run_context.put_call(key, "model", data, time.monotonic() - began)
        run_context.observer.model_answered(turn_state.speaker, charge["dollars"])
        return result

    def _put_fault(self, key: str, error: ModelError, seconds: float) -> None:
        """Record a failed call. It may have cost something, and a resumed turn repeats it."""
        number = 1
        while self._run_context.journal.get(f"{key}/fault:{number}"):
            number += 1
        charge = self._pricing.charge(error.usage)
        before = usage_detail(error.usage).faults if error.usage else []
        data = {"model": self._pricing.spec.label, **charge, "kind": error.kind, "text": str(error), "faults": before}
        self._run_context.put_call(f"{key}/fault:{number}", "fault", data, seconds)

    async def create_stream(
        self, messages: Sequence[LLMMessage], **options: Any
    ) -> AsyncGenerator[str | CreateResult, None]:
        yield await self.create(messages, **options)

    async def close(self) -> None:
        await self._inner.close()

    def actual_usage(self) -> RequestUsage:
        return self._inner.actual_usage()

    def total_usage(self) -> RequestUsage:
        return self._inner.total_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[AutogenTool | ToolSchema] = ()) -> int:
        return self._inner.count_tokens(messages, tools=tools)

    def remaining_tokens(
        self, messages: Sequence[LLMMessage], *, tools: Sequence[AutogenTool | ToolSchema] = ()
    ) -> int:
        return self._inner.remaining_tokens(messages, tools=tools)

    @property
    def capabilities(self) -> ModelInfo:
        return self._inner.model_info

    @property
    def model_info(self) -> ModelInfo:
        return self._inner.model_info
