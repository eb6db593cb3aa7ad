"""Ask a model one small question and report what it and its server can do."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from PIL import Image as Picture

from agents.autogen import CreateResult, FunctionCall, Image, LLMMessage, SystemMessage, ToolSchema, UserMessage
from agents.models.arguments import read_arguments
from agents.models.build import build_client
from agents.models.config import ModelSpec
from agents.models.errors import ModelError
from agents.models.usage import Pricing, usage_detail
from tools.errors import UserError

_COLOUR, _NUMBERS = "red", [3, 5, 8]
_REPORT = ToolSchema(
    name="report",
    description="Report what you were asked for.",
    parameters={
        "type": "object",
        "properties": {
            "colour": {"type": "string", "description": "One word, in lowercase."},
            "items": {
                "type": "array",
                "items": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
            },
        },
        "required": ["colour", "items"],
    },
)
_FILLER = "This sentence only makes the prompt long enough for a cache. " * 200


@dataclass(frozen=True)
class ModelCheck:
    """What one model did. A capability is None if it was not tested."""

    error: str = ""
    seconds: float = 0.0
    calls_tools: bool | None = None
    calls_as_text: bool = False
    """The server does not parse the model's tool calls."""
    nested_arguments: bool | None = None
    """The arguments of the call fit the tool's schema."""
    sees_images: bool | None = None
    cached_share: float | None = None
    """Share of the prompt that the second of two equal calls read from the provider's cache."""
    counts_tokens: bool = False
    dollars: float | None = None
    """Price of the check; None if the model has no price."""


async def check_model(spec: ModelSpec, *, caching: bool = False) -> ModelCheck:
    """Return what a model does with one small call, or with two of about 2,500 tokens if `caching` is to be tested."""
    messages: list[LLMMessage] = [
        SystemMessage(content=f"You test a connection. {_FILLER if caching else ''}".strip()),
        UserMessage(content=_question(spec), source="lab"),
    ]
    quick = spec.model_copy(update={"retries": min(spec.retries, 1)})
    began = time.monotonic()
    try:
        client = build_client(quick)
        answers = [await client.create(messages, tools=[_REPORT]) for _ in range(2 if caching else 1)]
    except (ModelError, UserError) as error:
        return ModelCheck(error=str(error))
    seconds = (time.monotonic() - began) / len(answers)
    usages = [usage_detail(answer) for answer in answers]
    given = _arguments(answers[0])
    return ModelCheck(
        seconds=seconds,
        calls_tools=given is not None,
        calls_as_text=bool(usages[0].slips),
        nested_arguments=None if given is None else given.get("items") == [{"number": n} for n in _NUMBERS],
        sees_images=str(given.get("colour")).lower() == _COLOUR if given and spec.capabilities.vision else None,
        cached_share=usages[1].cached_tokens / max(usages[1].prompt_tokens, 1) if caching else None,
        counts_tokens=not usages[0].estimated,
        dollars=sum(Pricing(spec).cost(usage) for usage in usages) if spec.price else None,
    )


def _question(spec: ModelSpec) -> Any:
    numbers = ", ".join(map(str, _NUMBERS))
    ask = f"Call `report` once. Its items are the numbers {numbers}, in this order. The colour is "
    if not spec.capabilities.vision:
        return ask + f"{_COLOUR}."
    return [ask + "that of the picture.", Image(Picture.new("RGB", (64, 64), _COLOUR))]


def _arguments(answer: CreateResult) -> dict[str, Any] | None:
    """Return the arguments of the call that was asked for, or None if there was none."""
    calls = answer.content if isinstance(answer.content, list) else []
    for call in calls:
        if isinstance(call, FunctionCall) and call.name == _REPORT["name"]:
            try:
                return read_arguments(call.arguments)
            except ValueError:
                return {}
    return None
