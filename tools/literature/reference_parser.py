"""References as they are printed in a paper: «Authors. Title. Where, year.», read back into records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.literature.bib import Entries
from tools.literature.record import Record

_SENTENCE_END = re.compile(r"(?<![\s.][A-Z])(?<!^[A-Z])(?<!\bJr)[.?!](?=\s+[^a-z\s])")
"""A full stop, but not the one of an initial or an abbreviation, with a new beginning after it."""
_TITLE_END = re.compile(r"(?<![\s.][A-Z])[.?!](?=\s)")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;]+[^\s,;.]")
_ARXIV = re.compile(r"arxiv[:\s.]*(?:preprint\s+)?(?:arxiv[:\s]*)?(\d{4}\.\d{4,5})", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def entries_of(references: Sequence[str]) -> Entries:
    """Records of printed references, keyed by their number; a note for each that is not of the usual form."""
    records, keys, notes = [], [], []
    for number, text in enumerate(references, start=1):
        record = record_of(" ".join(text.split()), str(number))
        if record is None:
            notes.append(f"reference {number} is not of the form «Authors. Title. Where, year.»: {text[:80]}")
        else:
            records.append(record)
            keys.append(str(number))
    return Entries(records, keys, notes)


def record_of(text: str, key: str) -> Record | None:
    """One printed reference as a record, as far as its form tells; None where author and title are not told apart."""
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
    return Record(
        source="printed",
        source_id=key,
        title=title,
        authors=_authors(authors),
        year=int(years[-1]) if years and not doi else (int(years[0]) if years else None),
        doi=doi[0].lower() if doi else "",
        arxiv_id=arxiv[1] if arxiv else "",
    )


def _title(rest: str) -> str:
    """Up to the end of the sentence, or to a year or volume that follows a comma."""
    end = _TITLE_END.search(rest)
    title = rest[: end.start()] if end else rest.rstrip(".")
    return re.split(r",\s+(?:(?:19|20)\d\d\b|vol(?:ume|\.)?\s)", title)[0].strip(" \"“”'")


def _authors(text: str) -> tuple[str, ...]:
    names = re.split(r",\s*(?:and\s+|&\s*)?|\s+and\s+|\s*&\s*|\s+(?=et al\b)", text)
    told = [name.strip() for name in names if name.strip() and not re.fullmatch(r"(?:19|20)\d\d[a-z]?", name.strip())]
    return tuple("others" if re.fullmatch(r"et al\.?|others", name) else name for name in told)
