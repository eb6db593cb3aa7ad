"""The literature: papers from several sources in one shape, and the bibliography that a paper cites from."""

from tools.literature.bib import Entries, bib_entries_of
from tools.literature.bibliography import Bibliography
from tools.literature.citation_check import CiteCheck, check_bibliography, references_of
from tools.literature.literature import SOURCES, Answer, Literature, SourceFactory, build
from tools.literature.record import Record, Source, SourceDown, format_records

__all__ = [
    "SOURCES",
    "Answer",
    "Bibliography",
    "CiteCheck",
    "Entries",
    "Literature",
    "Record",
    "Source",
    "SourceDown",
    "SourceFactory",
    "bib_entries_of",
    "build",
    "check_bibliography",
    "format_records",
    "references_of",
]
