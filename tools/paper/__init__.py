"""The paper: its sections, the assembled document, and drafts that users supply.

`tools.paper_build` builds a paper from the ledger and compiles it.
"""

from tools.paper.assembly import Provenance, assemble
from tools.paper.draft import draft_sections, find_draft, install_draft
from tools.paper.latex_commands import LatexUseProblem, command_problems, without_verbatim
from tools.paper.markup import (
    check_caption,
    check_markup,
    escape_underscores,
    figure_environment,
    included_images,
    section_body,
)
from tools.paper.sections import (
    HEADINGS,
    MIN_WORDS,
    SECTIONS,
    missing_sections,
    section_path,
    section_text,
    thin_sections,
    write_section,
    written_sections,
)
from tools.paper.syntax import cited_keys, line_at

__all__ = [
    "HEADINGS",
    "MIN_WORDS",
    "SECTIONS",
    "LatexUseProblem",
    "Provenance",
    "assemble",
    "check_caption",
    "check_markup",
    "cited_keys",
    "command_problems",
    "draft_sections",
    "escape_underscores",
    "figure_environment",
    "find_draft",
    "included_images",
    "install_draft",
    "line_at",
    "missing_sections",
    "section_body",
    "section_path",
    "section_text",
    "thin_sections",
    "without_verbatim",
    "write_section",
    "written_sections",
]
