"""Tools that submit an idea and the decision about its novelty."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from tools.atomic import write_json
from tools.errors import ToolError, nearest
from tools.idea_context import IdeaContext
from tools.ideas import Idea, NoveltyDecision, names_of, nearest_idea, read_archive, save_idea
from tools.schema import first_problem
from tools.toolsets.base import Toolset
from tools.toolsets.tool import Submission


class IdeaTools(Toolset):
    """Submit an idea, and the decision about its novelty."""

    names = ("submit_idea", "submit_novelty")

    async def submit_idea(
        self,
        name: Annotated[str, Field(description="short name: lowercase letters, digits, underscores")],
        title: Annotated[str, Field(description="title, as of a paper")],
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
        """Submit the idea, or an improved version of it. Ideas too similar to one in the archive are refused."""
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
            raise ToolError(f"the idea was refused: {first_problem('submit_idea', error, Idea)}") from None
        archive = read_archive(self._idea.archive)
        known = names_of(archive)
        if follows_from and follows_from not in known:
            raise ToolError(f"follows_from: no idea {follows_from!r} in the archive; {nearest(follows_from, known)}")
        if neighbour := nearest_idea(idea.name, idea.text, archive):
            raise ToolError(f"the idea is too similar to {neighbour!r} in the archive; propose another one")
        save_idea(idea, self._idea.proposal)
        return Submission(f"idea {name} submitted", "idea", self._context.submission_status)

    async def submit_novelty(
        self,
        decision: Annotated[Literal["novel", "not_novel", "undecided"], Field(description="the decision")],
        reasons: Annotated[str, Field(description="why, naming the nearest papers and what differs")],
        nearest: Annotated[list[str], Field(description="identifiers of the nearest records found, like local:ho2020")],
    ) -> Submission:
        """Decide whether the idea is novel, from the searches made in this phase."""
        log = search_log(self._idea)
        if decision != "undecided" and not log:
            raise ToolError('no search was made; search the literature first, or decide "undecided"')
        found = {identifier for entry in log for identifier in entry["records"]}
        unknown = [identifier for identifier in nearest if identifier not in found]
        if unknown:
            raise ToolError(f"{unknown[0]!r} is not a record that your searches returned")
        result = NoveltyDecision(
            decision=decision, reasons=reasons, nearest=nearest, searches=[str(e["query"]) for e in log]
        )
        write_json(self._idea.workspace.files.novelty_file, result.model_dump())
        return Submission(f"decision {decision} recorded", "novelty", self._context.submission_status)


def search_log(context: IdeaContext) -> list[dict[str, list[str] | str]]:
    """Return the literature searches so far: query and identifiers of the records, in order."""
    path = context.workspace.files.searches_file
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []
