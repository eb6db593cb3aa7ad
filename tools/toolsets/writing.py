"""Tools that write the paper section by section, compile it, and submit it when it is complete."""

from __future__ import annotations

import asyncio
import difflib
import re
from typing import Annotated, Literal

from pydantic import Field

from tools.errors import ToolError
from tools.evidence import check_references
from tools.experiments.execution import load_ledger
from tools.figures import load_figures
from tools.paper import (
    MIN_WORDS,
    SECTIONS,
    check_markup,
    figure_environment,
    included_images,
    missing_sections,
    section_body,
    section_text,
    thin_sections,
    write_section,
)
from tools.paper_build import build_paper, format_compilation
from tools.toolsets.base import Toolset
from tools.toolsets.evidence_checks import (
    format_findings,
    format_report,
    judge_paper,
    judge_remarks,
    judge_text,
    refuse,
    with_objections,
)
from tools.toolsets.tool import Submission, ToolAnswer

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

    names = ("write_section", "edit_section", "read_section", "compile_paper", "check_paper", "submit_paper")

    async def write_section(
        self,
        section: Annotated[SectionName, Field(description="which section")],
        latex: Annotated[
            str,
            Field(
                description="its LaTeX body, without \\section. Measured numbers only as \\result{}, "
                "\\change{}, \\compare{}{}, \\setting{}, \\env{}, \\noisefloor{}; tables as \\resulttable{metric}, "
                "\\settingstable, \\runstable; figures as \\includegraphics{figures/name.png}"
            ),
        ],
    ) -> str:
        """Write or rewrite one section of the paper. References, citations, LaTeX and what it states are checked against
        the evidence."""
        return await self._write(section, latex)

    async def edit_section(
        self,
        section: Annotated[SectionName, Field(description="which section")],
        old: Annotated[str, Field(min_length=1, description="text of the section as it is, which occurs once")],
        new: Annotated[str, Field(description="what it becomes")],
    ) -> str:
        """Replace a passage of a section. Use this instead of writing the whole section again for a small change."""
        latex = section_text(self._idea.workspace.paper, section)
        if (count := latex.count(old)) != 1:
            raise ToolError(
                f"{section} was not changed: the old text occurs {count} times in it; "
                + (_nearest_passage(old, latex) if count == 0 else "give more of its surroundings")
            )
        return await self._write(section, latex.replace(old, new))

    async def _write(self, section: str, latex: str) -> str:
        latex, note = section_body(section, latex)
        check_markup(section, latex)
        self._check_images(latex)
        problems = await asyncio.to_thread(check_references, latex, load_ledger(self._idea))
        if problems:
            raise ToolError(f"{section} was not written: " + "; ".join(str(problem) for problem in problems))
        await asyncio.to_thread(write_section, self._idea.workspace.paper, section, latex)
        missing = missing_sections(self._idea.workspace.paper)
        told = f"{section} written{f' ({note})' if note else ''}; " + (
            f"still missing: {', '.join(missing)}" if missing else "all sections are written"
        )
        errors = [each for each in await judge_text(self._idea, section, latex) if each.kind == "error"]
        return f"{told}\nThe gate would withhold the paper for:\n{format_findings(errors)}" if errors else told

    def _check_images(self, latex: str) -> None:
        """Refuse an image without its folder. Raises ToolError with the path to write."""
        for figure in load_figures(self._idea.workspace.paper):
            if figure.file in included_images(latex):
                raise ToolError(f"write \\includegraphics{{figures/{figure.file}}}; the images are in figures/")

    async def read_section(self, section: Annotated[SectionName, Field(description="which section")]) -> ToolAnswer:
        """Read the current text of a section."""
        text = section_text(self._idea.workspace.paper, section)
        return ToolAnswer(text, brief=f"[{len(text):,} characters, read; read_section shows the present text]")

    async def compile_paper(self) -> str:
        """Assemble and compile the paper. Returns its number of pages, or each problem with its section and line."""
        return format_compilation(await build_paper(self._idea))

    async def check_paper(self) -> ToolAnswer:
        """Compile the paper and show the whole verdict of the gate on it: every error and note, with its place and what to
        write instead."""
        compilation = await build_paper(self._idea)
        if not compilation.ok:
            raise ToolError(format_compilation(compilation))
        text = f"{format_compilation(compilation)}\n{format_report(await judge_paper(self._idea))}"
        return ToolAnswer(text, brief="[an earlier verdict; check_paper shows the present one]")

    async def submit_paper(
        self, summary: Annotated[str, Field(description="what the paper finds, in two sentences without numbers")]
    ) -> Submission:
        """Submit the paper. Every section must be written out, every submitted figure included, it must compile, and the gate
        must find no error."""
        paper = self._idea.workspace.paper
        if missing := missing_sections(paper):
            raise ToolError(f"the paper is incomplete: {', '.join(missing)} missing; write them with write_section")
        text = "\n".join(section_text(paper, section) for section in SECTIONS)
        unused = [each for each in load_figures(paper) if f"figures/{each.file}" not in included_images(text)]
        if unused:
            names = ", ".join(figure.file for figure in unused)
            raise ToolError(
                f"submitted figures that no section includes: {names}. Include each in a section and refer to it with "
                f"\\ref; for {unused[0].file}:\n{figure_environment(unused[0].file, unused[0].caption, unused[0].label)}"
            )
        revised = self._idea.workspace.files.review_rounds()  # what was reviewed may be a draft of a few words
        if not revised and (thin := thin_sections(paper)):
            lengths = ", ".join(f"{name} ({words} words, at least {MIN_WORDS[name]})" for name, words in thin.items())
            raise ToolError(f"sections too short for a reader to judge the study: {lengths}; write them out")
        compilation = await build_paper(self._idea)
        if not compilation.ok:
            raise ToolError("the paper does not compile:\n" + format_compilation(compilation))
        report = await judge_paper(self._idea)
        remark = refuse(self._context, "paper", [each for check in report.checks for each in check.findings])
        remarks = await judge_remarks(self._idea, "summary", summary, ("references", "numbers", "claims"))
        summary = with_objections(summary, remarks).rstrip()
        return Submission(
            f"paper submitted, {compilation.pages} pages: {summary}\n{self._context.next_step}{remark}",
            "paper",
            self._context.submission_status,
        )


def _nearest_passage(wanted: str, text: str) -> str:
    """Return what to do about a passage that a text does not have: the sentence that is most like its first one, if any."""
    sentences = re.split(r"(?<=[.!?])\s+|\n+", text)
    first = re.split(r"(?<=[.!?])\s+|\n+", wanted.strip())[0]
    close = difflib.get_close_matches(first, sentences, n=1, cutoff=0.5)
    return (
        f"the most similar passage is {close[0]!r}; copy it exactly"
        if close
        else "read_section shows it; copy it exactly"
    )
