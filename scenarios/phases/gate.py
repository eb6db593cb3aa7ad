"""The gate: no conversation. Every number, claim, citation and figure of the paper against the evidence."""

from __future__ import annotations

import shutil

from scenarios.phases.kind import PhaseKind
from scenarios.study import Study
from tools.atomic import write_json
from tools.experiments import load_ledger
from tools.gate import check, mark_withheld


async def _check(study: Study) -> None:
    paper = study.workspace.paper
    report = check(paper, load_ledger(study.desk), study.desk.bibliography)
    write_json(study.workspace.root / "gate.json", report.model_dump(mode="json"))
    write_json(study.workspace.root / "gates" / f"gate_{study.panels_held + 1}.json", report.model_dump(mode="json"))
    if report.verdict == "withheld":
        released = paper / "paper.pdf"
        shutil.copyfile(released, paper / "unmarked.pdf")
        mark_withheld(released, report.summary)
    study.desk.progress(f"gate: {report.verdict}. {report.summary}")


GATE = PhaseKind(name="gate", deliverable="", needs=frozenset({"idea", "paper"}), before=_check)
