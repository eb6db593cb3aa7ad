"""Decision rules: how the scores of a panel become its decision, and how much the area chair may decide.

Every form has a rule. Another rule is one file in `configs/rules/` or in a user's folder. Omitted fields fall back to the
form's own rule, so one rule fits several forms.
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


class ScoreCondition(BaseModel):
    """A condition on one score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    """Name of the score."""
    statistic: Statistic = "rounded_mean"
    """How the reviewers' scores become one number. Halves are rounded to even."""
    at_least: float
    """Lowest value that meets the condition."""

    def holds(self, scores: Sequence[float]) -> bool:
        return _STATISTICS[self.statistic](scores) >= self.at_least

    def __str__(self) -> str:
        return f"the {self.statistic.replace('_', ' ')} of {self.field} is at least {self.at_least:g}"


class DecisionRule(BaseModel):
    """The decision as a function of the scores: accept if every condition holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accept_when: tuple[ScoreCondition, ...] = Field(min_length=1)
    """Conditions that must all hold."""
    accept: str = "Accept"
    """The decision if they do."""
    reject: str = "Reject"
    """The decision otherwise."""
    given_in: str = "Decision"
    """The field with each reviewer's own decision, if the form has it. It must agree with their own scores."""
    by: By = "scores"
    """Whose score the first condition uses: `scores`, the reviewers'; `chair`, the area chair's own, which must be within
    the range of the reviewers'."""

    def __str__(self) -> str:
        first, *others = self.accept_when
        words = [str(condition) for condition in others]
        if self.by == "chair":
            own = f"the area chair's own {first.field}, within the range of the reviewers'"
            words.insert(0, f"{own}, is at least {first.at_least:g}")
        else:
            words.insert(0, str(first))
        return f"{self.accept} if {' and '.join(words)}; {self.reject} otherwise"


class ScoreConditionFile(BaseModel):
    """A condition in a rule file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = ""
    """Name of the score. Defaults to the first one of the form's own rule."""
    statistic: Statistic = "rounded_mean"
    """How the reviewers' scores become one number."""
    at_least: float | None = None
    """Lowest value that meets the condition. Defaults to the form's own for that score."""


class DecisionRuleFile(BaseModel):
    """A rule file as loaded. `apply_to` turns it into a rule for a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field(min_length=1)
    """Purpose of the rule, in one sentence."""
    by: By = "scores"
    """Who decides: the reviewers' `scores`, or the `chair` within their range."""
    accept_when: tuple[ScoreConditionFile, ...] = ()
    """Conditions that must all hold. Defaults to the form's own."""

    def apply_to(self, own: DecisionRule) -> DecisionRule:
        """Return this rule for a form whose own rule is `own`.

        Raises:
            ValueError: a condition has no threshold, and neither has the form.
        """
        thresholds = {condition.field: condition.at_least for condition in reversed(own.accept_when)}
        conditions = []
        for condition in self.accept_when:
            field = condition.field or own.accept_when[0].field
            threshold = thresholds.get(field) if condition.at_least is None else condition.at_least
            if threshold is None:
                raise ValueError(f"accept_when: {field} needs at_least, since the form has no threshold for it")
            conditions.append(ScoreCondition(field=field, statistic=condition.statistic, at_least=threshold))
        return own.model_copy(update={"by": self.by, "accept_when": tuple(conditions) or own.accept_when})


def rule_names(folder: Path = RULES) -> list[str]:
    """Return the names of the rules in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_rule(name: str, folders: Sequence[Path] = (RULES,)) -> DecisionRuleFile:
    """Load a rule by its name in one of the folders, or by the path of its YAML file.

    Raises:
        UserError: there is no such rule, or its file is broken.
    """
    path = find_yaml("decision rule", name, folders)
    return validated(
        DecisionRuleFile, read_mapping(path, "a rule is a mapping with description, and by or accept_when"), path
    )
