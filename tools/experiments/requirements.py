"""A template's own requirements.txt: read strictly, and compared with what is installed."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from tools.errors import UserError

FILE = "requirements.txt"
_COMMENT = re.compile(r"(^|\s)#.*")


class MissingPackagesError(UserError):
    """Packages that a template requires are not where its experiment would run."""


def read_requirements(path: Path) -> tuple[str, ...]:
    """The requirements of a file, a line each (PEP 508, like `scikit-image>=0.24`), without comments; none when there is
    no such file.

    Raises:
        UserError: names the line that is anything else, such as an option of pip's or a path.
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


def missing(requirements: Sequence[str]) -> list[str]:
    """The requirements that this process's environment does not meet, each with what there is instead. Requirements
    that do not apply here (markers) are met."""
    return [told for text in requirements for told in _missing(Requirement(text))]


def require_installed(requirements: Sequence[str]) -> None:
    """Raises MissingPackagesError that names all that is missing, for a sandbox that shows this environment."""
    if lacks := missing(requirements):
        raise MissingPackagesError(f"the template requires {'; '.join(lacks)}")


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
