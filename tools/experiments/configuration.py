"""Reads the configuration files of a project: YAML, TOML and JSON beside the code."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.errors import UserError
from tools.evidence import RESULT_FOLDER, Scalar
from tools.experiments.settings import SourceSetting
from tools.schema import parse_yaml

_SUFFIXES = (".yaml", ".yml", ".toml", ".json")
_TEMPLATE_FILES = frozenset(["template.yaml", "prompt.json", "seed_ideas.json", "pyproject.toml"])
_MOST_BYTES = 100_000
_MOST_FILES = 20
_MOST_SETTINGS = 200
_MOST_KEYS = 10_000
"""Keys of a file that are looked at. With aliases, a short YAML file can have billions."""
_LONGEST_NAME = 200
_NUMBER = re.compile(
    r"""(["']?)\b([A-Za-z_]\w*)\1\s*[:=]\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?=\s*(?:[,}\]#]|$))"""
)
"""A key with a number, as YAML, TOML and JSON write it."""


def configuration_files(project: Path) -> list[Path]:
    """Return the configuration files of a project, without those of the template itself, results and hidden files."""
    found = []
    for path in sorted(project.rglob("*")):
        parts = path.relative_to(project).parts
        hidden = any(part.startswith((".", "__")) for part in parts)
        if path.suffix not in _SUFFIXES or hidden or RESULT_FOLDER.fullmatch(parts[0]) or path.name in _TEMPLATE_FILES:
            continue
        if not path.is_symlink() and path.is_file() and path.stat().st_size <= _MOST_BYTES:
            found.append(path)
    return found[:_MOST_FILES]


def read_configuration(project: Path) -> dict[str, Scalar]:
    """Return the single values of the configuration files as `file.key.key` -> value.

    Files that do not parse are left out.
    """
    found: dict[str, Scalar] = {}
    for path in configuration_files(project):
        try:
            found.update(_values(path, path.read_text(encoding="utf-8")))
        except (ValueError, OSError):
            continue
    return dict(list(found.items())[:_MOST_SETTINGS])


def configured_numbers(project: Path) -> list[SourceSetting]:
    """Return the numbers of all configuration files with their places. Files that cannot be read are left out."""
    found = []
    for path in configuration_files(project):
        try:
            found += number_settings(path.relative_to(project).as_posix(), path.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            continue
    return found


def number_settings(file: str, text: str) -> list[SourceSetting]:
    """Return the numbers of a configuration file with their places, by the last part of their names.

    A name that occurs twice in the file is left out, because its place is not certain.
    """
    values: dict[str, list[Scalar]] = {}
    for name, value in _values(Path(file), text).items():
        values.setdefault(name.rpartition(".")[2], []).append(value)
    placed = [
        (number, line, match)
        for number, line in enumerate(text.splitlines(), 1)
        for match in _NUMBER.finditer(line)
        if not line.lstrip().startswith("#")
    ]
    names = Counter(match[2] for _, _, match in placed)
    found = []
    for number, line, match in placed:
        (value, *others) = values.get(match[2]) or [""]
        if others or names[match[2]] > 1 or isinstance(value, bool | str) or value != float(match[3]):
            continue
        column = len(line[: match.start(3)].encode())
        found.append(SourceSetting(match[2], value, number, column, match[3], line, "configuration", file))
    return found


def _values(path: Path, text: str) -> dict[str, Scalar]:
    """Return the single values of a file as `file.key.key` -> value; none if it does not parse or is no mapping."""
    try:
        match path.suffix:
            case ".toml":
                data: object = tomllib.loads(text)
            case ".json":
                data = json.loads(text)
            case _:
                data = parse_yaml(text, path)
    except (ValueError, UserError, RecursionError):
        return {}
    return dict(_flat(data, path.stem, itertools.count())) if isinstance(data, dict) else {}


def _flat(data: dict[object, object], prefix: str, seen: Iterator[int], depth: int = 0) -> Iterator[tuple[str, Scalar]]:
    for key, value in data.items():
        name = f"{prefix}.{key}"
        if next(seen) >= _MOST_KEYS:
            return
        if len(name) > _LONGEST_NAME:
            continue
        if isinstance(value, dict) and depth < 5:
            yield from _flat(value, name, seen, depth + 1)
        elif isinstance(value, bool | int | float | str) and name.isprintable() and len(str(value)) <= 80:
            yield name, value
