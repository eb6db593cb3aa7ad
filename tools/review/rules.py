"""Decision rules: how the scores of a panel become its decision, or how far its area chair is free.

Every form brings a rule. Another one is one file in `configs/rules/`, or one of the user's: what it leaves out is as the
form has it, so that one rule serves several forms.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.project import CONFIGS
from tools.schema import find_yaml, read_mapping, validated

RULES = CONFIGS / "rules"

Statistic = Literal["rounded_mean", "mean", "median", "lowest", "highest"]
By = Literal["scores", "chair"]

_STATISTICS: dict[Statistic, Callable[[Sequence[float]], float]] = {
    "rounded_mean": lambda scores: round(statistics.fmean(scores)),
    "mean": statistics.fmean,
    "median": statistics.median,
    "lowest": min,
    "highest": max,
}


class Condition(BaseModel):
    """One thing that has to hold of the scores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    """The score it is about."""
    statistic: Statistic = "rounded_mean"
    """How the reviewers' scores become one number; halves are rounded to the even neighbour."""
    at_least: float
    """The lowest value that will do."""

    def holds(self, scores: Sequence[float]) -> bool:
        return _STATISTICS[self.statistic](scores) >= self.at_least

    def __str__(self) -> str:
        return f"the {self.statistic.replace('_', ' ')} of {self.field} is at least {self.at_least:g}"


class Rule(BaseModel):
    """The decision as a function of the scores: accept when every condition holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accept_when: tuple[Condition, ...] = Field(min_length=1)
    """Conditions that all have to hold."""
    accept: str = "Accept"
    """The decision when they do."""
    reject: str = "Reject"
    """The decision otherwise."""
    given_in: str = "Decision"
    """The field in which each reviewer decides alone, if the form has it; it has to agree with their own scores."""
    by: By = "scores"
    """Whose score the first condition is about: `scores`, the reviewers'; `chair`, one that the area chair gives, which
    lies within the range of the reviewers'."""

    def __str__(self) -> str:
        first, *others = self.accept_when
        words = [str(condition) for condition in others]
        if self.by == "chair":
            own = f"the area chair's own {first.field}, given within the range of the reviewers'"
            words.insert(0, f"{own}, is at least {first.at_least:g}")
        else:
            words.insert(0, str(first))
        return f"{self.accept} when {' and '.join(words)}; {self.reject} otherwise"


class ConditionFile(BaseModel):
    """A condition as a rule file writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = ""
    """The score it is about; the one that the form's own rule names first when left out."""
    statistic: Statistic = "rounded_mean"
    """How the reviewers' scores become one number."""
    at_least: float | None = None
    """The lowest value that will do; the form's own bar for that score when left out."""


class RuleFile(BaseModel):
    """A rule file as loaded; `on` makes it a rule for a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field(min_length=1)
    """One sentence: what the rule is for."""
    by: By = "scores"
    """Who decides: the reviewers' `scores`, or the `chair` within their range."""
    accept_when: tuple[ConditionFile, ...] = ()
    """Conditions that all have to hold; the form's own when left out."""

    def apply_to(self, own: Rule) -> Rule:
        """This rule for a form whose own rule is `own`.

        Raises:
            ValueError: a condition leaves its bar to a form that has none for that score.
        """
        bars = {condition.field: condition.at_least for condition in reversed(own.accept_when)}
        conditions = []
        for condition in self.accept_when:
            field = condition.field or own.accept_when[0].field
            bar = bars.get(field) if condition.at_least is None else condition.at_least
            if bar is None:
                raise ValueError(f"accept_when: {field} needs at_least, since the form has no bar for it")
            conditions.append(Condition(field=field, statistic=condition.statistic, at_least=bar))
        return own.model_copy(update={"by": self.by, "accept_when": tuple(conditions) or own.accept_when})


def rule_names(folder: Path = RULES) -> list[str]:
    """The rules of a folder, by name."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_rule(name: str, folders: Sequence[Path] = (RULES,)) -> RuleFile:
    """Load a rule by its name in one of the folders, or by the path of its YAML file.

    Raises:
        UserError: there is no such rule, or its file is broken.
    """
    path = find_yaml("decision rule", name, folders)
    return validated(RuleFile, read_mapping(path, "a rule is a mapping with description, and by or accept_when"), path)
