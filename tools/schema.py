"""Validate files that people write. Every mistake is one line with file, key and nearest known name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tools.errors import UserError, nearest

M = TypeVar("M", bound=BaseModel)


def parse_yaml(text: str, place: Path | str) -> Any:
    """Parse a YAML text.

    Raises:
        UserError: it is not YAML.
    """
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{place}: not valid YAML: {' '.join(str(error).split())}") from None


def read_yaml(path: Path) -> Any:
    """Parse a YAML file.

    Raises:
        UserError: it is not YAML or not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not valid YAML: {error}") from None
    return parse_yaml(text, path)


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
    """Validate data against a schema.

    Raises:
        UserError: names the first mistake.
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise UserError(first_problem(place, error, schema)) from None


def first_problem(path: Path | str, error: ValidationError, schema: type[BaseModel]) -> str:
    """Return one line about the first mistake that pydantic found: file, key, mistake, nearest known name."""
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"]) or "(the whole file)"
    if problem["type"] == "extra_forbidden":
        known = _fields_at(schema, problem["loc"][:-1])
        return f"{path}: {place}: unknown key; {nearest(str(problem['loc'][-1]), known)}"
    given = problem.get("input")
    shown = "" if problem["type"] == "missing" or isinstance(given, dict | list) else f" (given: {given!r})"
    return f"{path}: {place}: {problem['msg'][0].lower()}{problem['msg'][1:]}{shown}"


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
