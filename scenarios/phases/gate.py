"""The gate: a program checks every number, claim, citation and figure of the paper against the evidence."""

from __future__ import annotations

import asyncio
import shutil

from scenarios.phases.phase_type import Need, PhaseContext, PhaseType
from tools.evidence.gate import mark_withheld, run_gate, save_gate_report
from tools.experiments.execution import load_ledger


async def _check_paper(context: PhaseContext) -> None:
    idea, files = context.idea, context.idea.workspace.files
    report = await asyncio.to_thread(run_gate, files.paper, load_ledger(idea), idea.bibliography, idea.gate_checks)
    save_gate_report(report, files.gate_file)
    save_gate_report(report, files.gate_copy(context.panels_held + 1))
    if report.verdict == "withheld":
        shutil.copyfile(files.paper_pdf, files.unmarked_pdf)
        await asyncio.to_thread(mark_withheld, files.paper_pdf, report.summary)
    idea.announce(f"gate: {report.verdict}. {report.summary}")


GATE = PhaseType(name="gate", deliverable="", needs=frozenset({Need.IDEA, Need.PAPER}), before=_check_paper)
