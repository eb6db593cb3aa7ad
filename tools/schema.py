"""Validate files that people write. Every mistake is one line with file, key and nearest known name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from tools.errors import UserError, nearest
from tools.user_files import read_user_text

M = TypeVar("M", bound=BaseModel)
_MAX_CHARACTERS = 2**19
"""Longest YAML text that is read. Files that people write are far shorter, and a huge one takes minutes to parse."""

_MAX_MERGED = 10
"""Most mappings that `<<` merges into one. A list of thousands takes minutes."""

_MAX_SHOWN = 200
"""Longest excerpt of a wrong value in a message, in characters."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Refuses a mapping that has a key twice, where YAML would silently keep the last value. Compiled where possible."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, value in node.value:
            merges_list = key.tag == "tag:yaml.org,2002:merge" and isinstance(value, yaml.SequenceNode)
            if merges_list and len(value.value) > _MAX_MERGED:
                raise yaml.YAMLError(f"line {key.start_mark.line + 1} merges more than {_MAX_MERGED} mappings")
        super().flatten_mapping(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            line = key.start_mark.line + 1
            if key.value in seen:
                problem = f"key {key.value!r} occurs twice, in lines {seen[key.value]} and {line}; keep one"
                raise yaml.YAMLError(problem)
            seen[key.value] = line
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def parse_yaml(text: str, place: Path | str) -> Any:
    """Parse a YAML text.

    Raises:
        UserError: it is not YAML, has a key twice, is nested too deeply, or is longer than half a million characters.
    """
    if len(text) > _MAX_CHARACTERS:
        raise UserError(f"{place}: {len(text):,} characters are too many; a YAML file may have {_MAX_CHARACTERS:,}")
    try:
        return yaml.load(text, _Loader)
    except RecursionError:
        raise UserError(f"{place}: nested too deeply to be read") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist, an endless number
        raise UserError(f"{place}: not valid YAML: {' '.join(str(error).split())}") from None


def read_yaml(path: Path) -> Any:
    """Parse a YAML file.

    Raises:
        UserError: it cannot be read, or `parse_yaml` refuses it.
    """
    return parse_yaml(read_user_text(path), path)


def read_mapping(path: Path, shape: str) -> dict[str, Any]:
    """Read a YAML file that contains a mapping. `shape` describes it in the error.

    Raises:
        UserError: it contains something else.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise UserError(f"{path}: {shape}")
    return data


def find_yaml(kind: str, name: str, folders: Sequence[Path]) -> Path:
    """Return the file `name`.yaml of the first folder that has it, or the file at the path `name`.

    Raises:
        UserError: there is none; `kind` says what was looked for.
    """
    for folder in folders:
        if (path := folder / f"{name}.yaml").is_file():
            return path
    path = Path(name).expanduser()
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return path
    known = [found.stem for folder in folders for found in folder.glob("*.yaml")]
    places = ", ".join(map(str, folders))
    raise UserError(f"{kind} {name!r}: no such {kind.split()[-1]} in {places}; {nearest(name, known)}")


def validated(schema: type[M], data: object, place: Path | str) -> M:
    """Validate data against a schema. A boolean is no number: YAML reads the words yes, no, on and off as booleans.

    Raises:
        UserError: names the first mistake.
    """
    for key in _booleans_as_numbers(schema, data):
        raise UserError(f"{place}: {key}: must be a number; yes, no, on, off, true and false are booleans")
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise UserError(first_problem(place, error, schema)) from None


def _booleans_as_numbers(annotation: object, value: object, key: str = "") -> Iterator[str]:
    """Yield the keys of the booleans in a value where the annotation wants numbers."""
    inner = get_args(annotation)
    if isinstance(value, bool):
        members = {annotation, *inner}
        if members & {int, float} and bool not in members:
            yield key
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(value, dict):
        for name, field in annotation.model_fields.items():
            yield from _booleans_as_numbers(field.annotation, value.get(name), f"{key}.{name}".lstrip("."))
    elif get_origin(annotation) is dict and isinstance(value, dict):
        for pair in value.items():
            for part, item in zip(inner, pair, strict=True):
                yield from _booleans_as_numbers(part, item, f"{key}.{pair[0]}")
    elif get_origin(annotation) in (list, tuple) and isinstance(value, list):
        for index, item in enumerate(value):
            for part in inner:
                yield from _booleans_as_numbers(part, item, f"{key}.{index}")
    else:
        for member in inner:
            yield from _booleans_as_numbers(member, value, key)


def first_problem(path: Path | str, error: ValidationError, schema: type[BaseModel]) -> str:
    """Return one line about the first mistake that pydantic found: file, key, mistake, nearest known name."""
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _fields_at(schema, problem["loc"][:-1])
        return f"{path}: {place}: unknown key; {nearest(str(problem['loc'][-1]), known)}"
    given = problem.get("input")
    shown = "" if problem["type"] == "missing" or isinstance(given, dict | list) else f" (given: {_shortened(given)})"
    message = problem["msg"].removeprefix("Value error, ")
    return ": ".join(filter(None, [str(path), place, f"{message[0].lower()}{message[1:]}{shown}"]))


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _fields_at(schema: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Return the keys known at a position of a nested model."""
    current: type[BaseModel] | None = schema
    for part in place:
        if current is None:
            return []
        field = current.model_fields.get(str(part))
        current = _model_in(field.annotation) if field else current
    return list(current.model_fields) if current else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None
