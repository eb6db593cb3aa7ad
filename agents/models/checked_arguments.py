"""Arguments of a tool call checked against what the tool takes. What can mean one thing only is taken as meant."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from agents.models.arguments import decoded
from tools.errors import ToolError, nearest

_NO_ITEMS = ("", "none", "n/a", "-", "[]")
_MAX_SHOWN = 60
_SCORE = re.compile(r"\s*(\d+)(?:\s*/\s*(\d+))?\s*(?:[:(].*)?", re.DOTALL)
"""A score with its scale or in words behind it: `8/10`, `8: strong accept`."""
_NAME = re.compile(r"[\w-]*[./:_][\w./:-]*\w|[\w-]+\d")
"""A file, a run, a record: what no sentence is."""
_SYNONYMS = (
    {"file", "path", "filepath", "filename"},
    {"search", "old", "oldstring", "oldstr", "oldtext", "find", "original"},
    {"replace", "replacement", "new", "newstring", "newstr", "newtext"},
    {"latex", "content", "text", "body"},
    {"request", "message", "task"},
    {"colleague", "to", "agent", "recipient"},
)
"""Arguments that mean the same in the tools that models know from elsewhere."""


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

    Names and the words of a choice match in any case. An unknown argument stands for a missing one that means the same, or
    for the only missing one, if both are texts. A list or object may be given as JSON text, one item as a list, a list of
    one text as the text, a score with its scale or its words, null where an argument may be left out, and all arguments
    inside an object of their own.

    Args:
        ignored: unknown arguments that are left out without an error.

    Raises:
        ToolError: they do not fit; names every problem.
    """
    given, notes = _with_known_names(schema, arguments)
    unknown = [name for name in given if name not in schema.model_fields]
    values = {name: _as_meant(schema.model_fields[name], value) for name, value in given.items() if name not in unknown}
    values = {name: value for name, value in values.items() if value is not None or _takes_null(schema, name)}
    problems = _unknown_names([name for name in unknown if name not in ignored], values, schema)
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
    arguments, notes = _unwrapped(plain, arguments)
    given = {name: value for name, value in arguments.items() if name in schema.model_fields}
    for name, value in arguments.items():
        given.setdefault(plain.get(_plain(name), name), value)
    for name, meant in _meant(schema, given).items():
        given[meant] = given.pop(name)
        notes.append(f"the argument {name} was read as {meant}")
    return given, notes


def _unwrapped(plain: Mapping[str, str], arguments: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """Return the arguments that stand inside the only one, as in `{"idea": {"name": ..., "title": ...}}`."""
    if len(arguments) != 1:
        return arguments, []
    [(name, value)] = arguments.items()
    inner = decoded(value) if isinstance(value, str) else value
    if _plain(name) in plain or not isinstance(inner, dict) or plain.keys().isdisjoint(map(_plain, inner)):
        return arguments, []
    return inner, [f"the arguments inside {name} were read as those of the call"]


def _meant(schema: type[BaseModel], given: Mapping[str, Any]) -> dict[str, str]:
    """Return for unknown arguments which missing one each stands for, as far as it can be only one."""
    unknown = [name for name in given if name not in schema.model_fields]
    absent = [name for name in schema.model_fields if name not in given]
    missing = [name for name in absent if schema.model_fields[name].is_required()]
    if len(unknown) == len(missing) == 1 and _both_texts(schema, missing[0], given[unknown[0]]):
        return {unknown[0]: missing[0]}
    found = {name: [other for other in absent if _means_same(name, other)] for name in unknown}
    sure = {name: others[0] for name, others in found.items() if len(others) == 1}
    meant = Counter(sure.values())
    return {
        name: other
        for name, other in sure.items()
        if meant[other] == 1 and _both_texts(schema, other, given[name]) and other in missing
    }


def _both_texts(schema: type[BaseModel], name: str, value: Any) -> bool:
    return isinstance(value, str) and schema.model_fields[name].annotation is str


def _means_same(name: str, other: str) -> bool:
    """Return whether two names of arguments are the same apart from further words or a plural, or synonyms."""
    words, others = (set(re.findall(r"[a-z]+", text.casefold())) for text in (name, other))
    same = any({_plain(name), _plain(other)} <= names for names in _SYNONYMS)
    return same or others <= words | {f"{word}s" for word in words}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _unknown_names(unknown: Sequence[str], given: Mapping[str, Any], schema: type[BaseModel]) -> list[str]:
    """Return what is wrong with unknown arguments: which free one each may mean, or that it is to be left out."""
    free = {name: field.is_required() for name, field in schema.model_fields.items() if name not in given}
    problems, unlike = [], []
    for name in unknown:
        hint = nearest(name, free)
        if hint.startswith("did you mean"):
            problems.append(f"there is no argument {name!r}; {hint}")
        else:
            unlike.append(name)
    if unlike:
        names = " and ".join(map(repr, unlike))
        known = f"the arguments are: {', '.join(schema.model_fields)}" if schema.model_fields else "it takes none"
        advice = "" if any(free.values()) or not schema.model_fields else "leave it out; "
        problems.append(f"there is no argument {names}; {advice}{known}")
    return problems


def _takes_null(schema: type[BaseModel], name: str) -> bool:
    """Return whether null is to be judged as a value: the argument must be given, or null is one of its values."""
    field = schema.model_fields[name]
    return field.is_required() or type(None) in get_args(field.annotation)


def _as_meant(field: FieldInfo, value: Any) -> Any:
    """Return a word of a choice in its spelling, the number of a score, the only text of a list, and others as they are."""
    if field.annotation is str and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    if field.annotation is int and isinstance(value, str) and (score := _SCORE.fullmatch(value)):
        return int(score[1]) if score[2] in (None, str(dict(_limits(field)).get("le"))) else value
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
    """Return the items of a list that was written as a text: names between commas, one for each mark of a list, or the text
    as the only one."""
    if text.strip().casefold() in _NO_ITEMS:
        return []
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    names = [part.strip() for part in text.split(",")]
    if len(names) > 1 and all(map(_NAME.fullmatch, names)):
        return names
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
    given = _as_written(problem["input"])
    shown = given if len(given) <= _MAX_SHOWN else f"{given[:_MAX_SHOWN]}..."
    if problem["type"].startswith("value_error"):
        return f"{place}: {str(problem['msg']).removeprefix('Value error, ')}"
    if problem["type"] == "string_type" and isinstance(problem["input"], list) and len(problem["loc"]) == 1:
        return f"{place} must be one text, not a list: {shown}; join its items, or make a call for each"
    return f"{place} must be {_kind(field, len(problem['loc']) > 1)}, not {shown}"


def _as_written(value: Any) -> str:
    """Return a value as the model wrote it: JSON, with single quotes around a text."""
    try:
        return repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return repr(value)


def _takes(field: FieldInfo) -> str:
    kind = "" if field.annotation in (str, Any) else _kind(field, False)
    description = "" if field.description and kind.endswith(field.description) else field.description
    return "; ".join(filter(None, [kind, description])) or "a text"


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
