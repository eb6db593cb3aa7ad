"""The seam of model calls."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from autogen_core.tools import Tool as AutogenTool
from autogen_core.tools import ToolSchema
from pydantic import BaseModel

from agents.conduct import Conduct
from agents.economy import Economy
from agents.models.errors import ModelError
from agents.models.tariff import Tariff
from agents.models.usage import usage_detail
from agents.models.wire import answer_tokens, estimate_tokens
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
        tariff: Tariff,
        economy: Economy | None = None,
    ) -> None:
        self._inner, self._conduct, self._scope, self._tariff = inner, conduct, scope, tariff
        self._economy = economy

    async def create(self, messages: Sequence[LLMMessage], **options: Any) -> CreateResult:
        scope, conduct = self._scope, self._conduct
        if self._economy:
            messages = self._economy.shorten(messages)
        scope.model_calls += 1
        key = f"{scope.key}/model:{scope.model_calls}"
        asked = digest([message.model_dump(mode="json") for message in messages])
        record = conduct.journal.get(key)
        if record and record.data["digest"] == asked:
            return CreateResult.model_validate(record.data["result"])
        model = self._tariff.spec.label
        shown = conduct.album.show(messages) if self._inner.model_info["vision"] else messages
        prompt_size = estimate_tokens(shown, options.get("tools", ()))
        async with conduct.reserved(*self._tariff.worst_case(prompt_size)):
            conduct.observer.model_called(scope.speaker, model)
            began = time.monotonic()
            try:
                result = await conduct.unless_stopped(self._inner.create(shown, **options))
            except ModelError as error:
                self._put_fault(key, error, time.monotonic() - began)
                raise
            charge = self._tariff.charge(result.usage)
            answer = result.model_dump(mode="json", serialize_as_any=True)
            sizes = {"prompt_size": prompt_size, "answer_size": answer_tokens(result)}
            data = {"digest": asked, "model": model, **sizes, **charge, "result": answer}
            conduct.put_call(key, "model", data, time.monotonic() - began)
        conduct.observer.model_answered(scope.speaker, charge["dollars"])
        return result

    def _put_fault(self, key: str, error: ModelError, seconds: float) -> None:
        """A call without an answer is kept too: it may have cost something, and a resumed turn makes it again."""
        number = 1
        while self._conduct.journal.get(f"{key}/fault:{number}"):
            number += 1
        charge = self._tariff.charge(error.usage)
        before = usage_detail(error.usage).faults if error.usage else []
        data = {"model": self._tariff.spec.label, **charge, "kind": error.kind, "text": str(error), "faults": before}
        self._conduct.put_call(f"{key}/fault:{number}", "fault", data, seconds)

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
