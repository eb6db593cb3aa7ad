"""Reads the requirements.txt of a template and compares it with the installed packages."""

from __future__ import annotations

import functools
import importlib.metadata
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from tools.errors import UserError

FILE = "requirements.txt"
_COMMON = frozenset({
    "agents", "benchmark", "benchmarks", "config", "data", "dataset", "datasets", "doc", "docs", "eval", "evaluation",
    "example", "examples", "helper", "helpers", "lib", "main", "metrics", "model", "models", "optim", "run", "scenarios",
    "script", "scripts", "src", "templates", "test", "tests", "tools", "train", "utils", "util",
})  # fmt: skip
"""Top-level names that some installed package takes, though a project may well have a module of that name."""
_COMMENT = re.compile(r"(^|\s)#.*")


class MissingPackagesError(UserError):
    """The sandbox lacks packages that a template requires."""


def read_requirements(path: Path) -> tuple[str, ...]:
    """Return the requirements of a file, one per line (PEP 508, like `scikit-image>=0.24`); none if it does not exist.

    Raises:
        UserError: a line is something else, such as an option of pip or a path; names the line.
    """
    if not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if text := _COMMENT.sub("", line).strip():
            try:
                found.append(str(Requirement(text)))
            except InvalidRequirement:
                raise UserError(
                    f"{path}, line {number}: {text!r} is not a requirement such as scikit-image>=0.24; package indexes "
                    "and folders with wheels are named in configs/sandbox.yaml"
                ) from None
    return tuple(found)


def missing_requirements(requirements: Sequence[str]) -> list[str]:
    """Return the requirements that this Python environment does not meet, each with what is installed instead."""
    return [problem for text in requirements for problem in _missing(Requirement(text))]


def require_installed(requirements: Sequence[str]) -> None:
    """Raise MissingPackagesError if this Python environment does not meet the requirements."""
    if missing := missing_requirements(requirements):
        raise MissingPackagesError(f"the template requires {'; '.join(missing)}")


@functools.cache
def importable_names() -> frozenset[str]:
    """Return the modules of Python itself and of the installed packages, without names that many projects use."""
    installed = importlib.metadata.packages_distributions()
    return sys.stdlib_module_names | {name for name in installed if name.casefold() not in _COMMON}


def _missing(requirement: Requirement, extra: str = "") -> Iterator[str]:
    if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
        return
    try:
        found = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        yield f"{requirement} (not installed)"
        return
    if not requirement.specifier.contains(found, prereleases=True):
        yield f"{requirement} ({found} is installed)"
    for wanted in sorted(requirement.extras):
        for text in importlib.metadata.requires(requirement.name) or []:
            inner = Requirement(text)
            if inner.marker and not inner.marker.evaluate({"extra": ""}):
                yield from _missing(inner, wanted)
