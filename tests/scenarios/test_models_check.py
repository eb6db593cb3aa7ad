"""`models check` tells before a run what each model of a config can do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.autogen import FunctionCall, LLMMessage, ToolSchema
from agents.models import ModelSpec
from agents.models.check import check_model
from tests.fakes.answer import Answer, Brain
from tests.fakes.served import KEY_VARIABLE, PROVIDERS, serve, write_models

GOOD = {"colour": "red", "items": [{"number": 3}, {"number": 5}, {"number": 8}]}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "k-0123456789")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


def reporting(arguments: dict[str, Any]) -> Brain:
    def brain(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        return Answer(calls=(FunctionCall("c1", json.dumps(arguments), tools[0]["name"]),))

    return brain


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_able_model(provider: str) -> None:
    with serve(provider, reporting(GOOD)) as server:
        given = {"base_url": server.base_url, "key_env": KEY_VARIABLE, "price": {"input": 1, "output": 1}}
        spec = ModelSpec.model_validate({"provider": provider, "model": "m", "capabilities": {"vision": True}, **given})
        found = await check_model(spec, caching=True)
    assert (found.error, found.calls_tools, found.nested_arguments, found.sees_images) == ("", True, True, True)
    assert found.counts_tokens and found.cached_share and found.cached_share > 0.5 and found.dollars
    assert len(server.requests) == 2


def test_what_a_model_cannot_do_is_told(command, tmp_path: Path) -> None:
    def text(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        return Answer("I would report red.")

    with serve("openai_compatible", text) as server:
        done = command("models", "check", write_models(tmp_path / "m.yaml", "openai_compatible", server))
    assert done.returncode == 1 and "it called no tool" in done.stdout
    with serve("openai_compatible", reporting(GOOD | {"colour": "blue"})) as server:
        given = {"capabilities": {"vision": True}}
        done = command("models", "check", write_models(tmp_path / "m.yaml", "openai_compatible", server, **given))
    assert done.returncode == 1 and "did not see the picture" in done.stdout


def test_a_server_that_refuses_is_named(command, tmp_path: Path) -> None:
    with serve("openai_compatible", reporting(GOOD), ["401"]) as server:
        done = command("models", "check", write_models(tmp_path / "m.yaml", "openai_compatible", server))
    assert done.returncode == 1 and "authentication failed" in done.stdout
    assert command("models", "check", "offline").returncode == 0
