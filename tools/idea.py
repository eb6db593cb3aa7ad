"""Ideas: what a group proposes to study, and the decision whether it is novel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.archive import names_of, nearest_idea, read_archive
from tools.atomic import write_json
from tools.desk import Desk
from tools.errors import ToolError, UserError, nearest
from tools.schema import first_problem
from tools.tool import Submission
from tools.toolset import Toolset


class Idea(BaseModel):
    """One idea, with the original's fields and ranges."""

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
        return f"{self.title} {self.experiment}"

    def card(self) -> str:
        """The idea as the chat shows it."""
        return (
            f"{self.name}: {self.title}\n{self.experiment}\nInterestingness {self.interestingness}, "
            f"feasibility {self.feasibility}, novelty {self.novelty} of 10."
        )


class Novelty(BaseModel):
    """The decision of the novelty check. Undecided is not novel, and not lost."""

    decision: Literal["novel", "not_novel", "undecided"]
    reasons: str
    nearest: list[str] = []
    """Identifiers of the nearest records that the search returned."""
    searches: list[str] = []
    """The queries that were asked."""


def load_idea(path: Path) -> Idea:
    """An idea from its file.

    Raises:
        UserError: the file is not an idea.
    """
    try:
        return Idea.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(first_problem(path, error, Idea)) from None


def save_idea(idea: Idea, path: Path) -> None:
    write_json(path, stored(idea))


def stored(idea: Idea) -> dict[str, object]:
    """An idea as files hold it."""
    return idea.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)


class IdeaTools(Toolset):
    """Hand in an idea, decide about its novelty."""

    names = ("submit_idea", "submit_novelty")

    async def submit_idea(
        self,
        name: Annotated[str, Field(description="short name: lowercase letters, digits, underscores")],
        title: Annotated[str, Field(description="title as of a paper")],
        experiment: Annotated[
            str, Field(description="what is changed, run and measured, and what would refute the idea")
        ],
        interestingness: Annotated[int, Field(ge=1, le=10, description="1 to 10")],
        feasibility: Annotated[int, Field(ge=1, le=10, description="1 to 10")],
        novelty: Annotated[int, Field(ge=1, le=10, description="1 to 10")],
        follows_from: Annotated[
            str, Field(description="the earlier idea whose results this one builds on, if any: its short name")
        ] = "",
    ) -> Submission:
        """Hand in the idea, or hand it in again improved. Ideas too near to one in the archive are refused."""
        given = {
            "name": name,
            "title": title,
            "experiment": experiment,
            "interestingness": interestingness,
            "feasibility": feasibility,
            "novelty": novelty,
            "follows_from": follows_from,
        }
        try:
            idea = Idea.model_validate(given)
        except ValidationError as error:
            raise ToolError(f"the idea was not taken: {first_problem('submit_idea', error, Idea)}") from None
        archive = read_archive(self._desk.archive)
        known = names_of(archive)
        if follows_from and follows_from not in known:
            raise ToolError(f"follows_from: no idea {follows_from!r} in the archive; {nearest(follows_from, known)}")
        if neighbour := nearest_idea(idea.name, idea.text, archive):
            raise ToolError(f"the idea is too near to {neighbour!r} of the archive; propose something else")
        save_idea(idea, self._desk.proposal)
        return Submission(f"idea {name} handed in", "idea", self._desk.submitted)

    async def submit_novelty(
        self,
        decision: Annotated[Literal["novel", "not_novel", "undecided"], Field(description="the decision")],
        reasons: Annotated[str, Field(description="why, naming the nearest papers and what differs")],
        nearest: Annotated[list[str], Field(description="identifiers of the nearest records found, like local:ho2020")],
    ) -> Submission:
        """Decide whether the idea is novel, from the searches made in this phase."""
        log = search_log(self._desk)
        if decision != "undecided" and not log:
            raise ToolError("no search was made; search the literature first, or decide «undecided»")
        found = {identifier for entry in log for identifier in entry["records"]}
        unknown = [identifier for identifier in nearest if identifier not in found]
        if unknown:
            raise ToolError(f"{unknown[0]!r} is none of the records that your searches returned")
        result = Novelty(decision=decision, reasons=reasons, nearest=nearest, searches=[str(e["query"]) for e in log])
        write_json(self._desk.workspace.root / "novelty.json", result.model_dump())
        return Submission(f"decision {decision} recorded", "novelty", self._desk.submitted)


def search_log(desk: Desk) -> list[dict[str, list[str] | str]]:
    """The searches of this study so far: query and identifiers of the records, in order."""
    path = desk.workspace.root / "searches.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []
