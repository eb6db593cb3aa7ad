from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from tests import real_data
from tests.tools.paper_sample import ledger, write_paper
from tools.errors import ToolError
from tools.gate import FindingCode, GateFinding, GateReport, load_gate_report, save_gate_report
from tools.gate.checks import CHECKS, run_gate
from tools.gate.watermark import is_marked, mark_withheld, without_mark
from tools.latex import write_inputs
from tools.literature import Bibliography

UNPRINTED = [check for check in CHECKS if check.name != "pages"]
"""The checks that do not need the pages of the paper."""
ORIGINALS = real_data.PAPERS


def write_pdf(path: Path, *pages: str) -> None:
    with PdfPages(path) as pdf:
        for text in pages:
            figure = Figure(figsize=(4, 5))
            figure.text(0.1, 0.5, text)
            pdf.savefig(figure)


def finished(folder: Path, **changes: str) -> GateReport:
    """The gate's report on the sample paper with `changes`, as if it had just been compiled."""
    bibliography = write_paper(folder, **changes)
    write_pdf(folder / "paper.pdf", "a page", "another")
    (folder / "paper.inputs.json").write_text(write_inputs(folder))
    return run_gate(folder, ledger(), bibliography, UNPRINTED)


def errors(report: GateReport, name: str) -> list[GateFinding]:
    assert all(not c.errors for c in report.checks if c.name != name), "another check failed too"
    return next(c.errors for c in report.checks if c.name == name)


def test_a_paper_that_its_evidence_carries_passes(tmp_path: Path) -> None:
    report = finished(tmp_path)
    assert report.verdict == "pass", report.summary
    save_gate_report(report, tmp_path / "gate.json")
    stored = json.loads((tmp_path / "gate.json").read_text(encoding="utf-8"))
    assert stored["verdict"] == "pass" and stored["summary"] == report.summary
    assert [c["verdict"] for c in stored["checks"]] == ["pass"] * len(UNPRINTED)
    assert load_gate_report(tmp_path / "gate.json") == report


def test_a_gate_report_without_codes_is_read(tmp_path: Path) -> None:
    """Runs of earlier versions have no codes in gate.json."""
    finding = {"kind": "error", "file": "sections/results.tex", "line": 3, "excerpt": "0.9", "reason": "typed"}
    check = {"name": "numbers", "question": "?", "findings": [finding], "verdict": "fail"}
    (tmp_path / "gate.json").write_text(json.dumps({"checks": [check], "verdict": "withheld", "summary": "x"}))
    report = load_gate_report(tmp_path / "gate.json")
    assert report is not None and report.verdict == "withheld"
    assert load_gate_report(tmp_path / "none.json") is None


def test_a_reference_without_a_result_withholds_it(tmp_path: Path) -> None:
    report = finished(tmp_path, conclusion="It holds.\nWidth: \\change{run_1/dinos/kl_divergence}.")
    [found] = errors(report, "references")
    assert (found.file, found.line, found.excerpt) == (
        "sections/conclusion.tex", 2, r"\change{run_1/dinos/kl_divergence}",
    )  # fmt: skip
    assert found.code == FindingCode.UNKNOWN_REFERENCE
    assert "run_1/dino/kl_divergence" in found.reason
    assert report.verdict == "withheld" and "references (1)" in report.summary


# Citations, figures, the document


def test_a_citation_needs_a_record_of_a_source(tmp_path: Path) -> None:
    write_paper(tmp_path)
    write_pdf(tmp_path / "paper.pdf", "a page")
    file = tmp_path / "references.bib"
    file.write_text(file.read_text() + "\n@misc{smith2024,\n  title = {Made up},\n  year = {2024},\n}\n")
    (tmp_path / "sections" / "related_work.tex").write_text("\\citep{smith2024, jones2023}\n")
    (tmp_path / "paper.inputs.json").write_text(write_inputs(tmp_path))
    found = errors(run_gate(tmp_path, ledger(), Bibliography(file), UNPRINTED), "citations")
    assert [(f.excerpt, f.code) for f in found] == [
        ("\\cite{jones2023}", FindingCode.UNKNOWN_CITATION),
        ("smith2024", FindingCode.UNSOURCED_CITATION),
    ]


def test_figures_exist_and_are_spoken_of(tmp_path: Path) -> None:
    graphics = r"\includegraphics{figures/kll.png}"
    report = finished(
        tmp_path,
        method=rf"\begin{{figure}}{graphics}\caption{{One.}}\label{{fig:one}}\end{{figure}}",
        background=r"\begin{figure}\includegraphics{figures/kl}\caption{Two.}\end{figure}",
    )
    found = errors(report, "figures")
    assert {(f.file, f.code) for f in found} == {
        ("sections/method.tex", FindingCode.MISSING_IMAGE),
        ("sections/method.tex", FindingCode.UNREFERENCED_FLOAT),
        ("sections/background.tex", FindingCode.MISSING_LABEL),
    }
    assert any("did you mean 'figures/kl.png'" in f.reason for f in found)


