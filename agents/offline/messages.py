"""The sentences that offline participants read in each other's messages and notes. Each is written and read here alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.offline.script import Message
from tools.experiments.settings import SourceSetting

_ORDER = re.compile(r"Run (\d+): in `([^`]+)` set `(\w+)` from `([^`]+)` to `([^`]+)`")
_PROPOSAL = re.compile(r"The proposed setting is `(\w+)`\.")
_NOTE = re.compile(r"^(\w+) = (\S+) \(baseline (\S+)\)$")
_CHANGE = re.compile(r"Change `(\w+)` in .+? \(now ")
_FIRST_VALUES = re.compile(r"Follow-up runs begin with (\S+) and (\S+);")


@dataclass(frozen=True)
class Order:
    """The planner's order to the coder. `before` and `after` are Python literals."""

    run: int
    file: str
    setting: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"Run {self.run}: in `{self.file}` set `{self.setting}` from `{self.before}` to `{self.after}`"

    @classmethod
    def latest(cls, messages: Sequence[Message]) -> Order | None:
        """Return the newest order among the messages."""
        for message in reversed(messages):
            if found := _ORDER.search(message.text):
                return cls(int(found[1]), *found.groups()[1:])
        return None


@dataclass(frozen=True)
class RunNote:
    """The coder's note on a run: which setting had which value."""

    setting: str
    value: str
    baseline: str

    def __str__(self) -> str:
        return f"{self.setting} = {self.value} (baseline {self.baseline})"

    @classmethod
    def of(cls, text: str) -> RunNote | None:
        found = _NOTE.match(text)
        return cls(*found.groups()) if found else None

    def numbers(self) -> tuple[float, float] | None:
        """Return the value and the baseline's value; None unless both are numbers."""
        try:
            return float(self.value), float(self.baseline)
        except ValueError:
            return None


def propose(setting: str) -> str:
    return f"The proposed setting is `{setting}`."


def proposed_setting(messages: Sequence[Message]) -> str:
    """Return the setting that the newest proposal names, or an empty string."""
    found = [match[1] for message in messages if (match := _PROPOSAL.search(message.text))]
    return found[-1] if found else ""


def change(setting: SourceSetting) -> str:
    """Return the sentence of an idea that names the setting to vary, its file, and how it is written now."""
    return f"Change `{setting.name}` in {setting.file} (now {setting.literal}) and nothing else."


def changed_setting(experiment: str) -> str:
    """Return the setting that an idea's experiment says to change, or an empty string."""
    found = _CHANGE.search(experiment)
    return found[1] if found else ""


def first_values(first: float, second: float) -> str:
    """Return the part of a follow-up idea that names its first two values."""
    return f"Follow-up runs begin with {first:g} and {second:g};"


def planned_values(experiment: str) -> tuple[float, float] | None:
    """Return the first two values of a follow-up idea; None for other ideas."""
    found = _FIRST_VALUES.search(experiment)
    return (float(found[1]), float(found[2])) if found else None
