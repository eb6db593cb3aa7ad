"""Arguments of a tool call checked against what the tool takes. What can mean one thing only is taken as meant."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from agents.models.arguments import decoded
from tools.errors import ToolError, nearest

_NO_ITEMS = ("", "none", "n/a", "-", "[]")
_MAX_SHOWN = 60


@dataclass(frozen=True)
class CheckedArguments:
    """The arguments of a call as the tool gets them."""

    values: dict[str, Any]
    notes: tuple[str, ...] = ()
    """How the call was read where that was not clear, for the answer."""


def checked_arguments(
    schema: type[BaseModel], arguments: Mapping[str, Any], ignored: frozenset[str] = frozenset()
) -> CheckedArguments:
    """Return the arguments of a call as the tool gets them.

    Names and the words of a choice match in any case. One unknown argument stands for the one that is missing, if both are
    texts. A list or object may be given as JSON text, and one item as a list.

    Args:
        ignored: unknown arguments that are left out without an error.

    Raises:
        ToolError: they do not fit; names every problem.
    """
    given, notes = _with_known_names(schema, arguments)
    unknown = [name for name in given if name not in schema.model_fields]
    values = {name: _as_meant(schema.model_fields[name], value) for name, value in given.items() if name not in unknown}
    problems = [_unknown_name(name, schema) for name in unknown if name not in ignored]
    try:
        checked = _validated(schema, values)
    except ValidationError as error:
        problems += [_in_words(problem, schema) for problem in error.errors()]
    if problems:
        raise ToolError("; ".join(dict.fromkeys(problems)))
    return CheckedArguments({name: getattr(checked, name) for name in schema.model_fields}, tuple(notes))


def unknown_arguments(schema: type[BaseModel], arguments: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that stand for no argument of the tool."""
    return frozenset(_with_known_names(schema, arguments)[0].keys() - schema.model_fields.keys())


def _with_known_names(schema: type[BaseModel], arguments: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments under the names that the tool has, as far as they are clear, and notes on what was guessed."""
    plain = {_plain(name): name for name in schema.model_fields}
    given = {name: value for name, value in arguments.items() if name in schema.model_fields}
    for name, value in arguments.items():
        given.setdefault(plain.get(_plain(name), name), value)
    unknown = [name for name in given if name not in schema.model_fields]
    missing = [name for name, field in schema.model_fields.items() if field.is_required() and name not in given]
    if not len(unknown) == len(missing) == 1:
        return given, []
    if not isinstance(given[unknown[0]], str) or schema.model_fields[missing[0]].annotation is not str:
        return given, []
    given[missing[0]] = given.pop(unknown[0])
    return given, [f"the argument {unknown[0]} was read as {missing[0]}"]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _unknown_name(name: str, schema: type[BaseModel]) -> str:
    known = schema.model_fields
    hint = nearest(name, known) if known else "it takes none"
    return f"there is no argument {name!r}; {hint}".replace("there are:", "the arguments are:")


def _as_meant(field: FieldInfo, value: Any) -> Any:
    """Return a word of a choice in the spelling of the choice, and other values as they are."""
    if get_origin(field.annotation) is Literal and isinstance(value, str):
        choices = get_args(field.annotation)
        same = [choice for choice in choices if _plain(str(choice)) == _plain(value)]
        return same[0] if len(same) == 1 else value
    return value


def _validated(schema: type[BaseModel], arguments: Mapping[str, Any]) -> BaseModel:
    """Validate arguments. A list or object that was given as a JSON text counts as what it holds, another text as its items.

    Raises:
        ValidationError: they do not fit.
    """
    try:
        return schema.model_validate(arguments)
    except ValidationError as error:
        places = [(problem["loc"], problem["type"]) for problem in error.errors() if isinstance(problem["input"], str)]
        unpacked: Any = copy.deepcopy(dict(arguments))
        for place, kind in places:
            _unpack_at(unpacked, place, as_list=kind == "list_type")
        if unpacked == arguments:
            raise
        return schema.model_validate(unpacked)


def _unpack_at(value: Any, place: Sequence[str | int], *, as_list: bool) -> None:
    """Replace the text at a place by the list or object that it holds. A place that names a schema is left alone."""
    for part in place[:-1]:
        value = value[part] if _has(value, part) else None
    if place and _has(value, place[-1]) and isinstance(text := value[place[-1]], str):
        held = decoded(text)
        value[place[-1]] = _items(text) if as_list and isinstance(held, str) else held


def _items(text: str) -> list[str]:
    """Return the items of a list that was written as a text: one for each mark of a list, or the text as the only one."""
    if text.strip().casefold() in _NO_ITEMS:
        return []
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    marks = [re.match(r"(?:[-*•]|\d+[.)])\s+", line) for line in lines]
    return [line[mark.end() :] for line, mark in zip(lines, marks, strict=True) if mark] if all(marks) else [text]


def _has(value: Any, part: str | int) -> bool:
    return (isinstance(value, dict) and part in value) or (
        isinstance(value, list) and isinstance(part, int) and part < len(value)
    )


def _in_words(problem: Mapping[str, Any], schema: type[BaseModel]) -> str:
    """Return a problem that pydantic found in words for a model: the argument, what it takes, and what was given."""
    place = ".".join(str(part) for part in problem["loc"])
    field = schema.model_fields.get(str(problem["loc"][0])) if problem["loc"] else None
    if field is None:
        return str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing":
        return f"the argument {place} is missing: {_takes(field)}"
    if problem["type"] == "string_too_short":
        return f"{place} is too short; it takes at least {problem['ctx']['min_length']} characters: {_takes(field)}"
    given = repr(problem["input"])
    shown = given if len(given) <= _MAX_SHOWN else f"{given[:_MAX_SHOWN]}..."
    if problem["type"].startswith("value_error"):
        return f"{place}: {str(problem['msg']).removeprefix('Value error, ')}"
    return f"{place} must be {_kind(field, len(problem['loc']) > 1)}, not {shown}"


def _takes(field: FieldInfo) -> str:
    kind = "" if field.annotation in (str, Any) else _kind(field, False)
    return "; ".join(filter(None, [kind, field.description or ""])) or "a text"


def _kind(field: FieldInfo, inside: bool) -> str:
    """Return what an argument takes, or each item of it."""
    annotation = field.annotation
    if get_origin(annotation) is list:
        item = get_args(annotation)[0]
        return _WORDS.get(item, "a value") if inside else f"a list of {_WORDS.get(item, 'a value').split(' ', 1)[1]}s"
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(map(str, get_args(annotation)))}"
    limits = dict(_limits(field))
    if len(limits) == 2:
        return f"{_WORDS.get(annotation, 'a value')} from {limits['ge']} to {limits['le']}"
    limit = "".join(f" of {'at least' if name == 'ge' else 'at most'} {value}" for name, value in limits.items())
    return _WORDS.get(annotation, "a value") + limit


def _limits(field: FieldInfo) -> Iterator[tuple[str, Any]]:
    for part in field.metadata:
        for name in ("ge", "le"):
            if (value := getattr(part, name, None)) is not None:
                yield name, value


_WORDS: dict[Any, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
"""Type -> what a model is told that it is."""
