"""The pages of the PDF against what the sources print. Papers are compiled by TeX, without the check of the commands."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.tools.paper_sample import ledger, write_paper
from tools.gate.expected_print import expected_print, plain, squeezed
from tools.gate.printed import PrintedPaper, check_printed, with_pages
from tools.gate.report import FindingCode, GateFinding
from tools.gate.section_source import read_source
from tools.gate.watermark import mark_withheld
from tools.latex import tex_problem
from tools.paper import SECTIONS, section_path

needs_tex = pytest.mark.skipif(tex_problem() is not None, reason=f"{tex_problem()}")

HONEST = (
    r"""
Words with fine na\"{\i}ve caf\'e, \textbf{bold words here} and \texttt{learning\_rate}; see Table~\ref{tab:kl}.
A difficult efficient offline waffle in 1,000 or $10{,}000$ or 10\,000 steps and 45\% or 45\,\% of it.
Formula $x_{12}^{3} + \frac{1}{25} \approx 0.021 \cdot 10^{-3}$, $\sum_{i=1}^{77} \sqrt{2.5}\, e^{-0.35 t}$, $\{31,32,33\}$.
\begin{equation} \frac{3.25}{4.75} \left( \alpha_{51}^{61} + \begin{pmatrix} 81 & 82 \\ 83 & 84 \end{pmatrix} \right)
\end{equation}
It\footnote{A footnote with 0.77 inside it and a long sentence.} goes on.
\begin{tabular}{@{}lrr@{}}\toprule Name & A & B (\%) \\ \midrule second row & 1.5 $\pm$ 0.2 & $-7.25$ \\ \bottomrule
\end{tabular}
\begin{enumerate}\item First item with 0.91. \item Second item.\end{enumerate}
\begin{algorithmic}[1]\Require $x_0$ data \For{$t=1,\dots,250$} \State compute the gradient \EndFor \end{algorithmic}
\subsection{A heading below} \url{https://example.org/a_b/45} and \verb|code 0.5 {x}|.
\begin{verbatim}
verbatim text 0.625 {a}
\end{verbatim}
Values 3e-4, $3\times10^{-4}$, $(0.1, 0.2)$, 2-D, 3$\times$3, $\beta_2=0.999$, ResNet-50, 24\,GiB, 1/12.
"""
    + "Internationalization, characterization and misrepresentation of heterogeneous architectures continue. " * 60
)
HIDDEN, UNPRINTED = FindingCode.HIDDEN_TEXT, FindingCode.UNPRINTED_TEXT
NUMBER, WORD = FindingCode.UNEXPLAINED_NUMBER, FindingCode.UNEXPLAINED_TEXT
TRICKS = {
    r"It improves {\color{white} but not significantly at all} on dino.": {HIDDEN, UNPRINTED},
    r"It improves \phantom{not significant at all} on dino.": {UNPRINTED},
    r"It improves {\fontsize{1pt}{1pt}\selectfont but not significantly} on dino.": {HIDDEN, UNPRINTED},
    r"\iffalse It is not significant on any dataset.\fi{} It improves.": {UNPRINTED},
    r"It reaches \char48.\char55\char56.": {NUMBER},
    r"It reaches 0\/.\/7\/8 bits.": {NUMBER},
    r"It was lower by \number\numexpr 40+5\relax\% on dino.": {NUMBER},
    r"It was measured \romannumeral 2026 times.": {WORD},
    r"\raisebox{60em}[0pt][0pt]{not significant at all} Yes.": {HIDDEN, UNPRINTED},
    r"\hspace*{40cm}\mbox{not significant at all} Yes.": {HIDDEN, UNPRINTED},
    r"\makebox[0pt][l]{It is not significant at all.}\rule[-1em]{30em}{3em} Yes.": {HIDDEN, UNPRINTED},
    r"\pdfliteral{3 Tr}It is not significant at all\pdfliteral{0 Tr} Yes.": {HIDDEN, UNPRINTED},
    r"The KL divergence is \ref{sec:results}.\ref{sec:method} bits.": {NUMBER},
}


def compiled(folder: Path, latex: str) -> Path:
    """Compile the sample paper with a further last paragraph in its conclusion."""
    write_paper(folder)
    path = section_path(folder, "conclusion")
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{latex}\n", encoding="utf-8")
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-norc", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    return folder


def findings(folder: Path) -> list[GateFinding]:
    sources = [read_source(name, section_path(folder, name).read_text(encoding="utf-8")) for name in SECTIONS]
    printed = PrintedPaper.read(folder / "paper.pdf")
    assert printed is not None
    return list(check_printed(printed, expected_print(folder, sources, ledger()), sources))


@needs_tex
def test_an_honest_paper_has_no_finding_marked_or_not(tmp_path: Path) -> None:
    assert findings(compiled(tmp_path, HONEST)) == []
    mark_withheld(tmp_path / "paper.pdf", "typed by hand: 0.0789")
    assert findings(tmp_path) == []


@needs_tex
@pytest.mark.slow
@pytest.mark.parametrize("latex", TRICKS)
def test_pages_that_show_something_else_are_found(tmp_path: Path, latex: str) -> None:
    found = findings(compiled(tmp_path, latex))
    assert TRICKS[latex] <= {finding.code for finding in found}
    assert all(finding.page for finding in found if finding.file == "paper.pdf")


@needs_tex
def test_a_finding_gets_the_page_of_its_sentence(tmp_path: Path) -> None:
    printed = PrintedPaper.read(
        compiled(tmp_path, r"\clearpage Here is \emph{a sentence} of a later page.") / "paper.pdf"
    )
    assert printed is not None
    assert printed.page_of(r"One run failed.") == 1
    later = printed.page_of(r"Here is \emph{a sentence} of a later page.")
    assert later is not None and later > 1
    assert printed.page_of("No page has this sentence.") is None
    [found] = with_pages([GateFinding(file="sections/conclusion.tex", excerpt="of a later page")], printed)
    assert found.page == later


def test_without_a_readable_pdf_nothing_is_compared(tmp_path: Path) -> None:
    assert PrintedPaper.read(tmp_path / "paper.pdf") is None
    (tmp_path / "paper.pdf").write_bytes(b"no PDF")
    assert PrintedPaper.read(tmp_path / "paper.pdf") is None


def test_numbers_and_words_have_one_form() -> None:
    assert plain("1,000 and 45 \\% and 10⁻³ and 8 × 10¹¹") == "1000 and 45% and 10- 3 and 8 × 10 11"
    assert squeezed("ﬁne Schrödinger, naïve x²") == "fineschrodingernaivex2"


def test_the_numbers_of_pages_are_explained(tmp_path: Path) -> None:
    expected = [expected_print(tmp_path, [], ledger(), pages=pages).largest_count for pages in (2, 14)]
    assert expected[0] < 14 == expected[1]
