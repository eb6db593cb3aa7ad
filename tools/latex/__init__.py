"""From paper.tex to paper.pdf, in the sandbox, and from TeX's log to what an author can mend."""

from tools.latex.compile import Compilation, compile_paper
from tools.latex.installation import tex_problem
from tools.latex.log import LatexProblem, read_log

__all__ = ["Compilation", "LatexProblem", "compile_paper", "read_log", "tex_problem"]
