"""Tools that accept or return a deliverable, for phases in which another participant decides that it is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.errors import ToolError
from tools.toolsets.base import Toolset
from tools.toolsets.tool import Submission


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
