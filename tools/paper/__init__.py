"""The paper: its sections as the writer hands them in, and the document that is assembled from them."""

from tools.paper.assembly import Provenance, assemble
from tools.paper.sections import HEADINGS, SECTIONS, missing_sections, section_text, write_section

__all__ = [
    "HEADINGS",
    "SECTIONS",
    "Provenance",
    "assemble",
    "missing_sections",
    "section_text",
    "write_section",
]
