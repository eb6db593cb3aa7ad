"""Base classes of the provider clients."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

import httpx2
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
from agents.models.endpoint import Endpoint
from agents.models.errors import (
    AuthenticationFailed,
    Malformed,
    ModelError,
    TimedOut,
    Unreachable,
    error_from_server,
    redact,
)
from agents.models.protocol_common import Request, estimate_tokens, with_turn_prompts
from agents.models.usage import UsageDetail, usage_detail
from tools.errors import UserError

CALL_KEY: ContextVar[str] = ContextVar("call_key", default="")
"""The journal key of the call that is being made, such as `idea_1/ideation/advisor/1/model:1`; empty outside of a run."""


class BaseClient(ChatCompletionClient):
    """The provider-independent part of autogen's client interface. Subclasses implement `answer`.

    Structured output and forced tool choice are not supported: agents submit their work through tools.
    """

    component_type = "model"
    component_config_schema = BaseModel

    def __init__(self, info: ModelInfo, context_tokens: int = 1_000_000) -> None:
        self._info, self._context_tokens = info, context_tokens
        self._total, self._last = UsageDetail(0, 0), UsageDetail(0, 0)

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, seed: int, role: str) -> BaseClient:
        """Build the client of a config entry. `seed` is the run's; `role` is set if the client plays one role only."""
        raise NotImplementedError(f"{cls.__name__} cannot be built from a models config")

    @abstractmethod
    async def answer(self, request: Request) -> CreateResult:
        """Return the model's complete answer.

        Raises:
            ModelError: the call failed.
        """

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        cancellation_token: CancellationToken | None = None,
        **options: Any,
    ) -> CreateResult:
        """Return the model's answer. Its usage is a `UsageDetail`.

        Raises:
            ModelError: the call failed. `permanent` says whether the run should pause.
        """
        if unsupported := [name for name, value in options.items() if value not in (None, False, "auto", {})]:
            raise NotImplementedError(f"model clients do not support {', '.join(unsupported)}")
        schemas = [tool.schema if isinstance(tool, Tool) else tool for tool in tools]
        work = asyncio.ensure_future(self.answer(Request(with_turn_prompts(messages), schemas)))
        if cancellation_token is not None:
            cancellation_token.link_future(work)
        try:
            result = await work
        finally:
            work.cancel()
        self._last = usage_detail(result)
        self._total = self._total.plus(self._last)
        return result

    async def create_stream(
        self, messages: Sequence[LLMMessage], **options: Any
    ) -> AsyncGenerator[str | CreateResult, None]:
        """Yield the answer in one piece, because text already shown could not be withdrawn if the call failed later."""
        yield await self.create(messages, **options)

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
    """A client of a model behind a server, on the `openai` or `anthropic` SDK.

    Raises:
        UserError: the model needs a key and its environment variable is not set.
    """

    sdk: ClassVar[Any]
    """The SDK's module. Both SDKs use the same names for their exceptions."""
    sdk_client: ClassVar[Any]
    """The SDK's class of clients."""

    def __init__(self, spec: ModelSpec) -> None:
        capabilities = spec.capabilities
        super().__init__(
            model_info(vision=capabilities.vision, function_calling=capabilities.function_calling), spec.context_tokens
        )
        self.spec = spec
        self._connect()

    def _connect(self) -> None:
        """Create the SDK's client for the endpoint as it is now.

        Raises:
            UserError: the environment lacks something, or holds a proxy or certificates that cannot be used.
        """
        spec, endpoint = self.spec, Endpoint.of(self.spec)
        self._secrets = endpoint.secrets
        options: dict[str, Any] = {
            "api_key": endpoint.key or "none",
            "base_url": endpoint.base_url,
            "default_query": endpoint.query,
            "default_headers": endpoint.headers,
            "max_retries": 0,
            "timeout": httpx2.Timeout(spec.timeout_seconds, connect=min(spec.timeout_seconds, 30.0)),
        }
        try:
            self._sdk_client = self.sdk_client(**options)
        except (OSError, ValueError, httpx2.InvalidURL) as error:
            raise UserError(
                f"{spec.label}: {self.clean(error)}; check base_url in the models config, and the proxy and certificates "
                "in the environment (HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE)"
            ) from None

    @property
    def omitted_headers(self) -> dict[str, Any]:
        """Return the SDK's own headers for keys as omitted ones if the key goes into another header."""
        own = {"Authorization", "X-Api-Key"} - {self.spec.key_header.title()} if self.spec.key_header else set()
        return {name: self.sdk.Omit() for name in own}

    async def answer(self, request: Request) -> CreateResult:
        try:
            return await self._answer(request)
        except AuthenticationFailed:
            if not self.spec.key_command:
                raise
            await asyncio.to_thread(self._connect)  # The key has expired.
            return await self._answer(request)

    @abstractmethod
    async def _answer(self, request: Request) -> CreateResult: ...

    async def close(self) -> None:
        await self._sdk_client.close()

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, seed: int, role: str) -> RemoteClient:
        return cls(spec)

    def clean(self, text: object) -> str:
        """Return external text as one line without the API key."""
        if isinstance(text, ValidationError):
            problems = [f"{'.'.join(map(str, e['loc'])) or 'the answer'}: {e['msg']}" for e in text.errors()]
            text = "; ".join(problems)
        return redact(str(text), *self._secrets)

    def server_error(self, body: object, status: int = 200, headers: Any = None) -> ModelError:
        """Return the typed error for a server's error response. The status is 200 for an error inside a stream."""
        return error_from_server(self.spec.label, self.spec.key_variable, status, body, headers or {}, self._secrets)

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Turn the SDK's exceptions into `ModelError`, without their causes, which hold the request and so the key."""
        label = self.spec.label
        try:
            yield
        except self.sdk.APIStatusError as error:
            raise self.server_error(error.body, error.status_code, error.response.headers) from None
        except (self.sdk.APITimeoutError, httpx2.TimeoutException):
            raise TimedOut(f"{label}: timed out; the server was silent for {self.spec.timeout_seconds:g} s") from None
        except (self.sdk.APIConnectionError, httpx2.RequestError) as error:
            cause = error.__cause__ or error
            raise Unreachable(f"{label}: unreachable ({type(cause).__name__}: {self.clean(cause)})") from None
        except (self.sdk.APIResponseValidationError, ValueError, RecursionError) as error:
            # ValueError covers broken JSON and failed pydantic validation.
            raise Malformed(f"{label}: malformed answer ({self.clean(error)})") from None
        except self.sdk.APIError as error:  # An error event inside a stream.
            raise self.server_error(error.body) from None


def model_info(*, vision: bool = False, function_calling: bool = True) -> ModelInfo:
    """Return autogen's description of a model. Structured output is never used."""
    return ModelInfo(
        vision=vision,
        function_calling=function_calling,
        json_output=False,
        structured_output=False,
        family="unknown",
        multiple_system_messages=True,
    )
