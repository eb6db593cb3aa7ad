"""The PDF itself: it is there, it is of the sections as they are now, and nothing in it is undefined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from tools.evidence.gate.report import GateFinding
from tools.latex.inputs import changed_inputs
from tools.latex.log import read_log
from tools.paper.sections import missing_sections


def check_document(folder: Path) -> Iterator[GateFinding]:
    """Missing sections, a missing or outdated PDF, `??` on a page, undefined references and citations in the log."""
    for name in missing_sections(folder):
        yield GateFinding(file=f"sections/{name}.tex", reason="the section is not written")
    pdf = folder / "paper.pdf"
    if not pdf.is_file():
        yield GateFinding(file="paper.pdf", reason="there is no PDF; the paper was never compiled without an error")
        return
    yield from _freshness(folder)
    yield from _marks(pdf)
    log = folder / "paper.log"
    for problem in read_log(log.read_text(encoding="utf-8", errors="replace")) if log.is_file() else []:
        kind = (
            "error"
            if problem.fatal or "undefined" in problem.message or "more than once" in problem.message
            else "note"
        )
        yield GateFinding(
            kind="error" if kind == "error" else "note", file=problem.file, line=problem.line, reason=problem.message
        )


def _freshness(folder: Path) -> Iterator[GateFinding]:
    changed = changed_inputs(folder)
    if changed is None:
        yield GateFinding(file="paper.pdf", reason="it was not compiled here: nothing tells what it was made from")
    for name in changed or []:
        # An entry that is added and not cited changes no page.
        kind = "note" if name in ("references.bib",) else "error"
        yield GateFinding(
            kind="note" if kind == "note" else "error",
            file=name,
            reason="it was changed after paper.pdf was made; compile again",
        )


def _marks(pdf: Path) -> Iterator[GateFinding]:
    """`??`, which LaTeX prints for what it cannot resolve."""
    try:
        document = pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError as error:
        yield GateFinding(file=pdf.name, reason=f"the PDF cannot be read: {error}")
        return
    try:
        for number, page in enumerate(document, start=1):
            text = page.get_textpage().get_text_bounded()
            place = text.find("??")
            if place >= 0:
                excerpt = " ".join(text[max(0, place - 40) : place + 20].split())
                yield GateFinding(
                    file=pdf.name, excerpt=excerpt, reason=f"?? on page {number}: something is unresolved"
                )
    finally:
        document.close()
