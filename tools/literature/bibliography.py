"""A paper's references.bib: an entry enters it only as a record that a source returned."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from pathlib import Path

from tools.atomic import write_text
from tools.errors import ToolError, nearest
from tools.literature.bib import bib_entries_of
from tools.literature.bibtex import bibtex, cite_key
from tools.literature.record import Record


class Bibliography:
    """The .bib file at `path`, made with the first entry. Entries that are in it already stay as they are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._records: dict[str, Record] = {}
        self.notes: list[str] = []
        """One for each entry of the file that is broken, with its line."""
        if path.exists():
            entries = bib_entries_of(path)
            self._records = dict(zip(entries.keys, entries.records, strict=True))
            self.notes = entries.notes

    def keys(self) -> list[str]:
        """The cite keys, in the order of the file."""
        return list(self._records)

    def record_for(self, key: str) -> Record:
        """The record behind a key, as far as the file has it: no abstract, no citation count.

        Raises:
            ToolError: there is no such key.
        """
        if key not in self._records:
            raise ToolError(f"no entry {key!r} in {self.path.name}: {nearest(key, self._records)}")
        return self._records[key]

    def add(self, record: Record) -> str:
        """The cite key of the record, whose entry is written when the paper is new. The same paper from another
        source has the same key."""
        for key, known in self._records.items():
            if known.identities & record.identities:
                return key
        text = self.path.read_text(encoding="utf-8-sig") if self.path.exists() else ""
        key = _free(cite_key(record), text)
        write_text(self.path, text + ("\n" if text else "") + bibtex(key, record))
        self._records[key] = replace(record, abstract="", citations=None)
        return key


def _free(key: str, text: str) -> str:
    """The key, or with a letter or number behind it where the .bib text has it already. BibTeX ignores case in keys."""
    taken: set[str] = {found.casefold() for found in re.findall(r"@\s*\w+\s*\{\s*([^,\s}]+)", text)}
    suffixes: list[str] = ["", *string.ascii_lowercase[1:], *(f"n{number}" for number in range(len(taken)))]
    return next(key + suffix for suffix in suffixes if key + suffix not in taken)
