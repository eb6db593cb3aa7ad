"""Reads BibTeX: a .bib file, a Zotero export, or the bibliography inside a template's LaTeX file."""

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
from bibtexparser.model import Block, DuplicateBlockKeyBlock, Entry, Field

from tools.errors import UserError
from tools.literature.record import Record, arxiv_id_in, delatex, doi_in, plain

SOURCE_FIELD = "colloquium-source"
"""The entry field that remembers which record an entry was made of; BibTeX styles do not read it."""

VENUE_FIELDS = ("journal", "journaltitle", "booktitle", "publisher", "institution", "howpublished")

_FILECONTENTS = re.compile(
    r"\\begin\{filecontents\*?\}(?:\[[^\]]*\])?\{[^}]*\.bib\}(.*?)\\end\{filecontents\*?\}", re.DOTALL
)


class Entries(NamedTuple):
    """What a file holds. A record has source `local` and its cite key as id, or the source that its
    `colloquium-source` field names."""

    records: list[Record]
    keys: list[str]
    """The cite key of each record."""
    notes: list[str]
    """One for each entry that is broken, with file and line."""


def bib_entries_of(path: Path) -> Entries:
    """The entries of a .bib file, or of the `filecontents` blocks of a .tex file, in the file's order.

    Raises:
        UserError: there is no such file, or it is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such bibliography file") from None
    except (UnicodeDecodeError, OSError) as error:
        raise UserError(f"{path}: cannot be read as a UTF-8 bibliography: {error}") from error
    if path.suffix == ".tex":
        # Blank lines in front keep the line numbers of the notes true.
        blocks = [("\n" * text.count("\n", 0, found.start(1))) + found[1] for found in _FILECONTENTS.finditer(text)]
    else:
        blocks = [text]
    logging.getLogger("bibtexparser.splitter").disabled = True  # What it would log stands in the notes.
    records: list[Record] = []
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
                notes.append(f"{path}:{_line(entry)}: entry {entry.key!r} has no title and is left out")
        notes += [f"{path}:{_line(failed)}: {_reason(failed)}" for failed in library.failed_blocks]
    return Entries(records, keys, notes)


def _line(block: Block) -> int:
    return (block.start_line or 0) + 1


def _reason(block: Block) -> str:
    if isinstance(block, DuplicateBlockKeyBlock):
        return f"the key {block.key!r} was used before; this entry is left out"
    first = (block.raw or "").strip().splitlines()[:1]
    error = getattr(block, "error", None)
    reason = getattr(error, "abort_reason", "") or str(error or "") or "cannot be parsed"
    return f"broken entry left out: {reason} (at «{''.join(first)}»)"


def _record(entry: Entry) -> Record:
    fields = {key.lower(): field for key, field in entry.fields_dict.items()}
    authors = fields.get("author") or fields.get("editor")
    year = re.search(r"\d{4}", f"{_text(fields, 'year')} {_text(fields, 'date')}")
    address = _raw(fields, "url")
    eprint = _raw(fields, "eprint")
    record = Record(
        source="local",
        source_id=entry.key,
        title=_text(fields, "title"),
        authors=tuple(name for author in (authors.value if authors else []) if (name := _name(author))),
        year=int(year[0]) if year else None,
        venue=next((venue for key in VENUE_FIELDS if (venue := _text(fields, key))), ""),
        abstract=" ".join(text for key in ("abstract", "keywords") if (text := _text(fields, key))),
        doi=doi_in(_raw(fields, "doi") or address),
        arxiv_id=_arxiv_id(eprint, address, _text(fields, "journal")),
        url=address,
        retracted="retracted"
        in f"{_text(fields, 'title')} {_text(fields, 'keywords')} {_text(fields, 'note')}".casefold(),
    )
    source, _, source_id = _raw(fields, SOURCE_FIELD).partition(":")
    return replace(record, source=source, source_id=source_id) if source_id else record


def _arxiv_id(eprint: str, address: str, journal: str) -> str:
    if eprint and (found := arxiv_id_in(eprint)) == re.sub(r"v\d+$", "", eprint):
        return found
    return (
        arxiv_id_in(address) if "arxiv.org" in address else arxiv_id_in(journal) if "arxiv" in journal.lower() else ""
    )


def _raw(fields: dict[str, Field], key: str) -> str:
    """A field that is an address or an identifier: taken as it stands."""
    return str(fields[key].value).strip().replace("\\_", "_").replace("\\%", "%") if key in fields else ""


def _text(fields: dict[str, Field], key: str) -> str:
    return plain(delatex(str(fields[key].value))) if key in fields else ""


def _name(author: str) -> str:
    """A BibTeX name, given name first."""
    # A name that BibTeX could not take apart (too many commas, say) is better shown as it stands than lost.
    with contextlib.suppress(InvalidNameError):
        author = parse_single_name_into_parts(author).merge_first_name_first
    return plain(delatex(author))
