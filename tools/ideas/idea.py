"""An idea, and the decision whether it is novel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.atomic import write_json
from tools.errors import UserError
from tools.schema import first_problem


class Idea(BaseModel):
    """An idea with the fields and ranges of The AI Scientist."""

    model_config = ConfigDict(populate_by_name=True, extra="ignore")

    name: str = Field(alias="Name", pattern=r"^[a-z][a-z0-9_]{2,63}$")
    title: str = Field(alias="Title", min_length=5)
    experiment: str = Field(alias="Experiment", min_length=20)
    interestingness: int = Field(alias="Interestingness", ge=1, le=10)
    feasibility: int = Field(alias="Feasibility", ge=1, le=10)
    novelty: int = Field(alias="Novelty", ge=1, le=10)
    novel: bool | None = None
    follows_from: str = ""
    """The name of the earlier idea whose results it builds on."""

    @property
    def text(self) -> str:
        """Return title and experiment."""
        return f"{self.title} {self.experiment}"

    def card(self) -> str:
        """Describe the idea for the agents."""
        return (
            f"{self.name}: {self.title}\n{self.experiment}\nInterestingness {self.interestingness}, "
            f"feasibility {self.feasibility}, novelty {self.novelty} of 10."
        )


class NoveltyDecision(BaseModel):
    """The decision of the novelty check. An undecided idea is not novel, but stays in the archive."""

    decision: Literal["novel", "not_novel", "undecided"]
    reasons: str
    nearest: list[str] = []
    """Identifiers of the nearest records that the searches returned."""
    searches: list[str] = []
    """The queries of the searches."""


def load_idea(path: Path) -> Idea:
    """Load an idea.

    Raises:
        UserError: the file is not an idea.
    """
    try:
        return Idea.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(first_problem(path, error, Idea)) from None


def save_idea(idea: Idea, path: Path) -> None:
    """Store an idea."""
    write_json(path, idea_to_json(idea))


def idea_to_json(idea: Idea) -> dict[str, object]:
    """Return an idea as it is stored."""
    return idea.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
