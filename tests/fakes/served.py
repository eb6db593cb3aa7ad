"""A server of each provider's protocol, and the models config that leads to it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.fakes.answer import Brain
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.model_server import Faults, ModelServer
from tests.fakes.openai_server import OpenAIServer

PROVIDERS = ("openai", "openai_compatible", "anthropic")
"""The Responses API, chat completions, and the Messages API."""
KEY_VARIABLE = "COLLOQUIUM_FAKE_KEY"


def serve(provider: str, brain: Brain, faults: Iterable[str | None] | Faults = (), key: str = "") -> ModelServer:
    """The server that a provider's client talks to."""
    return (AnthropicServer if provider == "anthropic" else OpenAIServer)(brain, faults, key)


def write_models(path: Path, provider: str, server: ModelServer, **more: Any) -> Path:
    """A models config in which every role is played by the server; `more` are fields of its model."""
    model = {"provider": provider, "model": "fake-1", "base_url": server.base_url, "key_env": KEY_VARIABLE,
             "backoff_seconds": 0.02, "price": {"input": 0, "output": 0}, **more}  # fmt: skip
    path.write_text(json.dumps({"default": "fake", "models": {"fake": model}}), encoding="utf-8")
    return path
