"""Review forms: the questions of a venue, and the rule that turns scores into a decision.

A form is one file in `configs/forms/` that includes its rule, so a new venue needs no code. Another rule can replace the
form's own (`tools/review/rules.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from tools.errors import UserError, nearest
from tools.project import CONFIGS
from tools.review.rules import RULES, DecisionRule, load_rule
from tools.schema import find_yaml, read_mapping, validated

FORMS = CONFIGS / "forms"

Review = Mapping[str, Any]
"""A filled form: display name of each field -> its value."""


class FormField(BaseModel):
    """One question of a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    """Display name, also used in the JSON of a review."""
    kind: Literal["text", "list", "integer", "choice", "boolean"]
    """Type of the answer: prose, a list of points, a score, one of several words, yes or no."""
    description: str = Field(min_length=1)
    """The question to the reviewer."""
    minimum: int | None = None
    """Lowest score."""
    maximum: int | None = None
    """Highest score."""
    choices: tuple[int, ...] | tuple[str, ...] = ()
    """The words of a choice; for a score, the allowed values if not every one in a range is."""
    levels: dict[int, str] = {}
    """Meaning of each score."""
    quoted: bool = False
    """Whether each point must quote the paper. Points that do not are marked."""

    @property
    def key(self) -> str:
        """Return the name as a Python identifier, for tool arguments."""
        return re.sub(r"\W+", "_", self.name.lower()).strip("_")

    def allows(self, score: object) -> bool:
        """Return whether a value is an allowed score."""
        if isinstance(score, bool) or not isinstance(score, int | float):
            return False
        if self.choices:
            return score in self.choices
        return (self.minimum is None or score >= self.minimum) and (self.maximum is None or score <= self.maximum)

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if not self.key.isidentifier():
            raise ValueError(f"name {self.name!r} must begin with a letter")
        if self.kind == "choice" and not (self.choices and all(isinstance(c, str) for c in self.choices)):
            raise ValueError(f"{self.name}: a choice needs choices that are words")
        if self.kind == "integer":
            if self.choices:
                if not all(isinstance(c, int) for c in self.choices) or self.minimum is not None:
                    raise ValueError(f"{self.name}: a score has either whole-number choices or minimum and maximum")
            elif self.minimum is None or self.maximum is None or self.minimum >= self.maximum:
                raise ValueError(f"{self.name}: a score needs minimum below maximum, or choices")
            if wrong := [level for level in self.levels if not self.allows(level)]:
                raise ValueError(f"{self.name}: level {wrong[0]} is not an allowed score")
        elif self.levels or self.minimum is not None or self.maximum is not None:
            raise ValueError(f"{self.name}: minimum, maximum and levels belong to kind integer")
        if self.quoted and self.kind not in ("text", "list"):
            raise ValueError(f"{self.name}: only fields of kind text and list can have quoted")
        return self


