"""Accepting and returning a deliverable, for phases where another seat decides that it is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.toolsets.base import Toolset
from tools.toolsets.tool import Submission


class AcceptanceTools(Toolset):
    """Only offered to the seat that a scenario names in `accepted_by`."""

    names = ("accept_deliverable", "return_deliverable")

    async def accept_deliverable(
        self, reasons: Annotated[str, Field(description="why it is good enough to go on with")]
    ) -> Submission:
        """Accept what was handed in; the phase ends with it."""
        return Submission(f"accepted: {reasons}", self._context.deliverable, "accepted")

    async def return_deliverable(
        self, missing: Annotated[str, Field(description="what is missing or wrong, so that it can be mended")]
    ) -> Submission:
        """Return what was handed in, to be mended and handed in again."""
        return Submission(f"returned: {missing}", self._context.deliverable, "returned")
