"""The tool that asks a colleague who is on call, who speaks next and then returns the word."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.errors import ToolError, nearest
from tools.toolsets.base import Toolset
from tools.toolsets.tool import REQUEST, Submission


class RequestTools(Toolset):
    """Offered to participants of a phase in which others are on call."""

    names = ("ask_colleague",)

    async def ask_colleague(
        self,
        colleague: Annotated[str, Field(description="who is asked; only those who are on call in this phase")],
        request: Annotated[str, Field(min_length=10, description="what is to be done, and why, in full")],
    ) -> Submission:
        """Ask a colleague who is on call in this phase, such as the plotter, to do something. End your turn then: the
        colleague speaks next, and after that it is your turn again."""
        if colleague not in self._context.on_call:
            raise ToolError(f"{colleague!r} is not on call in this phase; {nearest(colleague, self._context.on_call)}")
        return Submission(f"I ask {colleague}: {request}", f"{REQUEST}{colleague}", "submitted")
