"""Literature search, the paper's bibliography, and the check of citations."""

from tools.literature.bibliography import Bibliography
from tools.literature.bibtex_reader import SOURCE_FIELD, BibliographyEntries, read_bibliography
from tools.literature.citation_check import CitationCheck, check_bibliography, read_references
from tools.literature.literature import SOURCES, Literature, SearchResult, SourceFactory, build_literature
from tools.literature.local import LocalLibrary, index_words
from tools.literature.record import LiteratureSource, PaperRecord, SourceDown, format_records
from tools.literature.source_records import SourceRecords, collect_source_records

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
    "SourceRecords",
    "build_literature",
    "check_bibliography",
    "collect_source_records",
    "format_records",
    "index_words",
    "read_bibliography",
    "read_references",
]
