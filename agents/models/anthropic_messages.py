"""The client for Anthropic's Messages API, on the `anthropic` SDK."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2

from agents.autogen import CreateResult
from agents.models.anthropic_answer import Message, collect, result_of
from agents.models.anthropic_request import body
from agents.models.base import RemoteClient
from agents.models.config import ModelSpec
from agents.models.errors import Malformed, Rejected, TimedOut, Unreachable, refused_by_server
from agents.models.protocol_common import Request, raw


class AnthropicClient(RemoteClient):
    """A Claude model. `options` of the spec are fields of the request; `betas` among them is a list of beta names."""

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        timeout = httpx2.Timeout(spec.timeout_seconds, connect=min(spec.timeout_seconds, 30.0))
        self._sdk = anthropic.AsyncAnthropic(
            api_key=self._secret or "none", base_url=spec.base_url, max_retries=0, timeout=timeout
        )

    async def answer(self, request: Request) -> AsyncGenerator[str | CreateResult, None]:
        try:
            async for item in self._answer(request, with_thinking=True):
                yield item
        except Rejected as error:
            if not _is_about_thinking(str(error)):
                raise
            # Thinking is bound to what went before it. Where that has been shortened since, the server takes none of it
            # back, and the way it names is to send none.
            async for item in self._answer(request, with_thinking=False):
                yield item

    async def _answer(self, request: Request, with_thinking: bool) -> AsyncGenerator[str | CreateResult, None]:
        sent: dict[str, Any] = {**body(self.spec, request, with_thinking), **self.spec.options, **request.extra}
        headers = {"anthropic-beta": ",".join(betas)} if (betas := sent.pop("betas", None)) else {}
        known = {name: sent.pop(name) for name in ("model", "max_tokens", "messages")}
        whole: dict[str, Any] = {}
        with self._faults():
            if not self.spec.stream:
                reply = await self._sdk.messages.with_raw_response.create(
                    **known, extra_body=sent, extra_headers=headers
                )
                whole = json.loads(await reply.text())
            else:
                create = self._sdk.messages.create
                async with await create(**known, stream=True, extra_body=sent, extra_headers=headers) as events:
                    async for event in events:
                        if text := collect(whole, raw(event)):
                            yield text
            message = Message.model_validate(whole)
        if message.stop_reason is None:
            raise Malformed(f"{self.spec.label}: malformed answer: the stream ended before the answer did")
        yield result_of(message, self.spec)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """The SDK's errors in our words. Without their causes: those hold the request, and with it the key."""
        label = self.spec.label
        try:
            yield
        except anthropic.APIStatusError as error:
            raise refused_by_server(
                label, self.spec.key_variable, error.status_code, error.body, error.response.headers, self._secret
            ) from None
        except (anthropic.APITimeoutError, httpx2.TimeoutException):
            raise TimedOut(f"{label}: timed out, the server was silent for {self.spec.timeout_seconds:g} s") from None
        except (anthropic.APIConnectionError, httpx2.TransportError) as error:
            why = error.__cause__ or error
            raise Unreachable(f"{label}: unreachable ({type(why).__name__}: {self.clean(why)})") from None
        except (
            anthropic.APIError,
            ValueError,
            RecursionError,
        ) as error:  # broken JSON, and what our models do not take, are ValueErrors
            raise Malformed(f"{label}: malformed answer ({self.clean(error)})") from None

    async def close(self) -> None:
        await self._sdk.close()


def _is_about_thinking(text: str) -> bool:
    return "thinking" in text and ("signature" in text or "bound to" in text or "must start with" in text)
