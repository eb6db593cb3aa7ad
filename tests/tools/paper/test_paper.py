from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests import real_data
from tests.tools.paper_sample import PROVENANCE, sections, write_paper
from tools.errors import ToolError
from tools.latex import changed_inputs, write_inputs
from tools.paper import SECTIONS, assemble, missing_sections, section_text, write_section

ORIGINALS = real_data.PAPERS


def refusal(folder: Path, latex: str, name: str = "results") -> str:
    with pytest.raises(ToolError) as caught:
        write_section(folder, name, latex)
    assert not (folder / "sections" / f"{name}.tex").exists()
    return str(caught.value)


def test_a_section_is_written_and_read_back(tmp_path: Path) -> None:
    write_section(tmp_path, "method", "  One change.\n\n")
    assert section_text(tmp_path, "method") == "One change.\n"
    assert missing_sections(tmp_path) == [name for name in SECTIONS if name != "method"]
    with pytest.raises(ToolError, match=r"abstract .*method"):
        section_text(tmp_path, "abstract")


def test_an_unknown_section_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no section 'conclusions'; did you mean 'conclusion'"):
        write_section(tmp_path, "conclusions", "x")


@pytest.mark.parametrize(
    ("latex", "told"),
    [
        ("one\ntwo {three", "line 2"),
        ("one } two", "closing brace"),
        ("\\begin{itemize}\n\\item x", "itemize"),
        ("\\begin{table} x \\end{figure}", "figure"),
        ("costs $5 and more", "line 1"),
        ("It is 12% lower than before.", r"line 1: the % after .It is 12.*\\%"),
        (r"\input{/etc/passwd}", r"\\input"),
        (r"\immediate\write18{id}", r"\\immediate"),
        (r"\def\x{1}", r"\\def"),
        (r"\newcommand{\acc}{97}", r"\\newcommand"),
        (r"accuracy \char57\char55", r"\\char"),
        (r"\csname in\endcsname", r"\\csname"),
        (r"accuracy ^^39^^37", r"\^\^"),
        (r"\documentclass{article}", r"\\documentclass"),
        (r"\section{Results} We see", r"\\section"),
        (r"\begin{document} x \end{document}", "environment document"),
        ("   \n", "empty"),
    ],
)
def test_latex_that_is_broken_or_reaches_further_is_refused(tmp_path: Path, latex: str, told: str) -> None:
    assert re.search(told, refusal(tmp_path, latex))


@pytest.mark.parametrize(
    "latex",
    [
        "12\\% lower\n% a comment on its own line\nand a trailing one%\nend",
        "$a_{b}$, \\[ x \\], \\(y\\), $$z$$, \\{ and [0, 1)",
        r"\verb|100% {| and \begin{verbatim} 50% { \end{verbatim}",
        r"\begin{tabular}{lr} a & b \\[2pt] c & d \\ \end{tabular}",
        r"first\\define it",
        r"\begin{figure}\includegraphics[width=0.8\linewidth]{figures/x.png}\caption[short]{long}\end{figure}",
    ],
)
def test_ordinary_latex_is_taken(tmp_path: Path, latex: str) -> None:
    write_section(tmp_path, "results", latex)


def test_a_citation_needs_an_entry(tmp_path: Path) -> None:
    bibliography = write_paper(tmp_path)
    [key] = bibliography.keys()
    with pytest.raises(ToolError, match=rf"line 2: \\cite{{ho2020denoisin}} has no entry.*did you mean '{key}'"):
        write_section(tmp_path, "results", f"As in \\citep{{{key}}}\nand \\citet[p.~3]{{{key},ho2020denoisin}}.")
    assert section_text(tmp_path, "results").strip() == sections(key)["results"]
    with pytest.raises(ToolError, match=r"\\cite\{one\} .*\\cite\{two\} "):
        write_section(tmp_path, "results", "As in \\citep{one} and \\citep{two}.")


def test_a_title_is_one_paragraph(tmp_path: Path) -> None:
    assert "empty line" in refusal(tmp_path, "One\n\nTwo", name="title")


def test_the_document_has_the_sections_in_order_and_says_how_it_was_made(tmp_path: Path) -> None:
    write_paper(tmp_path)
    tex = (tmp_path / "paper.tex").read_text()
    places = [tex.index(f"\\colloquiumsection{{{name}}}") for name in SECTIONS if name != "title"]
    assert places == sorted(places)
    assert r"\input{results.tex}" in tex and r"\bibliography{references}" in tex
    assert "coder: model-y" in tex and r"model\_x \& co" in tex and "12ab34cd56ef" in tex
    assert r"\runstable" in tex  # no failed run is left out
    assert "by language models" in tex and "No language model" not in tex


def test_a_paper_without_a_language_model_says_so_on_its_first_page(tmp_path: Path) -> None:
    write_paper(tmp_path)
    tex = assemble(tmp_path, provenance=replace(PROVENANCE, offline=True)).read_text()
    assert tex.index("No language model wrote this paper") < tex.index(r"\maketitle")
    assert "written automatically by language models" not in tex


def test_a_draft_lacks_what_is_not_written(tmp_path: Path) -> None:
    write_section(tmp_path, "method", "One change.")
    tex = assemble(tmp_path, provenance=PROVENANCE).read_text()
    assert "Untitled draft" in tex and r"\begin{abstract}" not in tex and r"\bibliography{" not in tex


def test_the_table_of_runs_is_not_printed_twice(tmp_path: Path) -> None:
    write_paper(tmp_path, results="Every run: \\runstable")
    assert r"\runstable" not in (tmp_path / "paper.tex").read_text()


def test_what_changed_since_the_pdf_is_known(tmp_path: Path) -> None:
    write_paper(tmp_path)
    assert changed_inputs(tmp_path) is None
    (tmp_path / "paper.inputs.json").write_text(write_inputs(tmp_path))
    assert changed_inputs(tmp_path) == []
    write_section(tmp_path, "results", "Something else.")
    (tmp_path / "figures" / "kl.png").unlink()
    assert changed_inputs(tmp_path) == ["figures/kl.png", "sections/results.tex"]


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason=f"the example papers of The AI Scientist are not at {ORIGINALS}")
def test_the_percent_sign_that_ate_a_line_of_a_published_paper_is_found(tmp_path: Path) -> None:
    tex = (ORIGINALS / "adaptive_dual_scale_denoising" / "latex" / "template.tex").read_text()
    line = next(line for line in tex.splitlines() if "12.8% " in line)
    assert "the % after" in refusal(tmp_path, line, name="introduction")
