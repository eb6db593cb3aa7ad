"""Parse printed references of the form "Authors. Title. Venue, year." into records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.literature.bibtex_reader import BibliographyEntries
from tools.literature.record import PaperRecord

_SENTENCE_END = re.compile(r"(?<![\s.][A-Z])(?<!^[A-Z])(?<!\bJr)[.?!](?=\s+[^a-z\s])")
"""A full stop before a new sentence, except after an initial or an abbreviation."""
_TITLE_END = re.compile(r"(?<![\s.][A-Z])[.?!](?=\s)")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;]+[^\s,;.]")
_ARXIV = re.compile(r"arxiv[:\s.]*(?:preprint\s+)?(?:arxiv[:\s]*)?(\d{4}\.\d{4,5})", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def parse_references(references: Sequence[str]) -> BibliographyEntries:
    """Return the records of printed references, keyed by their number, and a note for each of another form."""
    records, keys, notes = [], [], []
    for number, text in enumerate(references, start=1):
        record = parse_reference(" ".join(text.split()), str(number))
        if record is None:
            notes.append(f"reference {number} does not have the form 'Authors. Title. Venue, year.': {text[:80]}")
        else:
            records.append(record)
            keys.append(str(number))
    return BibliographyEntries(records, keys, notes)


def parse_reference(text: str, key: str) -> PaperRecord | None:
    """Return one printed reference as a record, or None if its authors and title cannot be told apart."""
    text = re.sub(r"^\s*(?:\[\d+\]|\d+\.)\s*", "", text)
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if not ends:
        return None
    authors, rest = text[: ends[0] - 1], text[ends[0] :].strip()
    rest = re.sub(r"^\(?(?:19|20)\d\d[a-z]?\)?\.\s*", "", rest)
    title = _title(rest)
    if len(title) < 4 or not re.search(r"[A-Za-z]", authors):
        return None
    doi, arxiv, years = _DOI.search(text), _ARXIV.search(text), _YEAR.findall(text)
    return PaperRecord(
        source="printed",
        source_id=key,
        title=title,
        authors=_authors(authors),
        year=int(years[-1]) if years and not doi else (int(years[0]) if years else None),
        doi=doi[0].lower() if doi else "",
        arxiv_id=arxiv[1] if arxiv else "",
    )


def _title(rest: str) -> str:
    """Return the text up to the end of the sentence, or up to a year or volume after a comma."""
    end = _TITLE_END.search(rest)
    title = rest[: end.start()] if end else rest.rstrip(".")
    return re.split(r",\s+(?:(?:19|20)\d\d\b|vol(?:ume|\.)?\s)", title)[0].strip(" \"“”'")


def _authors(text: str) -> tuple[str, ...]:
    names = re.split(r",\s*(?:and\s+|&\s*)?|\s+and\s+|\s*&\s*|\s+(?=et al\b)", text)
    authors = [
        name.strip() for name in names if name.strip() and not re.fullmatch(r"(?:19|20)\d\d[a-z]?", name.strip())
    ]
    return tuple("others" if re.fullmatch(r"et al\.?|others", name) else name for name in authors)
