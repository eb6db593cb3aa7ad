"""What both clients on the `openai` SDK share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai

from agents.models.base import RemoteClient
from agents.models.config import ModelSpec
from agents.models.errors import Malformed, TimedOut, Unreachable, refused_by_server


class OpenAIClient(RemoteClient):
    """The SDK's client, with its retries off, and its errors in our words."""

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        timeout = httpx2.Timeout(spec.timeout_seconds, connect=min(spec.timeout_seconds, 30.0))
        self._sdk = openai.AsyncOpenAI(
            api_key=self._secret or "none", base_url=spec.base_url, max_retries=0, timeout=timeout
        )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Without their causes: those hold the request, and with it the key."""
        label = self.spec.label
        try:
            yield
        except openai.APIStatusError as error:
            raise refused_by_server(
                label, self.spec.key_variable, error.status_code, error.body, error.response.headers, self._secret
            ) from None
        except (openai.APITimeoutError, httpx2.TimeoutException):
            raise TimedOut(f"{label}: timed out, the server was silent for {self.spec.timeout_seconds:g} s") from None
        except (openai.APIConnectionError, httpx2.TransportError) as error:
            why = error.__cause__ or error
            raise Unreachable(f"{label}: unreachable ({type(why).__name__}: {self.clean(why)})") from None
        except (openai.APIResponseValidationError, ValueError, RecursionError) as error:
            # ValueError: broken JSON, failed validation
            raise Malformed(f"{label}: malformed answer ({self.clean(error)})") from None
        except openai.APIError as error:  # an error that came inside a stream
            raise refused_by_server(label, self.spec.key_variable, 200, error.body, {}, self._secret) from None

    async def close(self) -> None:
        await self._sdk.close()
