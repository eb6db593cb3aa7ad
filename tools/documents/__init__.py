"""Read papers: text in reading order, structure, and text that is hidden from human readers."""

from tools.documents.document import (
    PAPER_SUFFIXES,
    Document,
    DocumentSection,
    as_data,
    text_as_data,
)
from tools.documents.hidden_text import HiddenText, HiddenTextKind
from tools.documents.pdf import RUNNING_TEXT_NOTE
from tools.documents.prompt_injection import REMOVED
from tools.documents.reader import (
    count_pages,
    load_document,
    read_document,
    read_page_image,
    read_page_texts,
    read_paper,
    read_visible_text,
    render_page,
    save_document,
)
from tools.documents.tex import flatten_source
from tools.documents.visible_text import VisiblePage, VisibleText

__all__ = [
    "PAPER_SUFFIXES",
    "REMOVED",
    "RUNNING_TEXT_NOTE",
    "Document",
    "DocumentSection",
    "HiddenText",
    "HiddenTextKind",
    "VisiblePage",
    "VisibleText",
    "as_data",
    "count_pages",
    "flatten_source",
    "load_document",
    "read_document",
    "read_page_image",
    "read_page_texts",
    "read_paper",
    "read_visible_text",
    "render_page",
    "save_document",
    "text_as_data",
]
