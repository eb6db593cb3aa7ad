"""Tools that submit an idea and the decision about its novelty."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from tools.atomic import write_json
from tools.errors import ToolError
from tools.errors import nearest as closest
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
        asked, name, follows_from = name, _slug(name), _slug(follows_from)
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
            raise ToolError(
                f"follows_from: no idea {follows_from!r} in the archive; {closest(follows_from, known)}. Leave it out if "
                "the idea builds on none of them"
            )
        if neighbour := nearest_idea(idea.name, idea.text, archive):
            raise ToolError(f"the idea is too similar to {neighbour!r} in the archive; propose another one")
        save_idea(idea, self._idea.proposal)
        renamed = (
            f" (its name was {asked!r}; names are lowercase letters, digits and underscores)" if asked != name else ""
        )
        text = f"idea {name} submitted{renamed}. {self._context.next_step}"
        return Submission(text, "idea", self._context.submission_status)

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
        found = [identifier for entry in log for identifier in entry["records"]]
        named = [part.strip() for item in nearest for part in re.split(r"[,;\n]", item) if part.strip()]
        nearest = [record_meant(each, found) for each in named]
        result = NoveltyDecision(
            decision=decision, reasons=reasons, nearest=nearest, searches=[str(e["query"]) for e in log]
        )
        write_json(self._idea.workspace.files.novelty_file, result.model_dump())
        return Submission(
            f"decision {decision} recorded. {self._context.next_step}", "novelty", self._context.submission_status
        )


def record_meant(given: str, found: Sequence[str]) -> str:
    """Return the identifier of a found record. Its source may be left out, as in `ho2020` for `local:ho2020`.

    Raises:
        ToolError: no search found it, or several records fit; names those that were found.
    """
    if given in found:
        return given
    fitting = {known for known in found if given.casefold() in (known.casefold(), known.partition(":")[2].casefold())}
    if len(fitting) != 1:
        raise ToolError(f"{given!r} is not a record that a search returned; {closest(given, set(found))}")
    return fitting.pop()


def _slug(name: str) -> str:
    """Return a name as lowercase letters, digits and underscores, at most 64 characters."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_0123456789" if name[:1].isdigit() else "_")[:64]


def search_log(context: IdeaContext) -> list[dict[str, list[str] | str]]:
    """Return the literature searches so far: query and identifiers of the records, in order."""
    path = context.workspace.files.searches_file
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []
