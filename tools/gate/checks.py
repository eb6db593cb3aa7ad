"""The checks of the gate, and the function that runs them on a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tools.evidence import Ledger, check_references, known_references
from tools.evidence.judgement import Judgement, Verdict
from tools.experiments.template import Template
from tools.figures import DrawingRecord, file_digest
from tools.gate.citation_text import check_attributions, check_handwritten
from tools.gate.citations import check_citations
from tools.gate.completeness import check_completeness
from tools.gate.document import check_document
from tools.gate.expected_print import expected_print
from tools.gate.figures import check_figure_contents, check_figures, judge_curves, judge_figure_trends
from tools.gate.printed import PrintedPaper, check_printed, with_pages
from tools.gate.report import FindingCode, GateCheckResult, GateFinding, GateReport
from tools.gate.section_source import SectionSource, read_source
from tools.gate.setup import SetupEvidence, judge_setup
from tools.gate.statements import judge_section
from tools.literature import Bibliography, SourceRecords
from tools.paper import command_problems, written_sections


@dataclass(frozen=True)
class PaperEvidence:
    """A paper and what it has to agree with. `texts` are its sections by name, `sources` the same sections parsed."""

    folder: Path
    texts: dict[str, str]
    sources: tuple[SectionSource, ...]
    ledger: Ledger
    bibliography: Bibliography
    code: Path | None = None
    """The workspace with the experiment's code and the folders of the runs, if it is known."""
    template: Template | None = None
    drawings: DrawingRecord | None = None
    """The images that plot.py drew or a draft contained; None if nothing was recorded."""
    records: SourceRecords | None = None
    """What the literature sources say about the bibliography; None if they were not asked."""
    printed: PrintedPaper | None = None
    """The text of paper.pdf, if it can be read."""

    @classmethod
    def of(
        cls,
        folder: Path,
        texts: dict[str, str],
        ledger: Ledger,
        bibliography: Bibliography,
        *,
        code: Path | None = None,
        template: Template | None = None,
        drawings: DrawingRecord | None = None,
        records: SourceRecords | None = None,
        printed: PrintedPaper | None = None,
    ) -> PaperEvidence:
        """Parse the sections."""
        sources = tuple(read_source(name, tex) for name, tex in texts.items())
        return cls(folder, texts, sources, ledger, bibliography, code, template, drawings, records, printed)

    @cached_property
    def setup(self) -> SetupEvidence:
        """Return what the statements are held against."""
        return SetupEvidence.of(self.ledger, self.template, self.code)

    @cached_property
    def setup_judgements(self) -> list[tuple[SectionSource, Judgement]]:
        """Return what the sections state on the set-up, judged, with the section of each."""
        found = [(source, judgement) for source in self.sources for judgement in judge_setup(source, self.setup)]
        return [
            (source, judgement) for source, judgement in found if not _decided(source, judgement, self.curve_judgements)
        ]

    @cached_property
    def curve_judgements(self) -> list[tuple[SectionSource, Judgement]]:
        """Return what the sections say of curves at a step of the training, judged, with the section of each."""
        return judge_curves(self.folder, self.sources, self.setup.study, self.drawings)

    @cached_property
    def figure_judgements(self) -> list[tuple[SectionSource, Judgement]]:
        """Return what the sections say of the curves in figures, judged, with the section of each."""
        trends = judge_figure_trends(self.folder, self.sources, self.ledger, self.drawings)
        return [
            *(
                (source, judgement)
                for source, judgement in trends
                if not _decided(source, judgement, self.curve_judgements)
            ),
            *self.curve_judgements,
        ]

    @cached_property
    def judgements(self) -> list[tuple[SectionSource, Judgement]]:
        """Return what the sentences of the sections state, judged, with the section of each.

        Numbers that the set-up settles are left to it, and directions of curves to their figure.
        """
        found = [
            (source, judgement) for source in self.sources for judgement in judge_section(source, self.setup.study)
        ]
        return [(source, judgement) for source, judgement in found if not self._settled(source, judgement)]

    def _settled(self, source: SectionSource, judgement: Judgement) -> bool:
        settling = self.setup_judgements if judgement.code == FindingCode.TYPED_NUMBER else self.figure_judgements
        return _decided(source, judgement, [*settling, *self.curve_judgements])


