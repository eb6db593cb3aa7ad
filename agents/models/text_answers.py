"""What models write into their text although the protocol has a field for it: tool calls, and reasoning in tags.

Servers without a parser for the model's own format pass such text on. A call is read only if it names a tool that was
offered, so that a paper or a review may show JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from agents.autogen import CreateResult, FunctionCall
from agents.models.arguments import decoded, read_arguments
from agents.models.protocol_common import Request, visible_thought, with_unique_ids
from agents.models.usage import usage_detail

UNREADABLE_CALL = "call_written_as_text"
"""Name of the call that stands for one which could not be read. No tool has it, so the model is told."""
WRITTEN_AS_TEXT = (
    "the tool calls came as text, so the server does not parse this model's calls; start it with a parser "
    "(vLLM: --enable-auto-tool-choice --tool-call-parser NAME; llama.cpp: --jinja) or choose a model that calls tools"
)
_REASONING = re.compile(
    r"<(think|thinking|thought|reasoning)>.*?</\1>"
    r"|\A(?:(?!<think).)*?</think(?:ing)?>"
    r"|<\|channel\|>analysis<\|message\|>.*?(?:<\|end\|>|\Z)",
    re.DOTALL,
)
_CHANNEL = re.compile(r"<\|start\|>assistant|<\|channel\|>final<\|message\|>|<\|(?:end|return|im_end)\|>")
_TAGGED = re.compile(
    r"<\|?(tool_call|tool_calls|function_call|function_calls)\|?>\s*(.*?)\s*(?:</\1>|<\|/?\1\|?>|<\|?tool_call_end\|?>|\Z)"
    r"|\[TOOL_CALLS\]\s*(.*)",
    re.DOTALL,
)
_FUNCTION = re.compile(r"<function=([\w.-]+)>\s*(.*?)\s*(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([\w-]+)>\n?(.*?)\n?(?:</parameter>|(?=<parameter=)|\Z)", re.DOTALL)
_FENCED = re.compile(r"```(?:json|tool_call)?\s*\n(.*?)\n\s*```", re.DOTALL)
_PREFIX = re.compile(r"^(functions?|tools?|default_api|mcp)([._:/]|__)+", re.IGNORECASE)


def tidied(result: CreateResult, request: Request) -> CreateResult:
    """Return the answer with calls and reasoning where they belong, and with the names of the tools that were offered."""
    offered = [tool["name"] for tool in request.tools]
    if not isinstance(result.content, str):
        calls = [_named(call, offered) for call in result.content]
        return result.model_copy(update={"content": calls})
    words, reasoning = without_reasoning(result.content)
    calls = calls_in(words, offered) if offered else []
    if calls:
        thought = [reasoning, visible_thought(result.thought), _TAGGED.sub("", words).strip()]
        detail = usage_detail(result)
        detail.slips = [*detail.slips, WRITTEN_AS_TEXT]
        return CreateResult(
            finish_reason="function_calls",
            content=with_unique_ids(calls),
            usage=detail,
            cached=False,
            thought="\n\n".join(filter(None, thought)) or None,
        )
    if not words:  # The reasoning is all that the model said.
        return result
    thought = [reasoning, result.thought or ""]
    return result.model_copy(update={"content": words, "thought": "\n\n".join(filter(None, thought)) or None})


def without_reasoning(text: str) -> tuple[str, str]:
    """Return a text without reasoning in tags, and that reasoning. Other text is returned unchanged."""
    found = [match[0] for match in _REASONING.finditer(text)]
    words = _CHANNEL.sub("", _REASONING.sub("", text))
    if words == text:
        return text, ""
    return words.strip(), "\n\n".join(re.sub(r"</?\w+>|<\|[^|]*\|>(?:analysis)?", "", part).strip() for part in found)


def tool_named(name: str, offered: Collection[str]) -> str:
    """Return the offered tool that a model means, or the name as it is. Some models add a prefix, or marks of their
    own format behind it."""
    if name in offered:
        return name
    bare = _PREFIX.sub("", re.split(r"<\||\s|:\d+$", name.strip())[0])
    candidates = {bare, bare.replace("-", "_"), bare.rpartition("__")[2], bare.rpartition(".")[2]}
    known = [tool for tool in offered if tool in candidates]
    return known[0] if len(known) == 1 else name


def _named(call: FunctionCall, offered: Collection[str]) -> FunctionCall:
    return FunctionCall(id=call.id, name=tool_named(call.name, offered), arguments=call.arguments)


def calls_in(text: str, offered: Collection[str]) -> list[FunctionCall]:
    """Return the calls that a text contains in one of the known formats. One that cannot be read has the name
    `UNREADABLE_CALL`."""
    calls: list[FunctionCall] = []
    tagged = [next(filter(None, match.groups()[1:]), "") for match in _TAGGED.finditer(text)]
    for part in tagged or [text]:
        functions = list(_xml_calls(part, offered))
        calls += functions or list(_json_calls(part, offered))
    if tagged and not calls:
        return [FunctionCall(id="", name=UNREADABLE_CALL, arguments=json.dumps({"text": text}))]
    return calls


def _xml_calls(text: str, offered: Collection[str]) -> Iterator[FunctionCall]:
    for match in _FUNCTION.finditer(text):
        if (name := tool_named(match[1], offered)) not in offered:
            continue
        fields = {field: decoded(value) for field, value in _PARAMETER.findall(match[2])}
        yield FunctionCall(id="", name=name, arguments=json.dumps(fields) if fields else match[2])


def _json_calls(text: str, offered: Collection[str]) -> Iterator[FunctionCall]:
    fenced = [match[1] for match in _FENCED.finditer(text)]
    listed: list[Any] = []
    for part in fenced or [text]:
        given = decoded(part.strip())
        listed += given if isinstance(given, list) else [given] if isinstance(given, dict) else _lines(part)
    for item in listed:
        if (call := _json_call(item, offered)) is not None:
            yield call


def _lines(text: str) -> list[Any]:
    """Return the objects of a text with one JSON object a line, or none if there is anything else."""
    found = [decoded(line) for line in text.splitlines() if line.strip()]
    return found if all(isinstance(item, dict) for item in found) else []


def _json_call(item: Any, offered: Collection[str]) -> FunctionCall | None:
    match item:
        case {"function": {"name": str(name), **rest}} | {"name": str(name), **rest} | {"tool": str(name), **rest}:
            given = next((rest[key] for key in ("arguments", "parameters", "input", "args") if key in rest), None)
        case _:
            return None
    name = tool_named(name, offered)
    if name not in offered or given is None:
        return None
    arguments = given if isinstance(given, str) else json.dumps(given)
    try:
        read_arguments(arguments)
    except ValueError:
        return None
    return FunctionCall(id="", name=name, arguments=arguments)
