"""Servers that nobody here wrote, over each protocol, plain and streamed: LiteLLM's proxy and npm's aimock.

Opt-in, because neither is among the pinned packages: `COLLOQUIUM_LITELLM` and `COLLOQUIUM_AIMOCK` name their executables,
`litellm` of the Python package `litellm[proxy]` and `llmock` of the npm package `@copilotkit/aimock`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    ToolSchema,
    UserMessage,
)
from agents.models import ModelSpec, build_client
from tests.fakes.answer import Answer
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.served import PROVIDERS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
ADD = ToolSchema(
    name="add",
    description="Add two numbers.",
    parameters={"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
)
ASKED: list[LLMMessage] = [
    SystemMessage(content="You add numbers."),
    UserMessage(content="What is the sum?", source="lab"),
]
READY_SECONDS = 300
KEY = "sk-4f1c9a7be02d4b6f8e35a1d7c0926be4"
"""Not a secret: LiteLLM does not start without a key of its own."""


def brain(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
    if isinstance(messages[-1], FunctionExecutionResultMessage):
        return Answer(text="The sum is three.")
    return Answer(calls=(FunctionCall("call_1", '{"a": 1}', "add"),))


def executable(variable: str) -> str:
    path = os.environ.get(variable, "")
    if not path:
        pytest.skip(f"{variable} names no executable of this server")
    return path


@contextmanager
def started(folder: Path, *command: str) -> Iterator[str]:
    """Start a server on a free port, `{port}` in its command, and return its origin once it accepts connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([part.format(port=port) for part in command], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + READY_SECONDS
            while time.monotonic() < deadline and process.poll() is None:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.5)
            else:
                pytest.fail(f"the server did not start:\n{(folder / 'log').read_text()[-2_000:]}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def litellm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """LiteLLM's proxy before a server of chat completions."""
    path, folder = executable("COLLOQUIUM_LITELLM"), tmp_path_factory.mktemp("litellm")
    with OpenAIServer(brain) as upstream:
        target = {"model": "openai/mind", "api_base": upstream.base_url, "api_key": "unused"}
        config = {
            "model_list": [{"model_name": "mind", "litellm_params": target}],
            "general_settings": {"master_key": KEY},
        }
        (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
        with started(
            folder, path, "--config", str(folder / "config.yaml"), "--host", "127.0.0.1", "--port", "{port}"
        ) as origin:
            yield origin


@pytest.fixture(scope="module")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """aimock with two answers: a call, and words after its result."""
    path, folder = executable("COLLOQUIUM_AIMOCK"), tmp_path_factory.mktemp("aimock")
    call = {"name": "add", "arguments": {"a": 1}}
    answers = [
        {"match": {"userMessage": "sum", "turnIndex": 0}, "response": {"toolCalls": [call]}},
        {"match": {"userMessage": "sum", "turnIndex": 1}, "response": {"content": "The sum is three."}},
    ]
    fixtures = folder / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": answers}), encoding="utf-8")
    with started(folder, path, "--port", "{port}", "--fixtures", str(fixtures)) as origin:
        yield origin


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("server", ["litellm", "aimock"])
async def test_a_call_and_its_result(
    server: str, provider: str, stream: bool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = request.getfixturevalue(server)
    monkeypatch.setenv("FOREIGN_KEY", KEY)
    base_url = origin if provider == "anthropic" else f"{origin}/v1"
    spec = ModelSpec(
        provider=provider, model="mind", base_url=base_url, key_env="FOREIGN_KEY", stream=stream, retries=0
    )
    model = build_client(spec)
    called = await model.create(ASKED, tools=[ADD])
    assert isinstance(called.content, list)
    [call] = called.content
    assert (call.name, json.loads(call.arguments)) == ("add", {"a": 1}) and called.usage.prompt_tokens > 0
    result = FunctionExecutionResult(content="3", name="add", call_id=call.id, is_error=False)
    answer = await model.create(
        [
            *ASKED,
            AssistantMessage(content=called.content, thought=called.thought, source="me"),
            FunctionExecutionResultMessage(content=[result]),
        ],
        tools=[ADD],
    )
    assert answer.content == "The sum is three." and answer.finish_reason == "stop"
    await model.close()