class Form(BaseModel):
    """A review form as loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Name of the file."""
    title: str = Field(min_length=1)
    """Display name."""
    fields: tuple[FormField, ...] = Field(min_length=1)
    """The questions, in order."""
    rule: DecisionRule
    """How scores become a decision."""

    @property
    def scores(self) -> tuple[str, ...]:
        """Return the names of the fields that are scores."""
        return tuple(field.name for field in self.fields if field.kind == "integer")

    @property
    def overall(self) -> str:
        """Return the score that the rule names first."""
        return self.rule.accept_when[0].field

    @property
    def decisions(self) -> tuple[str, str]:
        """Return the words for accept and reject."""
        return self.rule.accept, self.rule.reject

    @property
    def rule_text(self) -> str:
        """Return the decision rule as a sentence."""
        return str(self.rule)

    def field(self, name: str) -> FormField:
        """Return the field of that name.

        Raises:
            KeyError: there is none.
        """
        return {field.name: field for field in self.fields}[name]

    def arguments(self) -> type[BaseModel]:
        """Return the form as a model of tool arguments: one field per question, with range and meaning of scores.

        A review whose decision contradicts its own scores fails validation.
        """
        questions: dict[str, Any] = {field.key: _question(field) for field in self.fields}

        def consistent(values: BaseModel) -> BaseModel:
            self._check_own_decision(self.to_json(values.model_dump()))
            return values

        checks: dict[str, Any] = {"consistent": model_validator(mode="after")(consistent)}
        forbid = ConfigDict(extra="forbid")
        return create_model(f"{self.name}_review", __config__=forbid, __validators__=checks, **questions)

    def to_json(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Convert validated arguments to a review with display names, in the form's order."""
        return {field.name: values[field.key] for field in self.fields if field.key in values}

    def decide(self, reviews: Sequence[Review], chair: float | None = None) -> str:
        """Return the decision by the rule. A condition on a score that no reviewer gave does not hold.

        Args:
            chair: the area chair's own overall score. It replaces the reviewers' scores if the rule lets the chair decide.
        """
        holds = []
        for condition in self.rule.accept_when:
            given = self.valid_scores(reviews, condition.field)
            if chair is not None and self.rule.by == "chair" and condition.field == self.overall:
                given = [chair]
            holds.append(bool(given) and condition.holds(given))
        return self.rule.accept if all(holds) else self.rule.reject

    def with_rule(self, rule: str, folders: Sequence[Path] = (RULES,)) -> Self:
        """Return this form with another decision rule: a name in one of the folders, or the path of a YAML file.

        Raises:
            UserError: there is no such rule, it is broken, or it does not fit this form.
        """
        try:
            applied = load_rule(rule, folders).apply_to(self.rule)
            return type(self).model_validate({**self.model_dump(), "rule": applied.model_dump()})
        except ValidationError as error:
            problem = str(error.errors()[0]["msg"]).removeprefix("Value error, rule: ")
            raise UserError(f"decision rule {rule!r} on the form {self.name}: {problem}") from None
        except ValueError as error:
            raise UserError(f"decision rule {rule!r} on the form {self.name}: {error}") from None

    def valid_scores(self, reviews: Sequence[Review], name: str) -> list[float]:
        """Return the scores of that name, without values out of range."""
        field = self.field(name)
        return [review[name] for review in reviews if field.allows(review.get(name))]

    def _check_own_decision(self, review: Review) -> None:
        own, by_rule = review.get(self.rule.given_in), self.decide([review])
        if own is not None and own != by_rule:
            scores = ", ".join(f"{c.field} {review[c.field]}" for c in self.rule.accept_when)
            raise ValueError(
                f"{self.rule.given_in} {own} contradicts {scores}: {self.rule_text}, which gives {by_rule}; "
                "change the score or the decision"
            )

    @model_validator(mode="after")
    def _check_form(self) -> Self:
        keys = [field.key for field in self.fields]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"field {twice[0]!r} occurs twice")
        for condition in self.rule.accept_when:
            if condition.field not in self.scores:
                raise ValueError(
                    f"rule: {condition.field!r} is not a score of this form; {nearest(condition.field, self.scores)}"
                )
        if self.rule.given_in in {field.name for field in self.fields}:
            given = self.field(self.rule.given_in)
            if set(given.choices) != set(self.decisions):
                raise ValueError(f"rule: {given.name} must offer exactly {' and '.join(self.decisions)}")
        return self


def form_names(folder: Path = FORMS) -> list[str]:
    """Return the names of the forms in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_form(name: str, folders: Sequence[Path] = (FORMS,)) -> Form:
    """Load a form by its name in one of the folders, or by the path of its YAML file.

    Raises:
        UserError: there is no such form, or its file is broken.
    """
    path = find_yaml("review form", name, folders)
    return validated(
        Form, {"name": path.stem, **read_mapping(path, "a form is a mapping with title, fields and rule")}, path
    )


def _question(field: FormField) -> tuple[Any, Any]:
    """Return the type and the description of one argument."""
    words = field.description
    if field.levels:
        words += " " + "; ".join(f"{level}: {meaning}" for level, meaning in sorted(field.levels.items()))
    if field.quoted:
        words += (
            " Quote the passage word for word in straight double quotes, at least three words. If something is missing,"
            " quote the passage where it should be."
        )
    if field.kind == "text":
        return str, Field(title=field.name, description=words, min_length=1)
    if field.kind == "list":
        return list[str], Field(title=field.name, description=words)
    if field.kind == "boolean":
        return bool, Field(title=field.name, description=words)
    if field.choices:
        return Literal[field.choices], Field(title=field.name, description=words)
    return int, Field(title=field.name, description=words, ge=field.minimum, le=field.maximum)
