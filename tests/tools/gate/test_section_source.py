"""What of a section's LaTeX is printed, and where."""

from __future__ import annotations

import re

import pytest

from tools.gate.section_source import read_source

PRINTED = {
    r"$\mathrm{KL}\approx0.02$": "KL≈0.02",
    r"$\mathrm{KL}\sim0.02$": "KL∼0.02",
    r"is $\frac{1}{5}$ of it": "is1/5ofit",
    r"is $\frac15$ of it": "is1/5ofit",
    r"$\frac{a+1}{b}$": "a+1/b",
    r"\textonehalf\ of it": "½ofit",
    "¼ bit and ４５％": "¼bitand４５％",
    r"see \url{http://a.b/45%20c_d}.": "seehttp://a.b/45%20c_d.",
    r"see \href{http://a.b}{0.021 bits}.": "see0.021bits.",
    r"\verb|kl=0.021| x": "kl=0.021x",
    "\\begin{verbatim}\nmoons 0.021\n\\end{verbatim}": "moons0.021",
    "\\begin{lstlisting}[language=C]\nx_1 = 0.021 % {\n\\end{lstlisting}": "x_1=0.021%{",
    r"better \citep[by 45\% on moons][see]{ho2020}": r"betterby45\%onmoonssee",
    r"better \citep[see Section~3.2]{ho2020}": "better",
    r"\citealp*{ho2020} x": "x",
    r"x\footnote{It is 0.02.} y": "xItis0.02.y",
    r"\captionof{table}{KL 0.02}": "KL0.02",
    r"\begin{tabular}{l@{ 0.02 }r} a & b \end{tabular}": "0.02a&b",
    r"\begin{tabbing} a \= 0.02 \\ b \> 0.03 \end{tabbing}": "a0.02b0.03",
    r"\begin{equation} x = 0.02 \tag{0.5} \end{equation}": "x=0.020.5",
    r"$\alpha = 2 \cdot 10^{-2}$": r"α=2\cdot10^-2",
    "a } b 0.02": "ab0.02",
    r"\left[ x \right\{]} 0.02": "[x{]0.02",
    "a { b 0.02": "ab0.02",
}  # fmt: skip


@pytest.mark.parametrize("latex", PRINTED)
def test_what_is_printed_is_read(latex: str) -> None:
    source = read_source("results", latex)
    assert len(source.prose) == len(latex)
    assert re.sub(r"\s", "", source.prose) == PRINTED[latex]


def test_formulas_notes_and_footnotes_have_places() -> None:
    latex = r"A $x$ \citep[by 4][see]{k}\footnote{b}. \begin{align*} y \end{align*} \[ z \]"
    source = read_source("results", latex)
    assert [latex[a:b] for a, b in source.maths] == ["$x$", r"\begin{align*} y \end{align*}", r"\[ z \]"]
    assert [latex[a:b] for a, b in source.citation_notes] == ["[by 4]", "[see]"]
    assert [latex[a:b] for a, b in source.footnotes] == [r"\footnote{b}"]
