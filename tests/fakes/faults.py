"""What goes wrong with a model and on the way to it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from agents.autogen import FunctionCall, ToolSchema
from tests.fakes.answer import Answer

PASSING = ("429", "429 retry-after", "500", "529", "silence", "reset", "early end", "malformed", "html", "empty",
           "wrong types", "error in stream")  # fmt: skip
"""The same call made again may succeed."""
ENDING = ("refusal", "cut text", "cut call")
"""The call has no answer, and the turn ends with it."""
LAPSES = ("unknown tool", "arguments that are no JSON", "arguments of wrong types", "two calls at once")
"""The model's own: it hears of them as results of its calls."""

_numbers = itertools.count(1)


def lapse(kind: str, answer: Answer, tools: Sequence[ToolSchema]) -> Answer:
    """What a model does that has such a lapse instead of giving the answer. Nothing in it changes anything."""
    hm = "Let me see."
    harmless = [tool["name"] for tool in tools if tool["name"].startswith("list_")] or ["look_around"]
    match kind:
        case "unknown tool":
            return Answer(hm, calls=(_call("run_the_experiment!", "{}"),))
        case "arguments that are no JSON":
            return Answer(calls=(_call(_tool(answer, tools)["name"], '{"file": "exper'),))
        case "arguments of wrong types":
            tool = _tool(answer, tools)
            wrong = {name: 7 if "string" in str(field) else "7 or so" for name, field in _fields(tool).items()}
            return Answer(calls=(_call(tool["name"], json.dumps(wrong or {"surprise": 1})),))
        case "two calls at once" if answer.calls:
            return Answer(hm, calls=(*answer.calls, _call(harmless[0], "{}")))
        case "two calls at once":
            return Answer(hm, calls=(_call(harmless[0], "{}"), _call(harmless[-1], "{}")))
    raise ValueError(f"no lapse {kind!r}")


def _tool(answer: Answer, tools: Sequence[ToolSchema]) -> ToolSchema:
    """The tool that the answer calls; for a text, any that there is."""
    called = [tool for tool in tools if answer.calls and tool["name"] == answer.calls[0].name]
    return next(iter([*called, *tools]), ToolSchema(name="look_around"))


def _fields(tool: ToolSchema) -> Mapping[str, Any]:
    return tool.get("parameters", {"properties": {}})["properties"]


def _call(name: str, arguments: str) -> FunctionCall:
    return FunctionCall(id=f"lapse_{next(_numbers):05d}", name=name, arguments=arguments)
