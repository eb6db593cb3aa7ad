"""The words of set-up statements, read from configs/setup_words.yaml."""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from tools.project import CONFIGS
from tools.schema import read_yaml, validated


class Part(BaseModel):
    """Something that an experiment has or does not have, such as dropout."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    """How papers name it."""
    code: str
    """What the code then contains."""
    weak: str = ""
    """What the code may contain instead."""
    absent: str = ""
    """What the code does not contain."""
    needs: str = ""
    """Words without which `text` means something else."""
    unless: str = ""
    """Words with which `text` means something else."""


class Group(BaseModel):
    """Parts of which an experiment usually has one, such as an optimiser."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    setting: str
    """Name of a setting that chooses one."""
    items: dict[str, Part]


class Parameter(BaseModel):
    """A number of the set-up, such as a batch size."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    code: str
    """Matches the whole name in the code."""
    needs: str = ""
    required: bool = False
    """An experiment without such a name does not have it."""
    product: str = ""
    """Its value in the code is a share of this parameter."""
    pair: str = ""
    """`name:index` of a pair in the code that holds it."""
    library: dict[str, float] = {}
    """A name in the code -> the value that its library then uses by default."""
    loose: bool = False
    """Its words often mean something else; another number is then no contradiction."""


class SetupWords(BaseModel):
    """The vocabulary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    choices: dict[str, Group]
    parts: dict[str, Part]
    parameters: dict[str, Parameter]
    experiments: dict[str, str]
    methods: list[str]
    datasets: list[str]
    measures: list[str]
    generic: frozenset[str]
    """Words that do not tell one experiment from another."""

    def named(self) -> list[tuple[str, str, Part]]:
        """Return (group or empty string, name, part) of all choices and parts."""
        chosen = [(group, name, part) for group, items in self.choices.items() for name, part in items.items.items()]
        return chosen + [("", name, part) for name, part in self.parts.items()]


@cache
def setup_words() -> SetupWords:
    """Load the vocabulary once."""
    path = CONFIGS / "setup_words.yaml"
    return validated(SetupWords, read_yaml(path), path)


@cache
def words(pattern: str) -> re.Pattern[str]:
    """Return a pattern that matches whole words, in any case unless it has capitals only for a name."""
    return re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", re.IGNORECASE)


@cache
def names(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of proper names. One with a capital must be written so."""
    parts = [p if re.search(r"[A-Z]", re.sub(r"\\.", "", p)) else f"(?i:{p})" for p in patterns]
    return re.compile(rf"(?<![A-Za-z0-9-])(?:{'|'.join(parts)})(?![A-Za-z0-9])")
