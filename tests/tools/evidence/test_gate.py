from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from tests import real_data
from tests.tools.paper_sample import ledger, write_paper
from tools.errors import ToolError
from tools.evidence.gate import (
    FindingCode,
    GateFinding,
    GateReport,
    load_gate_report,
    mark_withheld,
    run_gate,
    save_gate_report,
)
from tools.evidence.gate.claims import check_claims
from tools.evidence.gate.numbers import check_numbers, typed_numbers
from tools.evidence.gate.section_source import read_source
from tools.latex import write_inputs
from tools.literature import Bibliography

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
    return run_gate(folder, ledger(), bibliography)


def errors(report: GateReport, name: str) -> list[GateFinding]:
    assert all(not c.errors for c in report.checks if c.name != name), "another check failed too"
    return next(c.errors for c in report.checks if c.name == name)


def test_a_paper_that_its_evidence_carries_passes(tmp_path: Path) -> None:
    report = finished(tmp_path)
    assert report.verdict == "pass", report.summary
    save_gate_report(report, tmp_path / "gate.json")
    stored = json.loads((tmp_path / "gate.json").read_text(encoding="utf-8"))
    assert stored["verdict"] == "pass" and stored["summary"] == report.summary
    assert [c["verdict"] for c in stored["checks"]] == ["pass"] * 7
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


# Numbers


def numbers(latex: str, section: str = "results") -> list[tuple[str, str]]:
    """Severity and kind of each number that is found."""
    source = read_source(section, latex)
    found = list(check_numbers(source))
    assert all(finding.code == FindingCode.TYPED_NUMBER for finding in found)
    kinds = [kind for _, _, kind in typed_numbers(source.prose)]
    return list(zip([finding.kind for finding in found], kinds, strict=True))


@pytest.mark.parametrize(
    ("latex", "kind"),
    [
        (r"reaches $0.82 \pm 0.03$", "number with an error"),
        ("reaches 0.82 ± 0.03", "number with an error"),
        (r"by 12\%", "percentage"),
        (r"by \textbf{12.5}\,\%", "percentage"),
        ("by 12 percent", "percentage"),
        ("by twelve percent", "number in words"),
        ("is two times lower", "number in words"),
        ("a rate of 3e-4", "number in scientific notation"),
        (r"a rate of $3 \times 10^{-4}$", "number in scientific notation"),
        ("in 5~seconds", "number with a unit"),
        ("a 3x gain", "number with a unit"),
        ("a 3-fold gain", "number with a unit"),
        ("KL of 0.9", "decimal"),
        ("PyTorch 1.9", "decimal"),
        (r"KL of 0{.}9", "decimal"),
        ("10{,}000 samples", "whole number"),
        ("$k=256$ units", "whole number"),
        ("after 2000 steps", "whole number"),
        (r"\begin{tabular}{lr} dino & 0.43 \\ \end{tabular}", "decimal"),
    ],
)
def test_a_measured_number_typed_by_hand_is_found(latex: str, kind: str) -> None:
    assert numbers(latex) == [("error", kind)]


@pytest.mark.parametrize(
    "latex",
    [
        "three runs of 5 seeds", "Table 12", "Section~4.2", r"run\_12 and run 14", "seeds 0, 1 and 42",
        "2D and 3-D", "ResNet-50", "H100", r"$x_{12}$ and $\ell_2$", "in 2020", "the 15th run", "$k = 5$",
        r"a 95\% confidence interval", r"at the 5\% level",
        r"\includegraphics[width=0.8\linewidth]{f.png}", r"\vspace{12pt}", r"\\[2.5pt]", r"\label{tab:12}",
        r"\citep[p.~345]{ho2020}", r"\result{run_12/d0.5/kl}", "x % was 0.5",
        r"\begin{minipage}{0.45\textwidth} x \end{minipage}", r"\resizebox{0.5\linewidth}{!}{x}",
    ],
)  # fmt: skip
def test_other_numbers_are_free(latex: str) -> None:
    assert numbers(latex) == []


def test_captions_and_tables_are_held_to_it_everywhere() -> None:
    latex = "\\begin{figure}\\caption{Reaches 0.9.}\\end{figure} with $\\beta = 0.1$"
    assert numbers(latex, "method") == [("error", "decimal"), ("note", "decimal")]


def test_an_introduction_may_quote_the_paper_it_cites() -> None:
    assert numbers(r"They reach 97\% \citep{ho2020}. We reach 98\%.", "introduction") == [
        ("note", "percentage"),
        ("error", "percentage"),
    ]


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason=f"the example papers of The AI Scientist are not at {ORIGINALS}")
@pytest.mark.parametrize("name", ["adaptive_dual_scale_denoising", "gan_diffusion"])
def test_the_numbers_of_published_papers_are_found(name: str) -> None:
    tex = (ORIGINALS / name / "latex" / "template.tex").read_text()
    results = re.split(r"\\section\{", tex)
    [section] = [part for part in results if part.startswith("Results")]
    found = [f for f in check_numbers(read_source("results", section)) if f.kind == "error"]
    assert len(found) > 50
    lines = section.splitlines()
    assert all(f.line and re.search(r"\d", lines[f.line - 1]) for f in found)


# Claims

DINO, MOONS, CIRCLE, LINE = (rf"\change{{run_1/{d}/kl_divergence}}" for d in ("dino", "moons", "circle", "line"))
TIME, MODES = r"\change{run_1/dino/wall_time}", r"\change{run_1/dino/modes}"


