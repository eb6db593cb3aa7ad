"""A draft taken apart into sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import real_data
from tools.errors import UserError
from tools.paper import find_draft, install_draft

ORIGINAL = real_data.PAPERS / "gan_diffusion"
DRAFT = r"""\documentclass{article}\usepackage{graphicx}\title{On \\ Seeds}
\begin{filecontents}{references.bib}
@article{welch1947, author = {B. L. Welch}, title = {Student's problem}, journal = {Biometrika}, year = {1947}}
\end{filecontents}
\begin{document}\maketitle
\begin{abstract}We compare.\end{abstract}
\section{Introduction} Noise matters \citep{welch1947}. % a remark
\input{method}
\section{Experimental Results} See \includegraphics[width=3cm]{plots}.
\section{Discussion} So it is.
\section{Conclusions and Future Work}\label{sec:end} Done.
\bibliographystyle{plain}\bibliography{references}
\end{document}
"""


def test_sections_bibliography_and_images_are_found(tmp_path: Path) -> None:
    home, paper = tmp_path / "draft", tmp_path / "paper"
    home.mkdir()
    (home / "main.tex").write_text(DRAFT, encoding="utf-8")
    (home / "method.tex").write_text("\\section{Our Method}\nOne thing is varied.\n", encoding="utf-8")
    (home / "plots.png").write_bytes(b"\x89PNG")
    written = install_draft(find_draft(home), paper)
    assert written == ["title", "abstract", "introduction", "method", "experimental_setup", "conclusion"]
    texts = {name: (paper / "sections" / f"{name}.tex").read_text(encoding="utf-8").strip() for name in written}
    assert texts["title"] == "On Seeds" and texts["introduction"] == "Noise matters \\citep{welch1947}."
    assert "figures/plots.png" in texts["experimental_setup"] and (paper / "figures" / "plots.png").exists()
    assert texts["experimental_setup"].endswith("\\subsection{Discussion}\nSo it is.")
    assert texts["conclusion"] == "\\label{sec:end} Done."
    assert "welch1947" in (paper / "references.bib").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            DRAFT.replace("One", "").replace("Noise matters", "\\immediate\\write18{ls}"),
            r"introduction, line 1: \\immediate",
        ),
        (DRAFT.replace("\\citep{welch1947}", "\\citep{nobody}"), r"cite\{nobody\} .*references\.bib"),
        (DRAFT.replace("\\input{method}", "\\input{nowhere}"), r"nowhere\.tex"),
        ("\\documentclass{article}\\begin{document}Nothing\\end{document}", r"draft\.tex: .*section"),
    ],
)
def test_a_draft_that_cannot_be_taken_is_told_by_section_and_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "draft.tex").write_text(text, encoding="utf-8")
    (tmp_path / "method.tex").touch()
    with pytest.raises(UserError, match=told):
        install_draft(tmp_path / "draft.tex", tmp_path / "paper")


def test_a_folder_must_hold_one_document(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.tex").write_text(DRAFT, encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.tex, b\.tex"):
        find_draft(tmp_path)
    with pytest.raises(UserError, match=r"must be a \.tex file"):
        find_draft(tmp_path / "none.pdf")


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the original's example papers are not on this machine")
def test_papers_of_the_original(tmp_path: Path) -> None:
    """Both are taken apart; a closing brace too many in a formula of the first is dropped, as TeX drops it."""
    assert "method" in install_draft(find_draft(ORIGINAL / "latex"), tmp_path / "first")
    written = install_draft(find_draft(ORIGINAL.with_name("adaptive_dual_scale_denoising") / "latex"), tmp_path)
    assert {"title", "abstract", "introduction", "related_work", "method", "results", "conclusion"} <= {*written}
    assert (tmp_path / "references.bib").read_text(encoding="utf-8").count("@") >= 5
