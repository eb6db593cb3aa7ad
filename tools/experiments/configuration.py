"""Reads the configuration files of a project: YAML, TOML and JSON beside the code."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

from tools.evidence import RESULT_FOLDER, Scalar

_SUFFIXES = (".yaml", ".yml", ".toml", ".json")
_TEMPLATE_FILES = frozenset(["template.yaml", "prompt.json", "seed_ideas.json", "pyproject.toml"])
_MOST_BYTES = 100_000
_MOST_FILES = 20
_MOST_SETTINGS = 200


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
            text = path.read_text(encoding="utf-8")
            data: object = tomllib.loads(text) if path.suffix == ".toml" else _parsed(path, text)
        except (ValueError, yaml.YAMLError, RecursionError, OSError):
            continue
        if isinstance(data, dict):
            found.update(_flat(data, path.stem))
    return dict(list(found.items())[:_MOST_SETTINGS])


def _parsed(path: Path, text: str) -> object:
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def _flat(data: dict[object, object], prefix: str, depth: int = 0) -> Iterator[tuple[str, Scalar]]:
    for key, value in data.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict) and depth < 5:
            yield from _flat(value, name, depth + 1)
        elif isinstance(value, bool | int | float | str) and name.isprintable() and len(str(value)) <= 80:
            yield name, value