def result(run: int, dataset: str) -> str:
    return rf"\result{{run_{run}/{dataset}/kl_divergence}}"


def claims(latex: str) -> list[GateFinding]:
    return [f for f in check_claims(read_source("results", latex), ledger()) if f.kind == "error"]


@pytest.mark.parametrize(
    ("latex", "code", "dataset"),
    [
        (f"It lowers the KL divergence on moons ({MOONS}).", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"It outperforms the baseline on moons: {MOONS}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"It degrades dino: {DINO}.", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (f"It improves dino and moons ({DINO}, {MOONS}).", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (
            f"It improves dino ({DINO}) but also moons, improving it by {MOONS}.",
            FindingCode.CONTRADICTED_CLAIM,
            "moons",
        ),
        (f"It improves circle ({CIRCLE}).", FindingCode.INSIGNIFICANT_CLAIM, "circle"),
        (f"On circle the KL divergence is lower ({CIRCLE}).", FindingCode.INSIGNIFICANT_CLAIM, "circle"),
        (f"It raises the KL divergence on line ({LINE}).", FindingCode.CONTRADICTED_CLAIM, "line"),
        (f"It worsens the wall time ({TIME}).", FindingCode.INSIGNIFICANT_CLAIM, "dino"),
        (f"It improves the modes ({MODES}).", FindingCode.UNDEFINED_DIRECTION, "dino"),
        (f"KL divergence on dino is unchanged ({DINO}).", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (f"It does not lower the KL divergence on dino, {DINO}.", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (f"It reduces KL divergence by up to {MOONS}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"Moons reaches a lower KL divergence of {result(1, 'moons')}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (
            f"KL divergence rises from {result(0, 'dino')} to {result(1, 'dino')}.",
            FindingCode.CONTRADICTED_CLAIM,
            "dino",
        ),
        (
            f"On moons, {result(1, 'moons')} is better than {result(0, 'moons')}.",
            FindingCode.CONTRADICTED_CLAIM,
            "moons",
        ),
        (f"The KL divergence improves across all datasets, {DINO} on dino.", FindingCode.NOT_ALL_DATASETS, "moons"),
        (f"It consistently improves the KL divergence ({DINO}).", FindingCode.NOT_ALL_DATASETS, "moons"),
    ],
)
def test_words_that_the_ledger_contradicts_are_found(latex: str, code: FindingCode, dataset: str) -> None:
    [found] = claims(latex)
    assert found.code == code
    assert f"run_1/{dataset}/" in found.reason


@pytest.mark.parametrize(
    "latex",
    [
        f"It lowers the KL divergence on dino ({DINO}).",
        f"It improves dino ({DINO}) but worsens moons ({MOONS}).",
        f"On circle the KL divergence is lower, but not significantly ({CIRCLE}).",
        f"On circle the KL divergence shows no significant change ({CIRCLE}).",
        f"On circle it may improve: {CIRCLE}.",
        f"The wall time is higher ({TIME}).",
        f"The modes increased, {MODES}.",
        f"KL divergence falls from {result(0, 'dino')} to {result(1, 'dino')}.",
        f"On moons, {result(0, 'moons')} is better than {result(1, 'moons')}.",
        f"A larger hidden size has a KL divergence of {MOONS} on moons, and on dino {DINO}.",
        f"Increasing the hidden size changes dino by {DINO}.",
        f"We ask whether width lowers the KL divergence; on moons it is {MOONS}.",
        f"To reduce the KL divergence we made it wider: {MOONS}.",
        f"It does not improve moons ({MOONS}).",
        f"It improves dino ({DINO}), though not on all datasets.",
        f"The KL divergence (lower is better) on moons is {MOONS}.",
        f"As shown above, moons: {MOONS}.",
        f"The width-enhanced network has {MOONS} on moons.",
        r"An unknown address is another check's: it improves \change{run_9/dino/kl_divergence}.",
    ],
)
def test_words_that_the_ledger_carries_pass(latex: str) -> None:
    assert claims(latex) == []


def test_a_claim_of_quality_without_a_reference_is_noted() -> None:
    found = list(check_claims(read_source("abstract", "First.\nOur network outperforms all others."), ledger()))
    assert [(f.kind, f.code, f.line) for f in found] == [("note", FindingCode.UNSUPPORTED_CLAIM, 2)]


# Citations, figures, the document


def test_a_citation_needs_a_record_of_a_source(tmp_path: Path) -> None:
    write_paper(tmp_path)
    write_pdf(tmp_path / "paper.pdf", "a page")
    file = tmp_path / "references.bib"
    file.write_text(file.read_text() + "\n@misc{smith2024,\n  title = {Made up},\n  year = {2024},\n}\n")
    (tmp_path / "sections" / "related_work.tex").write_text("\\citep{smith2024, jones2023}\n")
    (tmp_path / "paper.inputs.json").write_text(write_inputs(tmp_path))
    found = errors(run_gate(tmp_path, ledger(), Bibliography(file)), "citations")
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
    (tmp_path / "sections" / "abstract.tex").write_text("A gentler abstract.\n")
    [found] = errors(run_gate(tmp_path, ledger(), Bibliography(tmp_path / "references.bib")), "document")
    assert (found.file, found.code) == ("sections/abstract.tex", FindingCode.OUTDATED_PDF)


DocumentErrors = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def document_errors(tmp_path: Path) -> DocumentErrors:
    finished(tmp_path)

    def check() -> list[tuple[str, str]]:
        report = run_gate(tmp_path, ledger(), Bibliography(tmp_path / "references.bib"))
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
