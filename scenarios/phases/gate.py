"""The gate: a program checks every number, claim, citation and figure of the paper against the evidence."""

from __future__ import annotations

import asyncio
import shutil

from scenarios.phases.phase_type import Need, PhaseContext, PhaseType
from tools.experiments.workspace import Workspace
from tools.figures import file_digest
from tools.gate import GateReport, load_gate_report, save_gate_report
from tools.gate.watermark import is_marked, mark_withheld, without_mark
from tools.run_dir import IdeaDir
from tools.toolsets.evidence_checks import judge_paper

_PASSED = "gate-passed"
"""Tag of the newest state whose paper passed."""
_NEVER_PASSED = "This version is a draft that did not pass the gate."


async def _check_paper(context: PhaseContext) -> None:
    idea, files = context.idea, context.idea.workspace.files
    report = await judge_paper(idea)
    save_gate_report(report, files.gate_file)
    save_gate_report(report, files.gate_copy(context.panels_held + 1))
    await asyncio.to_thread(_mark_papers, files, report)
    idea.announce(f"gate: {report.verdict}. {report.summary}")
    if await _restores_passed(idea.workspace, report):
        idea.announce("the revision did not pass the gate, so the paper that passed stays")


async def _restores_passed(workspace: Workspace, report: GateReport) -> bool:
    """Remember a state whose paper passed. After a version that did not, return to it; True if there is one."""
    if report.verdict == "pass":
        await workspace.save("gate passed")
        await workspace.tag(_PASSED)
        return False
    if _PASSED not in await asyncio.to_thread(workspace.tags):
        return False
    await workspace.save("gate withheld the revision")
    await workspace.restore_paper(_PASSED)
    return True


def _mark_papers(files: IdeaDir, report: GateReport) -> None:
    """Keep the paper if it passed, and mark it and every version that did not pass."""
    if report.verdict == "pass":
        with without_mark(files.paper_pdf) as clean:  # an earlier gate may have marked the same paper
            shutil.copyfile(clean, files.passed_pdf)
        if is_marked(files.paper_pdf):
            shutil.copyfile(files.passed_pdf, files.paper_pdf)
    elif files.paper_pdf.is_file():
        mark_withheld(files.paper_pdf, report.summary)
    files.unmarked_pdf.unlink(missing_ok=True)
    verdicts = [found for path in files.gate_copies if (found := load_gate_report(path))]
    passed = {each.paper_sha256 for each in verdicts if each.verdict == "pass"}
    if files.passed_pdf.is_file():
        passed.add(file_digest(files.passed_pdf))
    for version in files.paper_versions:
        digest = file_digest(version)
        if digest not in passed:
            mark_withheld(version, report.summary if digest == report.paper_sha256 else _NEVER_PASSED)


GATE = PhaseType(name="gate", deliverable="", needs=frozenset({Need.IDEA, Need.PAPER}), before=_check_paper)
