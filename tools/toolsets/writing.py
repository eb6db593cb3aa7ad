"""Tools that write the paper section by section, compile it, and submit it when it is complete."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from pydantic import Field

from tools.errors import ToolError
from tools.evidence import check_references
from tools.experiments.execution import load_ledger
from tools.figures import load_figures
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
    """Write, read and compile the paper, and submit it."""

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
        problems = await asyncio.to_thread(check_references, latex, load_ledger(self._idea))
        if problems:
            raise ToolError(f"{section} was not written: " + "; ".join(str(problem) for problem in problems[:5]))
        await asyncio.to_thread(write_section, self._idea.workspace.paper, section, latex)
        missing = missing_sections(self._idea.workspace.paper)
        return f"{section} written; " + (
            f"still missing: {', '.join(missing)}" if missing else "all sections are written"
        )

    async def read_section(self, section: Annotated[SectionName, Field(description="which section")]) -> str:
        """Read the current text of a section."""
        return section_text(self._idea.workspace.paper, section)

    async def compile_paper(self) -> str:
        """Assemble and compile the paper. Returns its number of pages, or each problem with its section and line."""
        return format_compilation(await build_paper(self._idea))

    async def submit_paper(
        self, summary: Annotated[str, Field(description="what the paper finds, in two sentences without numbers")]
    ) -> Submission:
        """Submit the paper. Every section must be written, every submitted figure included, and it must compile."""
        paper = self._idea.workspace.paper
        if missing := missing_sections(paper):
            raise ToolError(f"the paper is incomplete: {', '.join(missing)} missing; write them with write_section")
        text = "\n".join(section_text(paper, section) for section in SECTIONS)
        unused = [figure.file for figure in load_figures(paper) if figure.file not in text]
        if unused:
            raise ToolError(f"figure {unused[0]} was submitted but is in no section; include it with its caption")
        compilation = await build_paper(self._idea)
        if not compilation.ok:
            raise ToolError("the paper does not compile:\n" + format_compilation(compilation))
        return Submission(
            f"paper submitted, {compilation.pages} pages: {summary}", "paper", self._context.submission_status
        )
