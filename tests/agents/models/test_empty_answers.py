"""A model whose answer was empty is told so when it is asked again."""

from __future__ import annotations

import pytest

from agents.autogen import UserMessage
from agents.models import EndpointLimits
from agents.models.config import ModelSpec
from agents.models.errors import Empty
from agents.models.resilient_client import ResilientClient
from tests.fakes.conversation import Scripted

ASKED = [UserMessage(content="Begin.", source="lab")]


def client(model: Scripted) -> ResilientClient:
    spec = ModelSpec(provider="openai", model="m", retries=2, backoff_seconds=0.001)
    return ResilientClient(model, spec, EndpointLimits().limiter(spec))


async def test_the_request_after_an_empty_answer_is_another_one() -> None:
    model = Scripted(["", "   ", "Here I am."])
    assert (await client(model).create(ASKED)).content == "Here I am."
    assert model.heard[0] == ASKED and "empty" in str(model.heard[1][-1].content)
    assert len(model.heard[2]) == 2, "it is told once"


async def test_a_model_that_stays_silent_is_an_error() -> None:
    with pytest.raises(Empty) as silent:
        await client(Scripted([""] * 3)).create(ASKED)
    assert not silent.value.permanent, "the server answers, so the conversation goes on as after a refusal"
    assert "server is available" not in str(silent.value)