def test_an_image_that_no_section_shows_is_noted(tmp_path: Path) -> None:
    report = finished(tmp_path, results="Nothing is shown.")
    notes = [f for c in report.checks if c.name == "figures" for f in c.findings]
    assert [(f.kind, f.code, f.file) for f in notes] == [("note", FindingCode.UNUSED_IMAGE, "figures/kl.png")]


def test_the_pdf_must_be_of_the_sections_as_they_are(tmp_path: Path) -> None:
    finished(tmp_path)
    (tmp_path / "sections" / "abstract.tex").write_text("Another abstract.\n")
    [found] = errors(run_gate(tmp_path, ledger(), Bibliography(tmp_path / "references.bib"), UNPRINTED), "document")
    assert (found.file, found.code) == ("sections/abstract.tex", FindingCode.OUTDATED_PDF)


DocumentErrors = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def document_errors(tmp_path: Path) -> DocumentErrors:
    finished(tmp_path)

    def check() -> list[tuple[str, str]]:
        report = run_gate(tmp_path, ledger(), Bibliography(tmp_path / "references.bib"), UNPRINTED)
        return [(found.code, found.file) for found in errors(report, "document")]

    return check


def test_unresolved_marks_in_the_pdf_are_found(tmp_path: Path, document_errors: DocumentErrors) -> None:
    write_pdf(tmp_path / "paper.pdf", "fine", "see Figure ?? for it")
    assert document_errors() == [(FindingCode.UNRESOLVED_MARK, "paper.pdf")]


def test_undefined_references_in_the_log_are_found(tmp_path: Path, document_errors: DocumentErrors) -> None:
    (tmp_path / "paper.log").write_text(
        "[[sections/method.tex]]\nLaTeX Warning: Reference `fig:x' on page 1 undefined on input line 4.\n"
    )
    assert document_errors() == [(FindingCode.LATEX_PROBLEM, "sections/method.tex")]


def test_a_paper_without_a_pdf_is_withheld(tmp_path: Path, document_errors: DocumentErrors) -> None:
    (tmp_path / "paper.pdf").unlink()
    assert document_errors() == [(FindingCode.MISSING_PDF, "paper.pdf")]


def test_a_missing_section_withholds_it(tmp_path: Path, document_errors: DocumentErrors) -> None:
    (tmp_path / "sections" / "limitations.tex").unlink()
    assert (FindingCode.MISSING_SECTION, "sections/limitations.tex") in document_errors()


# The mark


def test_a_withheld_paper_is_marked_on_every_page_once(tmp_path: Path) -> None:
    pdf = tmp_path / "paper.pdf"
    write_pdf(pdf, "first page", "second page", "third page")
    mark_withheld(pdf, "1 of 6 checks failed: numbers (2). First: «(0.9) – typed \\ by hand»")
    with pdfium.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
        ink = document[1].render(scale=0.5).to_pil().convert("RGB")
    assert len(texts) == 3 and "second page" in texts[1]
    assert all("WITHHELD: evidence incomplete" in text for text in texts)
    assert ["1 of 6 checks failed" in text for text in texts] == [True, False, False]
    assert "«(0.9) – typed \\ by hand»" in " ".join(texts[0].split())
    red = sum(1 for r, g, b in ink.get_flattened_data() if r > g + 40 and r > b + 40)
    assert red > 100
    once = pdf.read_bytes()
    mark_withheld(pdf, "again")
    assert pdf.read_bytes() == once


def test_what_is_no_pdf_cannot_be_marked(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no such file"):
        mark_withheld(tmp_path / "paper.pdf", "x")
    (tmp_path / "paper.pdf").write_text("hello")
    with pytest.raises(ToolError, match="not a readable PDF"):
        mark_withheld(tmp_path / "paper.pdf", "x")


def test_a_withheld_paper_is_read_without_its_mark_and_leaves_no_copy(tmp_path: Path) -> None:
    pdf = tmp_path / "paper.pdf"
    write_pdf(pdf, "the first page", "the second page")
    with without_mark(pdf) as same:
        assert same == pdf
    mark_withheld(pdf, "typed by hand")
    marked = pdf.read_bytes()
    with without_mark(pdf) as copy:
        assert not is_marked(copy)
        document = pdfium.PdfDocument(copy)
        texts = [page.get_textpage().get_text_bounded() for page in document]
        document.close()
        assert not copy.is_relative_to(tmp_path)
    assert [" ".join(text.split()) for text in texts] == ["the first page", "the second page"]
    assert not copy.exists() and pdf.read_bytes() == marked
