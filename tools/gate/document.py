"""Check the PDF: it exists, was made from the current sections, and contains nothing undefined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.documents import read_page_texts
from tools.errors import UserError
from tools.gate.report import FindingCode, GateFinding
from tools.latex import changed_inputs, read_log
from tools.paper import missing_sections


def check_document(folder: Path) -> Iterator[GateFinding]:
    """Find missing sections, a missing or outdated PDF, `??` on a page, and undefined references in the log."""
    for name in missing_sections(folder):
        yield GateFinding(code=FindingCode.MISSING_SECTION, file=f"sections/{name}.tex", reason="not written")
    pdf = folder / "paper.pdf"
    if not pdf.is_file():
        reason = "there is no PDF; the paper never compiled without an error"
        yield GateFinding(code=FindingCode.MISSING_PDF, file=pdf.name, reason=reason)
        return
    yield from _outdated(folder)
    yield from _unresolved_marks(pdf)
    log = folder / "paper.log"
    for problem in read_log(log.read_text(encoding="utf-8", errors="replace")) if log.is_file() else []:
        yield GateFinding(
            kind="error" if problem.fatal or problem.unresolved else "note",
            code=FindingCode.LATEX_PROBLEM,
            file=problem.file,
            line=problem.line,
            reason=problem.message,
        )


def _outdated(folder: Path) -> Iterator[GateFinding]:
    changed = changed_inputs(folder)
    if changed is None:
        reason = "not compiled here: nothing records which files it was made from"
        yield GateFinding(code=FindingCode.UNKNOWN_INPUTS, file="paper.pdf", reason=reason)
    for name in changed or []:
        yield GateFinding(
            kind="note" if name == "references.bib" else "error",  # a new entry that is not cited changes no page
            code=FindingCode.OUTDATED_PDF,
            file=name,
            reason="changed after paper.pdf was made; compile again",
        )


def _unresolved_marks(pdf: Path) -> Iterator[GateFinding]:
    """Find `??`, which LaTeX prints for what it cannot resolve."""
    try:
        texts = read_page_texts(pdf)
    except UserError as error:
        yield GateFinding(code=FindingCode.UNREADABLE_PDF, file=pdf.name, reason=f"the PDF cannot be read: {error}")
        return
    for number, text in enumerate(texts, start=1):
        start = text.find("??")
        if start >= 0:
            yield GateFinding(
                code=FindingCode.UNRESOLVED_MARK,
                file=pdf.name,
                excerpt=" ".join(text[max(0, start - 40) : start + 20].split()),
                reason=f"?? on page {number}: an unresolved reference",
            )
