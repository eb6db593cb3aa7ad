"""What the clients of all providers are: one request, plain or streamed, and a count of what was used."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from agents.autogen import (
    CancellationToken,
    ChatCompletionClient,
    CreateResult,
    LLMMessage,
    ModelInfo,
    RequestUsage,
    Tool,
    ToolSchema,
)
from agents.models.config import ModelSpec
from agents.models.errors import redact
from agents.models.protocol_common import Request, ToolChoice, estimate_tokens, request_of
from agents.models.usage import UsageDetail, usage_detail
from tools.errors import UserError


class BaseClient(ChatCompletionClient):
    """The part of autogen's interface that does not depend on the provider. `answer` is what a client is to give."""

    component_type = "model"
    component_config_schema = BaseModel

    def __init__(self, info: ModelInfo, context_tokens: int = 1_000_000) -> None:
        self._info, self._context_tokens = info, context_tokens
        self._total = UsageDetail(0, 0)
        self._last = UsageDetail(0, 0)

    @abstractmethod
    def answer(self, request: Request) -> AsyncGenerator[str | CreateResult, None]:
        """Pieces of text as they come, where they come in pieces, and then the whole answer.

        Raises:
            ModelError: there is no answer.
        """

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        async for item in self.answer(request_of(messages, tools, tool_choice, json_output, extra_create_args or {})):
            if isinstance(item, CreateResult):
                self._last = usage_detail(item)
                self._total = self._total.plus(self._last)
            yield item

    async def create(self, messages: Sequence[LLMMessage], **options: Any) -> CreateResult:
        result: CreateResult | None = None
        async for item in self.create_stream(messages, **options):
            result = item if isinstance(item, CreateResult) else None
        if result is None:
            raise AssertionError("a client's answer always ends with a result")
        return result

    async def close(self) -> None: ...

    def actual_usage(self) -> RequestUsage:
        return self._last

    def total_usage(self) -> RequestUsage:
        return self._total

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        return estimate_tokens(messages, tools)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        return self._context_tokens - self.count_tokens(messages, tools=tools)

    @property
    def model_info(self) -> ModelInfo:
        return self._info

    @property
    def capabilities(self) -> ModelInfo:
        return self._info


class RemoteClient(BaseClient):
    """A client of a model behind a server.

    Raises:
        UserError: the model needs a key and its environment variable is not set.
    """

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(model_info(spec), spec.context_tokens)
        self.spec = spec
        self._secret = os.environ.get(spec.key_variable, "") if spec.key_variable else ""
        if spec.key_variable and not self._secret:
            raise UserError(
                f"{spec.label}: no key; set the environment variable {spec.key_variable} "
                "(export it in the shell that starts the run)"
            )

    def clean(self, text: object) -> str:
        """Text from outside, fit for a message: one line, without the key."""
        if isinstance(text, ValidationError):
            problems = [f"{'.'.join(map(str, e['loc'])) or 'the whole'}: {e['msg']}" for e in text.errors()]
            text = "; ".join(problems)
        return redact(str(text), self._secret)


def model_info(spec: ModelSpec) -> ModelInfo:
    """What the model can do, in autogen's words."""
    return ModelInfo(
        vision=spec.capabilities.vision,
        function_calling=spec.capabilities.function_calling,
        json_output=spec.capabilities.structured_output,
        structured_output=spec.capabilities.structured_output,
        family="unknown",
        multiple_system_messages=True,
    )
