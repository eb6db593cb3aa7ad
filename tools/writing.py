"""Writing the paper: section by section, compiled, and handed in only when it is whole and compiles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from tools.desk import Desk
from tools.draft import drafted
from tools.errors import ToolError
from tools.experiments import load_ledger
from tools.figures import load_figures
from tools.given_results import GIVEN
from tools.latex import Compilation, compile_paper
from tools.ledger import Ledger
from tools.paper import SECTIONS, Provenance, assemble, missing_sections, section_text, write_section
from tools.results_tex import check_references, write_results_tex
from tools.tool import Submission
from tools.toolset import Toolset

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
        problems = check_references(latex, load_ledger(self._desk))
        if problems:
            raise ToolError(f"{section} was not written: " + "; ".join(str(problem) for problem in problems[:5]))
        write_section(self._desk.workspace.paper, section, latex)
        missing = missing_sections(self._desk.workspace.paper)
        return f"{section} written; " + (
            f"still missing: {', '.join(missing)}" if missing else "all sections are there"
        )

    async def read_section(self, section: Annotated[SectionName, Field(description="which section")]) -> str:
        """Read a section of the paper as it is now."""
        return section_text(self._desk.workspace.paper, section)

    async def compile_paper(self) -> str:
        """Assemble and compile the paper. Answers its pages, or each problem with the section and line it is in."""
        return report_of(await build_paper(self._desk))

    async def submit_paper(
        self, summary: Annotated[str, Field(description="what the paper finds, in two sentences without numbers")]
    ) -> Submission:
        """Hand in the paper: every section is there, it compiles, every figure handed in is in it."""
        paper = self._desk.workspace.paper
        if missing := missing_sections(paper):
            raise ToolError(f"the paper is not whole: {', '.join(missing)} missing; write them with write_section")
        text = "\n".join(section_text(paper, section) for section in SECTIONS)
        unused = [figure.file for figure in load_figures(paper) if figure.file not in text]
        if unused:
            raise ToolError(f"figure {unused[0]} was handed in but is in no section; include it, with its caption")
        compilation = await build_paper(self._desk)
        if not compilation.ok:
            raise ToolError("the paper does not compile:\n" + report_of(compilation))
        return Submission(f"paper handed in, {compilation.pages} pages: {summary}", "paper", self._desk.submitted)


async def build_paper(desk: Desk) -> Compilation:
    """Generate results.tex from the ledger, assemble paper.tex and compile it. The gate's verdict was about the paper as
    it was before; those of earlier gates stay under `gates/`."""
    ledger, paper = load_ledger(desk), desk.workspace.paper
    (desk.workspace.root / "gate.json").unlink(missing_ok=True)
    paper.mkdir(parents=True, exist_ok=True)
    write_results_tex(ledger, ledger.baseline.environment if ledger.baseline else {}, paper / "results.tex")
    assemble(paper, provenance=_provenance(desk, ledger))
    return await compile_paper(paper, desk.sandbox)


def _provenance(desk: Desk, ledger: Ledger) -> Provenance:
    return Provenance(
        models=desk.authors,
        commit=desk.workspace.commit,
        template=desk.template.name,
        profile=desk.profile_name,
        seed=desk.seed,
        sandbox=desk.sandbox.name,
        date=datetime.now(UTC).date().isoformat(),
        runs=[run.name for run in ledger.completed],
        brought=[run.name for run in ledger.completed if run.environment.get("origin") == GIVEN],
        drafted=drafted(desk.workspace.paper),
        offline=desk.offline,
    )


def report_of(compilation: Compilation) -> str:
    """What became of a compilation, in words for whoever writes the paper."""
    problems = "\n".join(f"  {problem}" for problem in compilation.problems[:12])
    if compilation.ok:
        return f"compiled, {compilation.pages} pages" + (f"; to look at:\n{problems}" if problems else "")
    return f"the compilation failed:\n{problems or compilation.log_tail}"
