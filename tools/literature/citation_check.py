"""Checks the references of a paper against the literature: do they exist, are they told right, were they retracted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from tools.errors import UserError
from tools.literature.bib import Entries, bib_entries_of
from tools.literature.literature import Literature
from tools.literature.record import Record, ascii_fold, family_name, title_key
from tools.literature.reference_parser import entries_of

Verdict = Literal["exists", "wrong", "retracted", "not found", "unknown"]

SAME_TITLE = 0.9
"""Similarity (Ratcliff and Obershelp, 0 to 1, punctuation and case off) from which two titles are the same work's."""
YEARS_APART = 1
"""A preprint and its publication are told with years so far apart, rightly."""
_ACRONYMS = {
    "neurips": "neuralinformationprocessing",
    "nips": "neuralinformationprocessing",
    "icml": "internationalconferenceonmachinelearning",
    "iclr": "learningrepresentations",
    "jmlr": "journalofmachinelearningresearch",
    "tmlr": "transactionsonmachinelearningresearch",
    "aaai": "conferenceonartificialintelligence",
    "cvpr": "computervisionandpatternrecognition",
    "emnlp": "empiricalmethodsinnatural",
    "wacv": "wacv",
}


@dataclass(frozen=True)
class CiteCheck:
    """What the literature says of one reference."""

    key: str
    verdict: Verdict
    detail: str
    """For a person: what differs, or why nothing can be said."""
    found: Record | None = None
    """The nearest record, where the work was found."""


def references_of(path: Path) -> Entries:
    """The references of a paper: a .bib file, a .tex file with its `filecontents` or the .bib files that it names, or a
    PDF as it is printed.

    Raises:
        UserError: no such file, another kind of file, or no bibliography in it.
    """
    if path.suffix == ".pdf":
        from tools.documents import read_document

        return entries_of(read_document(path).references)
    if path.suffix not in (".bib", ".tex"):
        kind = path.suffix or "such"
        raise UserError(f"{path}: references are read from .bib, .tex and .pdf files, not from {kind} files")
    entries = bib_entries_of(path)
    if path.suffix == ".bib" or entries.records or entries.notes:
        return entries
    named = re.findall(r"\\(?:bibliography|addbibresource)\{([^}]+)\}", path.read_text(encoding="utf-8-sig"))
    files = [path.parent / name.strip() for names in named for name in names.split(",")]
    if not files:
        raise UserError(f"{path}: it has no bibliography (filecontents, \\bibliography or \\addbibresource)")
    parts = [bib_entries_of(file if file.suffix == ".bib" else file.with_name(f"{file.name}.bib")) for file in files]
    return Entries(*([item for part in parts for item in part[field]] for field in range(3)))  # type: ignore[arg-type]


async def check_bibliography(entries: Entries, literature: Literature) -> list[CiteCheck]:
    """One check for each reference, in their order. A reference is `not found` only where every source answered."""
    return await asyncio.gather(
        *(_check(key, record, literature) for key, record in zip(entries.keys, entries.records, strict=True))
    )


async def _check(key: str, cited: Record, literature: Literature) -> CiteCheck:
    notes: list[str] = []
    owners: list[Record] = []
    if cited.doi:
        answer = await literature.with_doi(cited.doi)
        owners, notes = answer.records, answer.notes
    answer = await literature.search(cited.title, limit=5)
    notes = notes + answer.notes
    found = [record for record in (*owners, *answer.records) if _same_work(cited, record)]
    if stranger := next((owner for owner in owners if not _same_title(cited, owner)), None):
        return CiteCheck(key, "wrong", f"its DOI {cited.doi} belongs to «{stranger.title}»", stranger)
    if not found:
        if notes or not literature.sources:
            return CiteCheck(key, "unknown", "; ".join(notes) or "no source to ask")
        names = ", ".join(source.name for source in literature.sources)
        return CiteCheck(key, "not found", f"no work of this title in {names}")
    if retracted := next((record for record in found if record.retracted), None):
        return CiteCheck(key, "retracted", f"retracted according to {retracted.source}", retracted)
    faults = _faults(cited, _nearest_authors(cited, found))
    return CiteCheck(key, "wrong" if faults else "exists", "; ".join(faults), _nearest_authors(cited, found)[0])


def _same_title(one: Record, other: Record) -> bool:
    first, second = title_key(one.title), title_key(other.title)
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= SAME_TITLE


def _same_work(cited: Record, record: Record) -> bool:
    if not _same_title(cited, record):
        return False
    # A common title («Deep Learning») is not enough where an author tells two works apart, a wrong one is a fault.
    return bool(_families(cited.authors) & _families(record.authors)) or len(title_key(cited.title)) > 25


def _nearest_authors(cited: Record, found: Sequence[Record]) -> list[Record]:
    """Of works with one title, those that share the most authors with the reference."""
    mine = _families(cited.authors)
    most = max(len(mine & _families(record.authors)) for record in found)
    return [record for record in found if len(mine & _families(record.authors)) == most]


def _faults(cited: Record, found: Sequence[Record]) -> list[str]:
    faults = []
    names = [name for name in cited.authors if name != "others"]
    known = max((record.authors for record in found), key=len)
    if names and known and "others" not in known:
        strangers = [name for name in names if not _families([name]) & _families(known)]
        if strangers:
            faults.append(f"author {', '.join(strangers[:3])}: the sources have {_several(known)}")
        elif not _families(names[:1]) & _families(known[:1]):
            faults.append(f"first author {names[0]}: the sources have {known[0]}")
    years = sorted({record.year for record in found if record.year})
    if cited.year and years and min(abs(cited.year - year) for year in years) > YEARS_APART:
        faults.append(f"year {cited.year}: the sources have {', '.join(map(str, years))}")
    venues = [record.venue for record in found if record.venue]
    if _published(cited.venue) and venues and not any(_same_venue(cited.venue, venue) for venue in venues):
        faults.append(f"venue {cited.venue}: the sources have {venues[0]}")
    return faults


def _families(authors: Sequence[str]) -> set[str]:
    return {(ascii_fold(family_name(author)) or family_name(author)).casefold() for author in authors}


def _several(authors: Sequence[str]) -> str:
    return ", ".join(authors[:4]) + (" et al." if len(authors) > 4 else "")


def _published(venue: str) -> bool:
    return bool(venue) and "arxiv" not in venue.casefold()


def _same_venue(one: str, other: str) -> bool:
    """Whether two names may be the same venue's: one inside the other, the same acronym, or mostly the same words."""
    first, second = _venue(one), _venue(other)
    if not _published(other) or first in second or second in first:
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= 0.6


def _venue(name: str) -> str:
    spelt = " ".join(_ACRONYMS.get(word, word) for word in re.findall(r"[a-z]+", ascii_fold(name).casefold()))
    whole = spelt.replace(" ", "")
    return next((full for full in _ACRONYMS.values() if full in whole), whole)
