"""The paper: its sections, the assembled document, and drafts that users supply.

`tools.paper_build` builds a paper from the ledger and compiles it.
"""

from tools.paper.assembly import Provenance, assemble
from tools.paper.draft import draft_sections, find_draft, install_draft
from tools.paper.latex_commands import LatexUseProblem, command_problems, without_verbatim
from tools.paper.sections import (
    HEADINGS,
    SECTIONS,
    missing_sections,
    section_path,
    section_text,
    write_section,
    written_sections,
)
from tools.paper.syntax import cited_keys, line_at

__all__ = [
    "HEADINGS",
    "SECTIONS",
    "LatexUseProblem",
    "Provenance",
    "assemble",
    "cited_keys",
    "command_problems",
    "draft_sections",
    "find_draft",
    "install_draft",
    "line_at",
    "missing_sections",
    "section_path",
    "section_text",
    "without_verbatim",
    "write_section",
    "written_sections",
]
