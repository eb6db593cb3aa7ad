"""What models write into their text although the protocol has a field for it: tool calls, and reasoning in tags.

Servers without a parser for the model's own format pass such text on. A call is read only if it names a tool that was
offered, so that a paper or a review may show JSON.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from agents.autogen import CreateResult, FunctionCall
from agents.models.arguments import decoded, read_arguments
from agents.models.protocol_common import Request, visible_thought, with_unique_ids, with_words
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
    r"|(?:\[TOOL_CALLS\]|<\|python_tag\|>)\s*(.*)",
    re.DOTALL,
)
_NAMED = re.compile(r"\s*(?P<name>[\w.-]+)\s*(?:\[ARGS\])?\s*(?P<arguments>\{.*\})\s*", re.DOTALL)
_FUNCTION = re.compile(r"<function=([\w.-]+)>\s*(.*?)\s*(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([\w-]+)>\n?(.*?)\n?(?:</parameter>|(?=<parameter=)|\Z)", re.DOTALL)
_FENCED = re.compile(r"```(?:json|tool_call)?\s*\n(.*?)\n\s*```", re.DOTALL)
_FENCED_ANY = re.compile(r"```\w*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_PYTHON = re.compile(r"^[ \t]*(?:print\(|`)?(?P<name>[A-Za-z_][\w.]*)\((?=\s*(?:\w+\s*=(?!=)|\)))", re.MULTILINE)
_REACT = re.compile(
    r"^[ \t*]*Action[ \t*]*:[ \t*]*`?(?P<name>[\w.]+)`?(?:\(\))?[ \t*]*\n+[ \t*]*Action[ _]Input[ \t*]*:[ \t*]*(?P<input>.*?)"
    r"(?=\n[ \t*]*(?:Observation|Thought|Action|Final Answer)[ \t*]*:|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(r"""\\(?!["'\\]|n(?![a-z]))""")
"""An escape that Python would read otherwise than a model that writes LaTeX means it."""
_MOST_BRACKETS = 200
_BROKEN = re.compile(r'\A\s*\[?\s*\{.*?"(?:name|tool|function)"\s*:\s*"(?P<name>[\w.]+)"', re.DOTALL)
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
        detail = usage_detail(result)
        detail.slips = [*detail.slips, WRITTEN_AS_TEXT]
        return CreateResult(
            finish_reason="function_calls",
            content=with_unique_ids(calls),
            usage=detail,
            cached=False,
            thought=with_words([reasoning, visible_thought(result.thought)], _TAGGED.sub("", words).strip()) or None,
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
        for read in (_xml_calls, _json_calls, _react_calls, _python_calls, *([_named_calls] if tagged else [])):
            if found := list(read(part, offered)):
                calls += found
                break
    if not calls and (tagged or _is_broken(text, offered)):
        return [_unreadable(text)]
    return calls


def _unreadable(text: str) -> FunctionCall:
    return FunctionCall(id="", name=UNREADABLE_CALL, arguments=json.dumps({"text": text}))


def _is_broken(text: str, offered: Collection[str]) -> bool:
    """Return whether a text, or a code fence in it, is a call in JSON that does not parse."""
    parts = [match[1] for match in _FENCED_ANY.finditer(text)] or [text]
    found = [(part, match) for part in parts if (match := _BROKEN.match(part))]
    return any(
        tool_named(match["name"], offered) in offered and isinstance(decoded(part), str) for part, match in found
    )


def _react_calls(text: str, offered: Collection[str]) -> Iterator[FunctionCall]:
    """Yield calls written as `Action: NAME` and `Action Input: {...}`."""
    for match in _REACT.finditer(text):
        if (name := tool_named(match["name"], offered)) in offered:
            given = match["input"].strip().rstrip("`").removeprefix("```json").removeprefix("```").strip()
            yield _checked(name, given if given not in ("", "None", "none") else "{}", match[0])


def _python_calls(text: str, offered: Collection[str]) -> Iterator[FunctionCall]:
    """Yield calls written as a Python expression that begins a line, `submit_idea(name="x", ...)`."""
    for match in _PYTHON.finditer(text):
        if (name := tool_named(match["name"], offered)) not in offered:
            continue
        expression = _call_expression(text[match.start("name") :])
        if expression is None:
            yield _unreadable(text[match.start("name") :])
            continue
        try:
            given = {word.arg or "": ast.literal_eval(word.value) for word in expression.keywords}
            yield _checked(name, json.dumps(given), match[0])
        except (ValueError, TypeError):  # a value that is computed, or `...`: an example and no call
            continue


def _call_expression(text: str) -> ast.Call | None:
    """Return the call that a text begins with, up to the closing bracket with which it parses."""
    for match in itertools.islice(re.finditer(r"\)", text), _MOST_BRACKETS):
        try:
            tree = ast.parse(text[: match.end()], mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if isinstance(tree.body, ast.Call) and not tree.body.args and not _ESCAPE.search(text[: match.end()]):
            return tree.body
        return None
    return None


def _checked(name: str, arguments: str, written: str) -> FunctionCall:
    """Return a call, or the one for a call that cannot be read."""
    try:
        read_arguments(arguments)
    except ValueError:
        return _unreadable(written)
    return FunctionCall(id="", name=name, arguments=arguments)


def _xml_calls(text: str, offered: Collection[str]) -> Iterator[FunctionCall]:
    for match in _FUNCTION.finditer(text):
        if (name := tool_named(match[1], offered)) not in offered:
            continue
        fields = {field: decoded(value) for field, value in _PARAMETER.findall(match[2])}
        yield FunctionCall(id="", name=name, arguments=json.dumps(fields) if fields else match[2])


def _named_calls(text: str, offered: Collection[str]) -> Iterator[FunctionCall]:
    """Yield calls in the marks of a call that are written as a name with an object, and those of tools that were not
    offered: the model is told which are."""
    if match := _NAMED.fullmatch(text):
        yield _checked(tool_named(match["name"], offered), match["arguments"], text)
        return
    given = decoded(text.strip())
    for item in given if isinstance(given, list) else [given]:
        if isinstance(item, dict) and isinstance(name := item.get("name"), str):
            yield FunctionCall(id="", name=name, arguments=json.dumps(item.get("arguments", {})))


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
            if given is None and "tool" in item:
                given = rest or None
        case {"action": str(name), "action_input": given}:
            pass
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
