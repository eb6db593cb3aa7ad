"""The gate checks every number, claim, citation and figure of the paper against the evidence. It holds no conversation."""

from __future__ import annotations

import asyncio
import shutil

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from tools.evidence.gate import mark_withheld, run_gate, save_gate_report
from tools.experiments.execution import load_ledger


async def _check(idea_run: IdeaRun) -> None:
    paper = idea_run.workspace.paper
    context = idea_run.context
    report = await asyncio.to_thread(run_gate, paper, load_ledger(context), context.bibliography, context.gate_checks)
    save_gate_report(report, idea_run.workspace.root / "gate.json")
    save_gate_report(report, idea_run.workspace.root / "gates" / f"gate_{idea_run.panels_held + 1}.json")
    if report.verdict == "withheld":
        released = paper / "paper.pdf"
        shutil.copyfile(released, paper / "unmarked.pdf")
        await asyncio.to_thread(mark_withheld, released, report.summary)
    context.progress(f"gate: {report.verdict}. {report.summary}")


GATE = PhaseType(name="gate", deliverable="", needs=frozenset({"idea", "paper"}), before=_check)
