"""All checks of the gate, over one paper."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tools.evidence.gate.citations import check_citations
from tools.evidence.gate.claims import check_claims
from tools.evidence.gate.document import check_document
from tools.evidence.gate.figures import check_figures
from tools.evidence.gate.gate_report import Check, Finding, GateReport
from tools.evidence.gate.numbers import check_numbers
from tools.evidence.gate.source import Source, read_source
from tools.evidence.ledger import Ledger
from tools.evidence.results_tex import check_references
from tools.literature import Bibliography
from tools.paper.sections import SECTIONS, section_path


def check(folder: Path, ledger: Ledger, bibliography: Bibliography) -> GateReport:
    """Hold the paper in `folder` against its evidence: the ledger, the bibliography, the figures, its own PDF.

    Nothing is written. What each check does not see is said where it is defined.
    """
    texts = {
        name: path.read_text(encoding="utf-8") for name in SECTIONS if (path := section_path(folder, name)).is_file()
    }
    sources = [read_source(name, tex) for name, tex in texts.items()]
    checks: list[tuple[str, str, Iterable[Finding]]] = [
        ("references", "Does every reference have a result behind it?", _references(sources, ledger)),
        ("runs", "Did every run leave the evaluation and the results alone?", _runs(ledger)),
        ("numbers", "Is every measured number printed by reference?", (f for s in sources for f in check_numbers(s))),
        ("claims", "Do the words agree with the results?", (f for s in sources for f in check_claims(s, ledger))),
        ("citations", "Is every citation the record of a source?", check_citations(texts, bibliography)),
        ("figures", "Is every figure there and spoken of?", check_figures(folder, sources)),
        ("document", "Is the PDF whole, and of this text?", check_document(folder)),
    ]
    return GateReport(checks=[Check(name=n, question=q, findings=list(found)) for n, q, found in checks])


def _runs(ledger: Ledger) -> Iterable[Finding]:
    """Runs that tampered are notes: none of their numbers can be printed, and who reads the report shall know of them."""
    for run in (run for run in ledger.runs if run.status == "tampered"):
        reason = run.reason.splitlines()[0]
        yield Finding(kind="note", reason=f"{run.name}, attempt {run.attempt}, does not count: {reason}")


def _references(sources: list[Source], ledger: Ledger) -> Iterable[Finding]:
    for source in sources:
        for problem in check_references(source.tex, ledger):
            yield Finding(
                file=source.file,
                line=problem.line,
                excerpt=f"\\{problem.macro}" + (f"{{{problem.address}}}" if problem.address else ""),
                reason="; ".join(filter(None, [problem.message, problem.nearest])),
            )
