"""Read BibTeX: a .bib file, a Zotero export, or the bibliography inside a LaTeX file."""

from __future__ import annotations

import contextlib
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors
from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts
from bibtexparser.model import Block as BibtexBlock
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, Field

from tools.literature.record import PaperRecord, find_arxiv_id, find_doi, latex_to_text, plain_text
from tools.user_files import read_user_text

SOURCE_FIELD = "colloquium-source"
"""Entry field with the id of the record that an entry was made from. BibTeX styles ignore it."""

VENUE_FIELDS = ("journal", "journaltitle", "booktitle", "publisher", "institution", "howpublished")

_FILECONTENTS = re.compile(
    r"\\begin\{filecontents\*?\}(?:\[[^\]]*\])?\{[^}]*\.bib\}(.*?)\\end\{filecontents\*?\}", re.DOTALL
)


class BibliographyEntries(NamedTuple):
    """The entries of a file. A record has the source `local` and its cite key as id, or the source that its
    `colloquium-source` field names."""

    records: list[PaperRecord]
    keys: list[str]
    """The cite key of each record."""
    notes: list[str]
    """One note per broken entry, with file and line."""


def read_bibliography(path: Path) -> BibliographyEntries:
    """Return the entries of a .bib file, or of the `filecontents` blocks of a .tex file, in their order.

    Raises:
        UserError: the file does not exist, or is not UTF-8.
    """
    text = read_user_text(path)
    if path.suffix == ".tex":
        # Leading blank lines keep the line numbers of the notes correct.
        blocks = [("\n" * text.count("\n", 0, found.start(1))) + found[1] for found in _FILECONTENTS.finditer(text)]
    else:
        blocks = [text]
    logging.getLogger("bibtexparser.splitter").disabled = True  # The notes contain the same.
    records: list[PaperRecord] = []
    keys: list[str] = []
    notes: list[str] = []
    for block in blocks:
        library = parse_string(block, append_middleware=[SeparateCoAuthors()])
        for entry in library.entries:
            record = _record(entry)
            if record.title:
                records.append(record)
                keys.append(entry.key)
            else:
                notes.append(f"{path}:{_line(entry)}: entry {entry.key!r} has no title; skipped")
        notes += [f"{path}:{_line(failed)}: {_reason(failed)}" for failed in library.failed_blocks]
    return BibliographyEntries(records, keys, notes)


def _line(block: BibtexBlock) -> int:
    return (block.start_line or 0) + 1


def _reason(block: BibtexBlock) -> str:
    if isinstance(block, DuplicateBlockKeyBlock):
        return f"the key {block.key!r} is used before; entry skipped"
    first = (block.raw or "").strip().splitlines()[:1]
    error = getattr(block, "error", None)
    reason = getattr(error, "abort_reason", "") or str(error or "") or "cannot be parsed"
    return f"broken entry skipped: {reason} (at '{''.join(first)}')"


def _record(entry: Entry) -> PaperRecord:
    fields = {key.lower(): field for key, field in entry.fields_dict.items()}
    authors = fields.get("author") or fields.get("editor")
    year = re.search(r"\d{4}", f"{_text(fields, 'year')} {_text(fields, 'date')}")
    address = _raw(fields, "url")
    eprint = _raw(fields, "eprint")
    record = PaperRecord(
        source="local",
        source_id=entry.key,
        title=_text(fields, "title"),
        authors=tuple(name for author in (authors.value if authors else []) if (name := _name(author))),
        year=int(year[0]) if year else None,
        venue=next((venue for key in VENUE_FIELDS if (venue := _text(fields, key))), ""),
        abstract=" ".join(text for key in ("abstract", "keywords") if (text := _text(fields, key))),
        doi=find_doi(_raw(fields, "doi") or address),
        arxiv_id=_arxiv_id(eprint, address, _text(fields, "journal")),
        url=address,
        retracted="retracted"
        in f"{_text(fields, 'title')} {_text(fields, 'keywords')} {_text(fields, 'note')}".casefold(),
    )
    source, _, source_id = _raw(fields, SOURCE_FIELD).partition(":")
    return replace(record, source=source, source_id=source_id) if source_id else record


def _arxiv_id(eprint: str, address: str, journal: str) -> str:
    if eprint and (found := find_arxiv_id(eprint)) == re.sub(r"v\d+$", "", eprint):
        return found
    return (
        find_arxiv_id(address)
        if "arxiv.org" in address
        else find_arxiv_id(journal)
        if "arxiv" in journal.lower()
        else ""
    )


def _raw(fields: dict[str, Field], key: str) -> str:
    """Return a field with an address or identifier unchanged."""
    return str(fields[key].value).strip().replace("\\_", "_").replace("\\%", "%") if key in fields else ""


def _text(fields: dict[str, Field], key: str) -> str:
    return plain_text(latex_to_text(str(fields[key].value))) if key in fields else ""


def _name(author: str) -> str:
    """Return a BibTeX name with the given name first."""
    # A name that BibTeX cannot split, for example because of too many commas, is kept unchanged.
    with contextlib.suppress(InvalidNameError):
        author = parse_single_name_into_parts(author).merge_first_name_first
    return plain_text(latex_to_text(author))
