"""What LaTeX a section may use."""

from __future__ import annotations

import pytest

from tests import real_data
from tools.documents import flatten_source
from tools.paper import command_problems
from tools.paper.draft import _sections

ORDINARY = [
    r"The loss $\mathcal{L}_{\text{KL}}(\theta) = \sum_{i=1}^{N} \frac{1}{2}\left(x_i - \hat{x}_i\right)^2$ is small.",
    r"\begin{align*} a &= \sqrt{2} \\ b &\approx 10^{-3} \cdot x_{1}^{2} \end{align*}",
    r"\begin{tabular}{@{}lr@{}} \toprule a & 1 \\ \midrule \multicolumn{2}{c}{b} \\ \bottomrule \end{tabular}",
    r"Table~\ref{tab:a}, Figures~\ref{fig:a} and~\ref{fig:b}, Eq.~\eqref{eq:x} and (Section \ref{sec:method}).",
    r"\citep[see][Section 3]{ho2020} and \citet{ho2020}\footnote{See \url{https://example.org/a%20b\x}.}",
    r"\verb|\def\x{1}| and \begin{verbatim} \number5 \end{verbatim}",
    r"10\,000 images, $1{,}000$ steps, 0.5\,s, 5\% of \textbf{all} \emph{models}, na\"ive, r\'esum\'e, Schr\"odinger",
    r"\begin{table}[t]\vspace{-0.1in}\setlength{\tabcolsep}{4pt}\renewcommand{\arraystretch}{1.2}\caption{A}\end{table}",
    r"\begin{algorithmic}[1] \Require $x$ \For{$i = 1$} \State $x \gets x + 1$ \EndFor \end{algorithmic}",
    r"\begin{tabbing} a \= 1 \\ b \> 2 \end{tabbing} and \begin{itemize} \item[a] b \end{itemize}",
    r"$f_{\theta}$ of the β-VAE, 3×3 kernels, Müller, \item O.K.",
]  # fmt: skip
TRICKS = {
    r"\def\z{0.021}": r"\def",
    r"\newcommand{\acc}{97}": r"\newcommand",
    r"\color{white} (not significant)": r"\color",
    r"\textcolor{white}{x}": r"\textcolor",
    r"\phantom{not significant}": r"\phantom",
    r"\rlap{not}": r"\rlap",
    r"\iffalse x": r"\iffalse",
    r"$0\mkern0mu.2$": r"\mkern",
    r"$0\mathord.2$": r"\mathord",
    r"\textonehalf": r"\textonehalf",
    r"\today": r"\today",
    r"\thepage": r"\thepage",
    r"\romannumeral 45": r"\romannumeral",
    r"\number\value{page}": r"\number",
    r"\tiny x": r"\tiny",
    r"\fontsize{1pt}{1pt}\selectfont x": r"\fontsize",
    r"\raisebox{5em}{x}": r"\raisebox",
    r"\ooalign{x}": r"\ooalign",
    r"\uppercase{x}": r"\uppercase",
    r"\begin{comment} x \end{comment}": "comment",
    r"\begin{lrbox}{\x} x \end{lrbox}": "lrbox",
    r"^^30.^^32": "^^",
    r"\vspace{-4em}": r"\vspace",
    r"\hspace{-1em}": r"\hspace",
    r"a \\[-2em] b": "\\\\",
    r"\setlength{\textwidth}{1pt}": r"\setlength",
    r"\scalebox{0.01}{x}": r"\scalebox",
    r"0\/.\/0\/2": "",
    r"0{}.{}02": "",
    r"{0}.{02}": "",
    r"$0\!.\!02$": "",
    r"4\relax 5\%": "",
    r"\'{0}.2": "",
    r"The KL divergence is \ref{sec:results}.": r"\ref",
    "\u200bsignificant": "",
    "0.\u20602": "",
    "аccuracy": "",
    "O.O2 bits": "",
    r"\url{x%}\def\x{1}": r"\def",
    r"% \begin{verbatim}" + "\n" + r"\def\x{1}": r"\def",
    r"\\begin{verbatim}\def\x{1}": r"\def",
}


@pytest.mark.parametrize("latex", ORDINARY)
def test_what_papers_use_is_allowed(latex: str) -> None:
    assert command_problems(latex) == []


@pytest.mark.parametrize("latex", TRICKS)
def test_what_prints_other_than_its_source_is_found(latex: str) -> None:
    assert TRICKS[latex] in [problem.command for problem in command_problems(latex)]


def test_the_place_is_known() -> None:
    [problem] = command_problems("One.\nTwo \\color{white}.")
    assert "One.\nTwo \\color{white}."[problem.start : problem.end] == r"\color"


@pytest.mark.skipif(not real_data.PAPERS.exists(), reason="the original's example papers are not on this machine")
def test_published_papers_are_not_flooded() -> None:
    found = [
        problem.command
        for path in real_data.PAPERS.glob("*/latex/template.tex")
        for latex in _sections(flatten_source(path, [])).values()
        for problem in command_problems(latex)
    ]
    assert found == []
