"""A paper's references.bib. New entries are made only from records that a source returned."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from pathlib import Path

from tools.atomic import write_text
from tools.errors import ToolError, nearest
from tools.literature.bibtex_reader import read_bibliography
from tools.literature.bibtex_writer import bibtex_entry, cite_key
from tools.literature.record import PaperRecord


class Bibliography:
    """The .bib file at `path`, created with the first entry. Existing entries are never changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._records: dict[str, PaperRecord] = {}
        self.notes: list[str] = []
        """One note per broken entry of the file, with its line."""
        if path.exists():
            entries = read_bibliography(path)
            self._records = dict(zip(entries.keys, entries.records, strict=True))
            self.notes = entries.notes

    def keys(self) -> list[str]:
        """Return the cite keys in the order of the file."""
        return list(self._records)

    def record_for(self, key: str) -> PaperRecord:
        """Return the record of a key, without abstract and citation count, which the file does not contain.

        Raises:
            ToolError: the file has no such key.
        """
        if key not in self._records:
            raise ToolError(f"no entry {key!r} in {self.path.name}: {nearest(key, self._records)}")
        return self._records[key]

    def add(self, record: PaperRecord) -> str:
        """Return the record's cite key, and write an entry if the paper is new. The same paper from another source has the
        same key."""
        for key, known in self._records.items():
            if known.identities & record.identities:
                return key
        text = self.path.read_text(encoding="utf-8-sig") if self.path.exists() else ""
        key = _unique_key(cite_key(record), text)
        write_text(self.path, text + ("\n" if text else "") + bibtex_entry(key, record))
        self._records[key] = replace(record, abstract="", citations=None)
        return key


def _unique_key(key: str, text: str) -> str:
    """Return the key with a suffix if the .bib text already uses it. BibTeX ignores case in keys."""
    taken: set[str] = {found.casefold() for found in re.findall(r"@\s*\w+\s*\{\s*([^,\s}]+)", text)}
    suffixes: list[str] = ["", *string.ascii_lowercase[1:], *(f"n{number}" for number in range(len(taken)))]
    return next(key + suffix for suffix in suffixes if key + suffix not in taken)
