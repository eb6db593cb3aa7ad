"""Tools that hand on: accept or return the deliverable of another participant, and ask a colleague who is on call."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.errors import ToolError, nearest
from tools.toolsets.base import Toolset
from tools.toolsets.tool import REQUEST, Submission


class AcceptanceTools(Toolset):
    """Offered only to the participant that a scenario names in `accepted_by`, and to a person who approves."""

    names = ("accept_deliverable", "return_deliverable")

    async def accept_deliverable(
        self, reasons: Annotated[str, Field(description="why it is good enough to go on with")]
    ) -> Submission:
        """Accept the submitted deliverable. This ends the phase."""
        if not self._context.turn.has_submitted(self._context.deliverable):
            raise ToolError(
                f"{self._context.deliverable}: none was submitted in this phase, so there is nothing to accept yet; "
                "end your answer with what its author must still do and submit"
            )
        return Submission(f"accepted: {reasons}", self._context.deliverable, "accepted")

    async def return_deliverable(
        self, missing: Annotated[str, Field(description="what is missing or wrong, so that it can be mended")]
    ) -> Submission:
        """Return the submitted deliverable for improvement."""
        return Submission(f"returned: {missing}", self._context.deliverable, "returned")


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
