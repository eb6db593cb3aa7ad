"""Servers that nobody here wrote, before one of ours: LiteLLM's proxy and npm's aimock.

Neither is among the pinned packages. `COLLOQUIUM_LITELLM` names the executable `litellm` of the Python package
`litellm[proxy]`, `COLLOQUIUM_AIMOCK` the executable `llmock` of the npm package `@copilotkit/aimock`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.autogen import LLMMessage, ToolSchema
from tests.fakes.answer import Answer
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.served import write_models

SERVERS = ("litellm", "aimock")
MODEL = "fake-1"
KEY = "sk-4f1c9a7be02d4b6f8e35a1d7c0926be4"
"""Not a secret: LiteLLM does not start without a key of its own."""
READY_SECONDS = 300


def executable(name: str) -> Path | None:
    """Return the executable of `litellm` or `aimock`, or None where the environment names none."""
    path = os.environ.get(f"COLLOQUIUM_{name.upper()}", "")
    return Path(path) if path else None


@dataclass(frozen=True)
class ForeignServer:
    """A foreign server before one of ours, whose mind each test chooses."""

    origin: str
    upstream: OpenAIServer

    def models(self, path: Path, provider: str, stream: bool) -> Path:
        """Write a models config in which every role is played through the foreign server."""
        base_url = self.origin if provider == "anthropic" else f"{self.origin}/v1"
        return write_models(path, provider, self.upstream, base_url=base_url, stream=stream)


@contextmanager
def foreign_server(name: str, folder: Path) -> Iterator[ForeignServer]:
    """Start `litellm` or `aimock` before a server of OpenAI's protocols. Its log and files go to a folder."""
    program = executable(name)
    assert program, f"COLLOQUIUM_{name.upper()} names no executable"
    with OpenAIServer(_speechless) as upstream:
        if name == "litellm":
            target = {"model": f"openai/{MODEL}", "api_base": upstream.base_url, "api_key": "unused"}
            config = {
                "model_list": [{"model_name": MODEL, "litellm_params": target}],
                "general_settings": {"master_key": KEY},
            }
            (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
            command = [program, "--config", folder / "config.yaml", "--host", "127.0.0.1", "--port", "{port}"]
        else:
            relay = Path(__file__).with_name("aimock_relay.mjs")
            command = ["node", relay, program.resolve().parents[1], "{port}", upstream.base_url]
        with _started(folder / "log", *map(str, command)) as origin:
            yield ForeignServer(origin, upstream)


def _speechless(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
    raise AssertionError("no mind was chosen")


@contextmanager
def _started(log: Path, *command: str) -> Iterator[str]:
    """Start a server on a free port, `{port}` in its command, and yield its origin once it accepts connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("w") as output:
        process = subprocess.Popen([part.format(port=port) for part in command], stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not _accepts(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2_000:]}")
                time.sleep(0.5)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
