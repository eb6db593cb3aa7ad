"""Client of Anthropic's Messages API, on the `anthropic` SDK."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import anthropic

from agents.autogen import CreateResult
from agents.models.anthropic_answer import MessageResponse, add_event, result_of
from agents.models.anthropic_request import body
from agents.models.base import RemoteClient
from agents.models.config import ModelSpec
from agents.models.errors import Malformed, Rejected
from agents.models.protocol_common import Request, event_json


class AnthropicClient(RemoteClient):
    """A Claude model. `options` of the spec are request fields; the option `betas` is a list of beta names."""

    sdk: ClassVar[Any] = anthropic

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        self._client = anthropic.AsyncAnthropic(**self._sdk_options)

    async def answer(self, request: Request) -> CreateResult:
        try:
            return await self._answer(request, with_thinking=True)
        except Rejected as error:
            if not _is_about_thinking(str(error)):
                raise
            # Thinking is valid only after the original prompt. If the history was shortened since, the server rejects it
            # and recommends to send none.
            return await self._answer(request, with_thinking=False)

    async def _answer(self, request: Request, with_thinking: bool) -> CreateResult:
        sent: dict[str, Any] = {**body(self.spec, request, with_thinking), **self.spec.options}
        headers = {"anthropic-beta": ",".join(betas)} if (betas := sent.pop("betas", None)) else {}
        known = {name: sent.pop(name) for name in ("model", "max_tokens", "messages")}
        response: dict[str, Any] = {}
        with self.translated_errors():
            if not self.spec.stream:
                reply = await self._client.messages.with_raw_response.create(
                    **known, extra_body=sent, extra_headers=headers
                )
                response = json.loads(await reply.text())
            else:
                create = self._client.messages.create
                async with await create(**known, stream=True, extra_body=sent, extra_headers=headers) as events:
                    async for event in events:
                        add_event(response, event_json(event))
            message = MessageResponse.model_validate(response)
        if message.stop_reason is None:
            raise Malformed(f"{self.spec.label}: malformed answer: the stream ended early")
        return result_of(message, self.spec)

    async def close(self) -> None:
        await self._client.close()


def _is_about_thinking(text: str) -> bool:
    return "thinking" in text and ("signature" in text or "bound to" in text or "must start with" in text)