def _decided(source: SectionSource, judgement: Judgement, others: Iterable[tuple[SectionSource, Judgement]]) -> bool:
    """Tell whether another judgement of the same words settles a judgement."""
    return any(
        other is source and j.start < judgement.end and judgement.start < j.end
        for other, j in others
        if j.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED)
    )


@dataclass(frozen=True)
class GateCheck:
    """One question to a paper. `find` yields what is wrong; it writes nothing."""

    name: str
    question: str
    find: Callable[[PaperEvidence], Iterable[GateFinding]]


def run_gate(
    folder: Path,
    ledger: Ledger,
    bibliography: Bibliography,
    checks: Sequence[GateCheck] | None = None,
    *,
    code: Path | None = None,
    template: Template | None = None,
    drawings: DrawingRecord | None = None,
    records: SourceRecords | None = None,
) -> GateReport:
    """Check the paper in `folder` against the ledger, the bibliography, its figures and its PDF.

    Nothing is written. Each check's docstring says what it does not see.

    Args:
        checks: the checks to run; by default all built-in ones.
        code: the workspace with the experiment's code and the folders of the runs.
        drawings: which images plot.py drew; None if the workspace has no such record.
        records: what the literature sources say about the bibliography; None if they were not asked.
    """
    pdf = folder / "paper.pdf"
    printed = PrintedPaper.read(pdf)
    evidence = PaperEvidence.of(
        folder,
        written_sections(folder),
        ledger,
        bibliography,
        code=code,
        template=template,
        drawings=drawings,
        records=records,
        printed=printed,
    )
    return GateReport(
        paper_sha256=file_digest(pdf) if pdf.is_file() else "",
        checks=[
            GateCheckResult(
                name=check.name,
                question=check.question,
                findings=with_pages(list(check.find(evidence)), evidence.printed),
            )
            for check in (CHECKS if checks is None else checks)
        ],
    )


def _runs(evidence: PaperEvidence) -> Iterable[GateFinding]:
    """Report tampered runs as notes: none of their numbers can be printed, and readers of the report should know."""
    for run in (row for row in evidence.ledger.rows if row.status == "tampered"):
        reason = run.reason.splitlines()[0]
        yield GateFinding(
            kind="note",
            code=FindingCode.TAMPERED_RUN,
            reason=f"{run.name}, attempt {run.attempt}, does not count: {reason}",
        )


def _implausible(evidence: PaperEvidence) -> Iterable[GateFinding]:
    """Report results that are hard to believe as notes, and impossible ones that the paper prints as errors."""
    printed = {reference.address for source in evidence.sources for reference in source.references}
    for run in (*evidence.ledger.completed, *evidence.ledger.confirmations):
        for doubt in run.implausible:
            used = any(
                f"{run.name}/{result}" in printed or result.partition("/")[2] in printed for result in doubt.results
            )
            yield GateFinding(
                kind="error" if doubt.impossible and used else "note",
                code=FindingCode.IMPLAUSIBLE_RESULT,
                reason=f"{run.name}, {doubt}",
            )


def _references(evidence: PaperEvidence) -> Iterable[GateFinding]:
    known = known_references(evidence.ledger)
    for source in evidence.sources:
        for problem in check_references(source.tex, evidence.ledger, known):
            yield GateFinding(
                code=FindingCode.UNKNOWN_REFERENCE,
                file=source.file,
                line=problem.line,
                excerpt=problem.written,
                reason="; ".join(filter(None, [problem.message, problem.nearest])),
            )


