"""The tool that submits the findings of the experiments, which cite runs in the ledger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.atomic import write_text
from tools.errors import ToolError
from tools.evidence import BASELINE, check_references
from tools.experiments.execution import load_ledger
from tools.toolsets.base import Toolset
from tools.toolsets.evidence_checks import judge_words, refuse, with_objections
from tools.toolsets.tool import Submission


class FindingsTools(Toolset):
    """Submit the findings."""

    names = ("submit_study",)

    async def submit_study(
        self,
        findings: Annotated[
            str,
            Field(
                min_length=20,
                description="what the runs show and what they do not, each "
                "measured number as \\result{run_1/dataset/metric}, against the baseline as \\change{run_1/dataset/metric}, "
                "against another run as \\compare{run_3/dataset/metric}{run_2}; the spread between seeds as "
                "\\noisefloor{dataset/metric}",
            ),
        ],
    ) -> Submission:
        """Submit the findings and end the experiments. Needs at least one completed run besides the baseline."""
        ledger = load_ledger(self._idea)
        if not [run for run in ledger.completed if run.name != BASELINE]:
            raise ToolError(
                "no run besides the baseline is completed, so there are no findings yet; whoever has run_experiment must "
                "complete one first"
            )
        if problems := check_references(findings, ledger):
            raise ToolError("; ".join(str(problem) for problem in problems))
        found = await judge_words(self._idea, "findings", findings)
        remark = refuse(self._context, "study", found)
        write_text(self._idea.workspace.files.findings_file, with_objections(findings, found))
        return Submission(
            f"findings submitted. {self._context.next_step}{remark}", "study", self._context.submission_status
        )
