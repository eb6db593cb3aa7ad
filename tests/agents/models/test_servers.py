"""Answers of compatible servers as they are: whole, though not in the form of OpenAI's own. None is asked for twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.autogen import CreateResult, UserMessage
from agents.models import ModelSpec, usage_detail
from agents.models.build import build_client
from agents.models.errors import Malformed
from tests.fakes.answer import Answer
from tests.fakes.model_server import event
from tests.fakes.openai_server import OpenAIServer

Chunk = dict[str, Any]


def call(name: str | None, arguments: Any, **more: Any) -> Chunk:
    return {"function": {"name": name, "arguments": arguments}, **more}


def calling(*calls: Chunk) -> Chunk:
    return {"delta": {"tool_calls": list(calls)}}


END: Chunk = {"delta": {}, "finish_reason": "tool_calls"}
TWO = [("a", {"x": 1}), ("b", {"y": 2})]
STREAMS: dict[str, tuple[list[Chunk], list[tuple[str, Any]]]] = {
    "no index, each call whole in its chunk": (
        [calling(call("a", '{"x": 1}', id="c1")), calling(call("b", '{"y": 2}', id="c2")), END],
        TWO,
    ),
    "index 0 for each call": (
        [calling(call("a", '{"x": 1}', id="c1", index=0)), calling(call("b", '{"y": 2}', id="c2", index=0)), END],
        TWO,
    ),
    "no index, pieces without a name": (
        [
            calling(call("a", '{"x"', id="c1")),
            calling(call(None, ": 1}")),
            calling(call("b", '{"y": 2}', id="c2")),
            END,
        ],
        TWO,
    ),
    "no index, no id, the same tool twice": (
        [calling(call("a", '{"x": 1}'), call("a", '{"x": 1}')), END],
        [TWO[0], TWO[0]],
    ),
    "name in every piece": (
        [calling(call("a", part, index=0, id="c1")) for part in ("", '{"x"', ": 1}", "")] + [END],
        [TWO[0]],
    ),
    "pieces in turn": (
        [
            calling(call("a", "", index=1, id="c1"), call("b", "", index=2, id="c2")),
            calling(call(None, '{"x": 1', index=1), call(None, '{"y": 2', index=2)),
            calling(call("", "}", index=1), call(None, "}", index=2)),
            END,
        ],
        TWO,
    ),
    "arguments as an object": ([calling(call("a", {"x": 1}, id="c1")), END], [TWO[0]]),
    "no finish reason": ([calling(call("a", '{"x": 1}', id="c1", index=0))], [TWO[0]]),
}


class Raw(OpenAIServer):
    """Sends these choices, and at last `usage` and the end mark if there is to be one."""

    choices: list[Chunk]
    last: Any = None
    marked = True

    def stream(self, *_: Any) -> Iterator[bytes]:
        for choice in self.choices:
            yield event(None, {"model": "m", "choices": [choice]})
        yield event(None, {"model": "m", "choices": [], "usage": self.last})
        if self.marked:
            yield event(None, "[DONE]")

    def whole(self, *_: Any) -> Any:
        return {"model": "m", "choices": self.choices, "usage": self.last}


async def answer(choices: list[Chunk], *, stream: bool = True, usage: Any = None, marked: bool = True) -> CreateResult:
    with Raw(lambda messages, tools: Answer("")) as server:
        server.choices, server.last, server.marked = choices, usage, marked
        given = {"base_url": server.base_url, "key_env": "", "retries": 0, "stream": stream}
        client = build_client(ModelSpec(provider="openai_compatible", model="m", **given))
        return await client.create([UserMessage(content="Well?", source="lab")])


@pytest.fixture(autouse=True)
def no_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


@pytest.mark.parametrize(("choices", "calls"), STREAMS.values(), ids=STREAMS)
async def test_calls_of_a_stream_are_told_apart(choices: list[Chunk], calls: list[tuple[str, Any]]) -> None:
    result = await answer(choices)
    assert isinstance(result.content, list)
    assert [(call.name, json.loads(call.arguments)) for call in result.content] == calls
    assert len({call.id for call in result.content}) == len(calls)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "plain"])
@pytest.mark.parametrize(
    "usage",
    [
        None,
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": 0, "completion_tokens": 0},
        "many",
        {"x": 1},
    ],
)
async def test_counts_that_are_none_are_estimated(usage: Any, stream: bool) -> None:
    choice = {"delta" if stream else "message": {"content": "Good."}, "finish_reason": "stop"}
    detail = usage_detail(await answer([choice], stream=stream, usage=usage))
    assert detail.estimated and detail.prompt_tokens and detail.completion_tokens


async def test_content_in_parts_is_read() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Go"},
        {"type": "text", "text": "od."},
    ]
    result = await answer([{"message": {"content": parts}, "finish_reason": "stop"}], stream=False)
    assert result.content == "Good." and str(result.thought).startswith("Hm.")


async def test_a_stream_ends_with_a_finish_reason_or_the_end_mark() -> None:
    text = [{"delta": {"content": "Good."}}]
    assert (await answer(text)).content == "Good."
    with pytest.raises(Malformed):
        await answer(text, marked=False)
