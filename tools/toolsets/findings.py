"""Closing the experiments: what was found, in the group's words, resting on runs in the ledger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.atomic import write_text
from tools.errors import ToolError
from tools.evidence import check_references
from tools.experiments.execution import load_ledger
from tools.toolsets.base import Toolset
from tools.toolsets.tool import Submission


class FindingsTools(Toolset):
    """Hand in the study."""

    names = ("submit_study",)

    async def submit_study(
        self,
        findings: Annotated[
            str,
            Field(
                min_length=20,
                description="what the runs show and what they do not, each "
                "measured number as \\result{run_1/...} or \\change{run_1/...}",
            ),
        ],
    ) -> Submission:
        """Close the experiments with their findings. At least one run beside the baseline must be completed."""
        ledger = load_ledger(self._idea)
        if not [run for run in ledger.completed if run.name != "run_0"]:
            raise ToolError("no run beside the baseline is completed; there is nothing to find yet")
        if problems := check_references(findings, ledger):
            raise ToolError("; ".join(str(problem) for problem in problems[:5]))
        write_text(self._idea.workspace.root / "findings.md", findings.rstrip() + "\n")
        return Submission("study closed", "study", self._context.submission_status)
