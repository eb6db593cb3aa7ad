"""The seam of model calls."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from autogen_core.tools import Tool as AutogenTool
from autogen_core.tools import ToolSchema
from pydantic import BaseModel

from agents.conduct import Conduct
from agents.seams.scope import TurnScope, digest


class JournalClient(ChatCompletionClient):
    """A model client whose calls are looked up in the journal before they are made."""

    component_type = "model"
    component_config_schema = BaseModel

    def __init__(
        self,
        inner: ChatCompletionClient,
        conduct: Conduct,
        scope: TurnScope,
        model: str,
        dollars: Callable[[CreateResult], float],
        worst_case: Callable[[Sequence[LLMMessage]], tuple[int, float]],
    ) -> None:
        self._inner, self._conduct, self._scope = inner, conduct, scope
        self._model, self._dollars, self._worst_case = model, dollars, worst_case

    async def create(self, messages: Sequence[LLMMessage], **options: Any) -> CreateResult:
        scope, conduct = self._scope, self._conduct
        scope.model_calls += 1
        key = f"{scope.key}/model:{scope.model_calls}"
        asked = digest([message.model_dump(mode="json") for message in messages])
        record = conduct.journal.get(key)
        if record and record.data["digest"] == asked:
            scope.dollars += record.data["dollars"]
            return CreateResult.model_validate(record.data["result"])
        conduct.check(*self._worst_case(messages))
        conduct.observer.model_called(scope.speaker, self._model)
        began = time.monotonic()
        result = await conduct.unless_stopped(self._inner.create(messages, **options))
        spent = self._dollars(result)
        data = {
            "digest": asked,
            "model": self._model,
            "dollars": spent,
            "tokens": result.usage.prompt_tokens + result.usage.completion_tokens,
            "result": result.model_dump(mode="json", serialize_as_any=True),
        }
        conduct.journal.put(key, "model", data, time.monotonic() - began)
        conduct.count(data)
        conduct.observer.model_answered(scope.speaker, spent)
        scope.dollars += spent
        return result

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
