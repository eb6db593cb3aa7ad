"""Markdown and bare special characters are told with the LaTeX to write, and headings of the template are left out."""

from __future__ import annotations

import pytest

from tools.errors import ToolError
from tools.paper import check_caption, check_markup, escape_underscores, included_images, section_body
from tools.paper.syntax import check_syntax

WRONG = {
    "bold": ("It is **much** lower.", r"\textbf{much}"),
    "image": ("See\n![KL](figures/kl.png)", r"\includegraphics[width=\linewidth]{figures/kl.png}"),
    "code": ("The `cosine` option.", r"\texttt{cosine}"),
    "heading": ("# Results\nWe see", r"\subsection{Results}"),
    "list": ("We add:\n- a schedule\n- a network", r"\item a schedule"),
    "table": ("| a | b |\n|---|---|\n| 1 | 2 |", r"\resulttable"),
    "underscore": ("The option time_steps.", r"\_"),
    "underscore in a font": (r"\texttt{run_1}", r"\_"),
    "ampersand": ("Figures & tables.", r"\&"),
}


@pytest.mark.parametrize(("latex", "instead"), WRONG.values(), ids=WRONG)
def test_markup_that_latex_does_not_know_is_told_with_what_to_write(latex: str, instead: str) -> None:
    with pytest.raises(ToolError) as error:
        check_markup("results", latex)
    assert instead in str(error.value)


def test_every_place_is_told_at_once() -> None:
    with pytest.raises(ToolError, match=r"(?s)line 1: .*line 2: .*line 3: "):
        check_caption("kl.png", "**KL** of\nthe baseline & a\nnew_one")


RIGHT = {
    "math": r"$a_i$, \(b_i\), \[ c_i \\ - d \] and \begin{align} a_1 &= b \\" + "\n- c &= d \\end{align}",
    "table": r"\begin{tabular}{lr} a & b \\ c & d \end{tabular}",
    "references": r"\result{run_1/dino/kl_divergence}, \compare{run_2/dino/kl}{run_1}, \ref{fig:kl_x}, \citep[p.~3]{ho_2020}",
    "claim": r"\claim{run=run_2, relation=lower, metric=kl_divergence}{It pays off}",
    "escaped": r"50\% of time\_steps, R\&D, \#1 and ``quoted'' or `single' words",
    "image": r"\includegraphics[width=\linewidth]{figures/kl_divergence.png}",
    "verbatim": r"\verb|a_b & c| and \url{https://a.b/c_d}",
    "dashes": "a range -- or\n--- a pause - is no list",
}


@pytest.mark.parametrize("latex", RIGHT.values(), ids=RIGHT)
def test_latex_is_left_alone(latex: str) -> None:
    check_markup("results", latex)


def test_what_the_template_prints_is_left_out_with_a_note() -> None:
    assert section_body("abstract", "\\begin{abstract}\nWe ask.\n\\end{abstract}\n")[0] == "We ask."
    body, note = section_body("introduction", "\\section{Introduction}\n\\label{sec:introduction}\nWe ask.")
    assert body == "We ask." and note
    assert section_body("method", "We ask. \\section{x}") == ("We ask. \\section{x}", "")


def test_a_brace_that_is_open_in_a_formula_is_named_and_no_dollar_asked_for() -> None:
    with pytest.raises(ToolError, match=r"sqrt\{1.* is not closed"):
        check_syntax("background", r"so $x_t = \sqrt{\bar\alpha_t} x_0 + \sqrt{1-\bar\alpha_t \epsilon$ holds")


def test_only_includegraphics_includes_an_image() -> None:
    latex = "![KL](figures/kl.png)\n% \\includegraphics{figures/b.png}\n\\includegraphics[width=1em]{figures/a.png}"
    assert included_images(latex) == {"figures/a.png"}


def test_underscores_of_names_are_escaped_where_text_prints_them() -> None:
    told = r"run_1 and \texttt{run_2} at \result{run_1/a_b/c_d}, $x_1$, run\_3, \ref{fig:a_b}, _alone"
    assert escape_underscores(told) == (
        r"run\_1 and \texttt{run\_2} at \result{run_1/a_b/c_d}, $x_1$, run\_3, \ref{fig:a_b}, _alone"
    )
