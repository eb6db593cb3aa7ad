"""Client of Anthropic's Messages API, on the `anthropic` SDK."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import anthropic

from agents.autogen import CreateResult
from agents.models.anthropic_answer import MessageResponse, add_event, result_of
from agents.models.anthropic_request import body
from agents.models.base import RemoteClient
from agents.models.errors import Malformed, Rejected
from agents.models.protocol_common import Request, event_json, with_options


class AnthropicClient(RemoteClient):
    """A Claude model. `options` of the spec are request fields; the option `betas` is a list of beta names."""

    sdk: ClassVar[Any] = anthropic

    sdk_client: ClassVar[Any] = anthropic.AsyncAnthropic

    async def _answer(self, request: Request) -> CreateResult:
        try:
            return await self._asked(request, with_thinking=True)
        except Rejected as error:
            if not _is_about_thinking(str(error)):
                raise
            # Thinking is valid only after the original prompt. If the history was shortened since, the server rejects it
            # and recommends to send none.
            return await self._asked(request, with_thinking=False)

    async def _asked(self, request: Request, with_thinking: bool) -> CreateResult:
        sent: dict[str, Any] = with_options(body(self.spec, request, with_thinking), self.spec.options)
        betas = sent.pop("betas", None)
        headers = self.omitted_headers | ({"anthropic-beta": ",".join(betas)} if betas else {})
        known = {name: sent.pop(name) for name in ("model", "max_tokens", "messages")}
        response: dict[str, Any] = {}
        with self.translated_errors():
            if not self.spec.stream:
                reply = await self._sdk_client.messages.with_raw_response.create(
                    **known, extra_body=sent, extra_headers=headers
                )
                response = json.loads(await reply.text())
            else:
                create = self._sdk_client.messages.create
                async with await create(**known, stream=True, extra_body=sent, extra_headers=headers) as events:
                    async for event in events:
                        add_event(response, event_json(event))
            message = MessageResponse.model_validate(response)
        if message.stop_reason is None:
            raise Malformed(f"{self.spec.label}: malformed answer: the stream ended early")
        return result_of(message, self.spec)


def _is_about_thinking(text: str) -> bool:
    return "thinking" in text and ("signature" in text or "bound to" in text or "must start with" in text)
