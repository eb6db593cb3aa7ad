"""Writing the paper: section by section, compiled, and handed in only when it is whole and compiles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tools.errors import ToolError
from tools.evidence import check_references
from tools.experiments.execution import load_ledger
from tools.figures.figure import load_figures
from tools.paper import SECTIONS, missing_sections, section_text, write_section
from tools.paper.build import build_paper, format_compilation
from tools.toolsets.base import Toolset
from tools.toolsets.tool import Submission

SectionName = Literal[
    "title",
    "abstract",
    "introduction",
    "related_work",
    "background",
    "method",
    "experimental_setup",
    "results",
    "limitations",
    "conclusion",
]


class WritingTools(Toolset):
    """Sections, compiling, handing in."""

    names = ("write_section", "read_section", "compile_paper", "submit_paper")

    async def write_section(
        self,
        section: Annotated[SectionName, Field(description="which section")],
        latex: Annotated[
            str,
            Field(
                description="its LaTeX body, without \\section. Measured numbers only as \\result{}, "
                "\\change{}, \\setting{}, \\env{}, \\noisefloor{}; tables as \\resulttable{metric}, "
                "\\settingstable, \\runstable; figures as \\includegraphics{figures/name.png}"
            ),
        ],
    ) -> str:
        """Write or rewrite one section of the paper. References to results, citations and LaTeX are checked."""
        problems = check_references(latex, load_ledger(self._idea))
        if problems:
            raise ToolError(f"{section} was not written: " + "; ".join(str(problem) for problem in problems[:5]))
        write_section(self._idea.workspace.paper, section, latex)
        missing = missing_sections(self._idea.workspace.paper)
        return f"{section} written; " + (
            f"still missing: {', '.join(missing)}" if missing else "all sections are there"
        )

    async def read_section(self, section: Annotated[SectionName, Field(description="which section")]) -> str:
        """Read a section of the paper as it is now."""
        return section_text(self._idea.workspace.paper, section)

    async def compile_paper(self) -> str:
        """Assemble and compile the paper. Answers its pages, or each problem with the section and line it is in."""
        return format_compilation(await build_paper(self._idea))

    async def submit_paper(
        self, summary: Annotated[str, Field(description="what the paper finds, in two sentences without numbers")]
    ) -> Submission:
        """Hand in the paper: every section is there, it compiles, every figure handed in is in it."""
        paper = self._idea.workspace.paper
        if missing := missing_sections(paper):
            raise ToolError(f"the paper is not whole: {', '.join(missing)} missing; write them with write_section")
        text = "\n".join(section_text(paper, section) for section in SECTIONS)
        unused = [figure.file for figure in load_figures(paper) if figure.file not in text]
        if unused:
            raise ToolError(f"figure {unused[0]} was handed in but is in no section; include it, with its caption")
        compilation = await build_paper(self._idea)
        if not compilation.ok:
            raise ToolError("the paper does not compile:\n" + format_compilation(compilation))
        return Submission(
            f"paper handed in, {compilation.pages} pages: {summary}", "paper", self._context.submission_status
        )
