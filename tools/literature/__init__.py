"""Literature search, the paper's bibliography, and the check of citations."""

from tools.literature.bibliography import Bibliography
from tools.literature.bibtex_reader import SOURCE_FIELD, BibliographyEntries, read_bibliography
from tools.literature.citation_check import CitationCheck, check_bibliography, read_references
from tools.literature.literature import SOURCES, Literature, SearchResult, SourceFactory, build_literature
from tools.literature.local import LocalLibrary
from tools.literature.record import LiteratureSource, PaperRecord, SourceDown, format_records

__all__ = [
    "SOURCES",
    "SOURCE_FIELD",
    "Bibliography",
    "BibliographyEntries",
    "CitationCheck",
    "Literature",
    "LiteratureSource",
    "LocalLibrary",
    "PaperRecord",
    "SearchResult",
    "SourceDown",
    "SourceFactory",
    "build_literature",
    "check_bibliography",
    "format_records",
    "read_bibliography",
    "read_references",
]
