"""Compile paper.tex to paper.pdf in the sandbox, and turn TeX's log into problems that an author can fix."""

from tools.latex.compile import Compilation, compile_paper
from tools.latex.escaping import to_latex
from tools.latex.inputs import changed_inputs, write_inputs
from tools.latex.installation import tex_problem
from tools.latex.log import LatexProblem, read_log

__all__ = [
    "Compilation",
    "LatexProblem",
    "changed_inputs",
    "compile_paper",
    "read_log",
    "tex_problem",
    "to_latex",
    "write_inputs",
]
