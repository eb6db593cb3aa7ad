"""The gate: no conversation. Every number, claim, citation and figure of the paper against the evidence."""

from __future__ import annotations

import shutil

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import PhaseType
from tools.atomic import write_json
from tools.evidence.gate import mark_withheld, run_gate
from tools.experiments.execution import load_ledger


async def _check(idea_run: IdeaRun) -> None:
    paper = idea_run.workspace.paper
    report = run_gate(paper, load_ledger(idea_run.context), idea_run.context.bibliography, idea_run.context.gate_checks)
    write_json(idea_run.workspace.root / "gate.json", report.model_dump(mode="json"))
    write_json(
        idea_run.workspace.root / "gates" / f"gate_{idea_run.panels_held + 1}.json", report.model_dump(mode="json")
    )
    if report.verdict == "withheld":
        released = paper / "paper.pdf"
        shutil.copyfile(released, paper / "unmarked.pdf")
        mark_withheld(released, report.summary)
    idea_run.context.progress(f"gate: {report.verdict}. {report.summary}")


GATE = PhaseType(name="gate", deliverable="", needs=frozenset({"idea", "paper"}), before=_check)
