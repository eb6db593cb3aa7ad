"""Whatever a server sends, a caller gets an answer or a typed error: replies with one random part put wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.autogen import CreateResult, FunctionCall, UserMessage
from agents.models import ModelError, ModelSpec
from agents.models.build import build_client
from tests.fakes.answer import Answer
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.openai_server import OpenAIServer

ROUNDS = 60
WRONG: list[Any] = [None, 5, -1.5, True, "", "x", [], {}, ["x"], [None], {"type": "x"}, {"x": {}}]
ANSWER = Answer(text="I add.", thinking="Hm.", calls=(FunctionCall("c1", '{"a": 1}', "add"),))


def put_wrong(value: Any, dice: random.Random) -> Any:
    """The value with one of its parts, however deep, replaced or left out."""
    if dice.random() < 0.2 or not isinstance(value, dict | list) or not value:
        return dice.choice(WRONG)
    changed: Any = value.copy()
    key = dice.choice(list(value)) if isinstance(value, dict) else dice.randrange(len(value))
    if dice.random() < 0.1:
        del changed[key]
    else:
        changed[key] = put_wrong(value[key], dice)
    return changed


def server(kind: type[AnthropicServer] | type[OpenAIServer], dice: random.Random) -> Any:
    class Garbling(kind):  # type: ignore[valid-type, misc]
        intact = False

        def whole(self, *given: Any) -> Any:
            return super().whole(*given) if self.intact else put_wrong(super().whole(*given), dice)

        def stream(self, *given: Any) -> Iterator[bytes]:
            self.intact = True
            events = list(super().stream(*given))
            wrong = dice.randrange(len(events))
            for index, event in enumerate(events):
                head, data = event.decode().split("data: ")
                if index == wrong and data.startswith("{"):
                    data = json.dumps(put_wrong(json.loads(data), dice)) + "\n\n"
                yield f"{head}data: {data}".encode()

    return Garbling(lambda messages, tools: ANSWER)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "plain"])
@pytest.mark.parametrize(
    ("provider", "kind"),
    [("anthropic", AnthropicServer), ("openai", OpenAIServer), ("openai_compatible", OpenAIServer)],
)
async def test_garbage(provider: str, kind: Any, stream: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FAKE_KEY", "k")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    outcomes: set[str] = set()
    with server(kind, random.Random(7)) as fake:
        given = {"base_url": fake.base_url, "key_env": "FAKE_KEY", "retries": 0, "stream": stream}
        client = build_client(ModelSpec(provider=provider, model="fake-1", **given))
        for _ in range(ROUNDS):
            try:
                result = await client.create([UserMessage(content="Add.", source="lab")])
            except ModelError as error:
                outcomes.add(error.kind)
            else:
                assert isinstance(result, CreateResult)
                outcomes.add("answered")
    assert {"answered", "malformed"} <= outcomes
