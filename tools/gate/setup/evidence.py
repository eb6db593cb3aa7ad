"""What the set-up of a paper is held against: the ledger, the code, the environment and the template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from tools.evidence.code_facts import CodeFacts, read_code
from tools.evidence.ledger import Ledger
from tools.evidence.records import Scalar
from tools.experiments.template import Template
from tools.gate.setup.words import Parameter, Part, setup_words
from tools.gate.statements.study import Study

_OFF = ("", "0", "0.0", "false", "none", "off", "no")
_ARGUMENTS = frozenset(["dim", "axis", "keepdim", "n", "ndmin"])
"""Keywords of library calls that are no parameters of a model."""


class Presence(StrEnum):
    """Whether an experiment has something."""

    PRESENT = "present"
    ABSENT = "absent"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class SetupEvidence:
    """The facts of a study's set-up."""

    study: Study
    code: CodeFacts

    @classmethod
    def of(cls, ledger: Ledger, template: Template | None, code: Path | None) -> SetupEvidence:
        """Collect them from a ledger, a template and the folder of the code, as far as there are any."""
        facts = read_code(code)
        return cls(Study.of(ledger, template, code, facts), facts)

    @cached_property
    def environment(self) -> dict[str, str]:
        """Return what the runs recorded about software and hardware."""
        return {name: value for run in self.study.ledger.completed for name, value in run.environment.items()}

    @property
    def hardware(self) -> str:
        return self.environment.get("hardware", "")

    @cached_property
    def settings(self) -> dict[str, list[Scalar]]:
        """Return setting -> its different values over the completed runs."""
        found: dict[str, list[Scalar]] = {}
        for values in self.study.settings.values():
            for name, value in values.items():
                if value not in found.setdefault(name, []):
                    found[name].append(value)
        return found

    @cached_property
    def notes(self) -> str:
        """Return what the agents said that each run changes."""
        return "\n".join(run.note for run in self.study.ledger.runs)

    def described(self, pattern: str) -> bool:
        """Tell whether the template's description or the name of a dataset or metric matches."""
        named = " ".join(
            [*self.study.datasets, *self.study.metrics, *(self.study.metric(m).label for m in self.study.metrics)]
        )
        return re.search(pattern, f"{self.study.description} {named}", re.IGNORECASE) is not None

    def chosen(self, group: str) -> list[str]:
        """Return the items of a group that settings choose by name, such as `optimizer = adamw`."""
        words = setup_words().choices[group]
        values = [
            str(value)
            for name, found in self.settings.items()
            if re.fullmatch(words.setting, name, re.IGNORECASE)
            for value in found
            if isinstance(value, str)
        ]
        return [
            item for item, part in words.items.items() if any(re.search(part.code, v, re.IGNORECASE) for v in values)
        ]

    def presence(self, group: str, name: str, part: Part) -> Presence:
        """Return whether the experiment has a part."""
        if group and (chosen := self.chosen(group)):
            return Presence.PRESENT if name in chosen else Presence.ABSENT
        if part.absent:
            if not self.code.known:
                return Presence.UNDECIDED
            return Presence.ABSENT if self.code.has(part.absent) else Presence.PRESENT
        matching = [values for setting, values in self.settings.items() if re.search(part.code, setting, re.IGNORECASE)]
        if matching:
            on = any(str(value).lower() not in _OFF for values in matching for value in values)
            return Presence.PRESENT if on else Presence.ABSENT
        if self.code.has(part.code) or self._by_default(name) or self.described(part.text):
            return Presence.PRESENT
        if not self.code.known or self.code.has(part.weak):
            return Presence.UNDECIDED
        return Presence.ABSENT

    def off_in_a_run(self, part: Part) -> bool:
        """Tell whether a setting or a note of some run leaves a part out."""
        off = any(
            str(value).lower() in _OFF
            for setting, values in self.settings.items()
            if re.search(part.code, setting, re.IGNORECASE)
            for value in values
        )
        left_out = (
            rf"(?:without|\bno|remov\w*|disabl\w*|drop\w*|(?:switch|turn)\w* off)\s+(?:\w+\s+){{0,2}}(?:{part.text})"
        )
        return off or re.search(left_out, self.notes, re.IGNORECASE) is not None

    def in_group(self, group: str) -> list[str]:
        """Return the items of a group that the experiment has."""
        items = setup_words().choices[group].items
        return [
            name
            for name, part in items.items()
            if self.presence(group, name, part) is Presence.PRESENT and not part.absent
        ]

    def _by_default(self, name: str) -> bool:
        parameter = setup_words().parameters.get(name)
        return bool(parameter) and any(self.library(parameter)) if parameter else False

    def constant_named(self, value: float, text: str) -> str:
        """Return the constant of this value in whose name a word of the text begins, such as TRAIN beside 'training'."""
        spoken = re.findall(r"[a-z]{3,}", text.lower())
        return next(
            (
                name
                for name, constant in self.code.constants
                if constant == value and name not in self.settings
                for part in re.findall(r"[a-z]{4,}", name.lower())
                if any(word.startswith(part) or (len(word) > 4 and part.startswith(word)) for word in spoken)
            ),
            "",
        )

    def library(self, parameter: Parameter) -> list[float]:
        """Return the defaults of a library that apply, where the code names no value."""
        return [value for name, value in parameter.library.items() if self.code.has(name)]

    def values(self, parameter: Parameter, runs: Sequence[str] = ()) -> list[float]:
        """Return the values of a parameter in some runs or in all.

        They are those of settings, else of named constants, else of the library.
        """
        name = re.compile(parameter.code, re.IGNORECASE)
        found = [
            number
            for run, values in self.study.settings.items()
            if not runs or run in runs
            for setting, value in values.items()
            if name.fullmatch(setting)
            for number in _numbers(value)
        ]
        if not found:
            found = [
                value
                for constant, value in self.code.constants
                if name.fullmatch(constant) and constant not in self.settings and constant not in _ARGUMENTS
            ]
        if not found and parameter.pair:
            pair, _, index = parameter.pair.partition(":")
            found = [values[int(index)] for key, values in self.code.pairs if key == pair and len(values) > int(index)]
        return sorted(set(found)) or self.library(parameter)


def _numbers(value: Scalar) -> list[float]:
    """Return the numbers of a setting. It may be a list with one value for each dataset, such as 5000,100000."""
    if isinstance(value, str):
        parts = value.split(",")
        return (
            [float(part) for part in parts]
            if all(re.fullmatch(r"\s*\d+(?:\.\d+)?(?:e-?\d+)?\s*", p) for p in parts)
            else []
        )
    return [] if isinstance(value, bool) else [float(value)]
