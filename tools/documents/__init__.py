"""Read papers: text in reading order, structure, and text that is hidden from human readers."""

from tools.documents.document import (
    PAPER_SUFFIXES,
    Document,
    DocumentSection,
    as_data,
    read_document,
    text_as_data,
)
from tools.documents.hidden_text import HiddenText, HiddenTextKind
from tools.documents.pdf import RUNNING_TEXT_NOTE, render_pages
from tools.documents.prompt_injection import REMOVED
from tools.documents.reader import load_document, read_paper, save_document
from tools.documents.tex import flatten_source

__all__ = [
    "PAPER_SUFFIXES",
    "REMOVED",
    "RUNNING_TEXT_NOTE",
    "Document",
    "DocumentSection",
    "HiddenText",
    "HiddenTextKind",
    "as_data",
    "flatten_source",
    "load_document",
    "read_document",
    "read_paper",
    "render_pages",
    "save_document",
    "text_as_data",
]
