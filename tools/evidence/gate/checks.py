"""The checks of the gate, and the function that runs them on a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.evidence import Ledger, check_references
from tools.evidence.gate.citations import check_citations
from tools.evidence.gate.claims import check_claims
from tools.evidence.gate.document import check_document
from tools.evidence.gate.figures import check_figures
from tools.evidence.gate.numbers import check_numbers
from tools.evidence.gate.report import FindingCode, GateCheckResult, GateFinding, GateReport
from tools.evidence.gate.section_source import SectionSource, read_source
from tools.literature import Bibliography
from tools.paper import SECTIONS, section_path


@dataclass(frozen=True)
class PaperEvidence:
    """A paper and what it has to agree with. `texts` are its sections by name, `sources` the same sections parsed."""

    folder: Path
    texts: dict[str, str]
    sources: tuple[SectionSource, ...]
    ledger: Ledger
    bibliography: Bibliography


@dataclass(frozen=True)
class GateCheck:
    """One question to a paper. `find` yields what is wrong; it writes nothing."""

    name: str
    question: str
    find: Callable[[PaperEvidence], Iterable[GateFinding]]


def run_gate(
    folder: Path, ledger: Ledger, bibliography: Bibliography, checks: Sequence[GateCheck] | None = None
) -> GateReport:
    """Check the paper in `folder` against the ledger, the bibliography, its figures and its PDF.

    Nothing is written. Each check's docstring says what it does not see.

    Args:
        checks: the checks to run; by default all built-in ones.
    """
    texts = {
        name: path.read_text(encoding="utf-8") for name in SECTIONS if (path := section_path(folder, name)).is_file()
    }
    sources = tuple(read_source(name, tex) for name, tex in texts.items())
    evidence = PaperEvidence(folder, texts, sources, ledger, bibliography)
    return GateReport(
        checks=[
            GateCheckResult(name=check.name, question=check.question, findings=list(check.find(evidence)))
            for check in (CHECKS if checks is None else checks)
        ]
    )


def _runs(evidence: PaperEvidence) -> Iterable[GateFinding]:
    """Report tampered runs as notes: none of their numbers can be printed, and readers of the report should know."""
    for run in (run for run in evidence.ledger.runs if run.status == "tampered"):
        reason = run.reason.splitlines()[0]
        yield GateFinding(
            kind="note",
            code=FindingCode.TAMPERED_RUN,
            reason=f"{run.name}, attempt {run.attempt}, does not count: {reason}",
        )


def _references(evidence: PaperEvidence) -> Iterable[GateFinding]:
    for source in evidence.sources:
        for problem in check_references(source.tex, evidence.ledger):
            yield GateFinding(
                code=FindingCode.UNKNOWN_REFERENCE,
                file=source.file,
                line=problem.line,
                excerpt=problem.written,
                reason="; ".join(filter(None, [problem.message, problem.nearest])),
            )


def _numbers(evidence: PaperEvidence) -> Iterable[GateFinding]:
    for source in evidence.sources:
        yield from check_numbers(source)


def _claims(evidence: PaperEvidence) -> Iterable[GateFinding]:
    for source in evidence.sources:
        yield from check_claims(source, evidence.ledger)


CHECKS: tuple[GateCheck, ...] = (
    GateCheck("references", "Does every reference have a result behind it?", _references),
    GateCheck("runs", "Did every run leave the evaluation and the results alone?", _runs),
    GateCheck("numbers", "Is every measured number printed by reference?", _numbers),
    GateCheck("claims", "Do the words agree with the results?", _claims),
    GateCheck(
        "citations",
        "Is every citation the record of a source?",
        lambda evidence: check_citations(evidence.texts, evidence.bibliography),
    ),
    GateCheck(
        "figures",
        "Is every figure present and discussed?",
        lambda evidence: check_figures(evidence.folder, evidence.sources),
    ),
    GateCheck(
        "document", "Is the PDF complete, and made from this text?", lambda evidence: check_document(evidence.folder)
    ),
)