def _judged(judgement: Judgement, source: SectionSource) -> Iterator[GateFinding]:
    """Yield an error for a statement that is contradicted or has no evidence, a note for a right number typed by hand."""
    error = judgement.verdict in (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE)
    typed = judgement.verdict is Verdict.SUPPORTED and bool(judgement.suggestion)
    if error or typed or judgement.verdict is Verdict.NOT_CHECKABLE:
        yield GateFinding(
            kind="error" if error else "note",
            code=judgement.code,
            file=source.file,
            line=source.line(judgement.start),
            excerpt=source.excerpt(judgement.start, judgement.end),
            reason=judgement.reason,
            verdict=judgement.verdict,
            expected=judgement.expected,
            suggestion=judgement.suggestion,
        )


def _statements(evidence: PaperEvidence, *, numbers: bool) -> Iterable[GateFinding]:
    """Report the judgements of numbers, or of everything else that sentences state."""
    for source, judgement in evidence.judgements:
        if (judgement.code == FindingCode.TYPED_NUMBER) == numbers:
            yield from _judged(judgement, source)


def _setup(evidence: PaperEvidence) -> Iterable[GateFinding]:
    for source, judgement in evidence.setup_judgements:
        yield from _judged(judgement, source)


def _latex(evidence: PaperEvidence) -> Iterable[GateFinding]:
    """Report commands outside the allow-list, numbers in pieces, look-alike and invisible characters."""
    for source in evidence.sources:
        for problem in command_problems(source.tex):
            yield GateFinding(
                code=FindingCode.UNKNOWN_COMMAND,
                file=source.file,
                line=source.line(problem.start),
                excerpt=source.excerpt(problem.start, problem.end),
                reason=problem.message,
            )


def _pages(evidence: PaperEvidence) -> Iterable[GateFinding]:
    if evidence.printed:
        expected = expected_print(
            evidence.folder, evidence.sources, evidence.ledger, pages=len(evidence.printed.text.pages)
        )
        yield from check_printed(evidence.printed, expected, evidence.sources)


def _citations(evidence: PaperEvidence) -> Iterable[GateFinding]:
    yield from check_citations(evidence.texts, evidence.bibliography, evidence.records)
    for source in evidence.sources:
        yield from check_handwritten(source, evidence.bibliography)
        yield from check_attributions(source, evidence.ledger, evidence.records)


def _figures(evidence: PaperEvidence) -> Iterable[GateFinding]:
    yield from check_figures(evidence.folder, evidence.sources)
    yield from check_figure_contents(evidence.folder, evidence.sources, evidence.ledger, evidence.drawings)
    for source, judgement in evidence.figure_judgements:
        yield from _judged(judgement, source)


CHECKS: tuple[GateCheck, ...] = (
    GateCheck("references", "Does every reference have a result behind it?", _references),
    GateCheck("runs", "Did every run leave the evaluation and the results alone?", _runs),
    GateCheck("plausibility", "Can the results be what they say they are?", _implausible),
    GateCheck("numbers", "Is every measured number printed by reference?", lambda e: _statements(e, numbers=True)),
    GateCheck("claims", "Do the words agree with the results?", lambda e: _statements(e, numbers=False)),
    GateCheck("setup", "Was the experiment made as the text says?", _setup),
    GateCheck("latex", "Does the LaTeX print what it shows?", _latex),
    GateCheck("pages", "Do the pages show what the sources say?", _pages),
    GateCheck(
        "citations",
        "Is every citation the record of a source, and does the work say what is attributed to it?",
        _citations,
    ),
    GateCheck(
        "figures",
        "Is every figure drawn from the results, described rightly and discussed?",
        _figures,
    ),
    GateCheck(
        "completeness",
        "Is every run and dataset shown, and said to be what it is?",
        lambda evidence: check_completeness(evidence.sources, evidence.ledger),
    ),
    GateCheck(
        "document", "Is the PDF complete, and made from this text?", lambda evidence: check_document(evidence.folder)
    ),
)
