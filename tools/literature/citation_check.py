"""Check a paper's references against the literature: existence, correct details, retraction."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from tools.errors import UserError
from tools.literature.bibtex_reader import BibliographyEntries, read_bibliography
from tools.literature.http_source import HttpSource
from tools.literature.literature import Literature, SearchResult
from tools.literature.record import PaperRecord, arxiv_year, ascii_fold, family_name, title_key
from tools.literature.reference_parser import parse_references
from tools.user_files import read_user_text

CitationVerdict = Literal["exists", "wrong", "retracted", "not found", "unknown"]

SAME_TITLE = 0.9
"""Similarity (Ratcliff and Obershelp, 0 to 1, without punctuation and case) from which two titles denote one work."""
MAX_YEAR_DIFFERENCE = 1
"""The years of a preprint and its publication may differ by this much."""
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
class CitationCheck:
    """The result of checking one reference."""

    key: str
    verdict: CitationVerdict
    detail: str
    """For people: what differs, or why there is no result."""
    found: PaperRecord | None = None
    """The closest record, if the work was found."""
    unanswered: Mapping[str, str] = field(default_factory=dict)
    """Each source that was asked and gave no answer -> why."""


def read_references(path: Path) -> BibliographyEntries:
    """Return the references of a .bib file, of a .tex file (its `filecontents` or the .bib files it names) or of a PDF.

    Raises:
        UserError: the file does not exist, has another type, or contains no bibliography.
    """
    if path.suffix == ".pdf":
        from tools.documents import read_document

        return parse_references(read_document(path).references)
    if path.suffix not in (".bib", ".tex"):
        kind = path.suffix or "such"
        raise UserError(f"{path}: references cannot be read from {kind} files; give a .bib, .tex or .pdf file")
    entries = read_bibliography(path)
    if path.suffix == ".bib" or entries.records or entries.notes:
        return entries
    named = re.findall(r"\\(?:bibliography|addbibresource)\{([^}]+)\}", read_user_text(path))
    files = [path.parent / name.strip() for names in named for name in names.split(",")]
    if not files:
        raise UserError(f"{path}: no bibliography found; it needs filecontents, \\bibliography or \\addbibresource")
    parts = [read_bibliography(file if file.suffix == ".bib" else file.with_name(f"{file.name}.bib")) for file in files]
    return BibliographyEntries(*([item for part in parts for item in part[field]] for field in range(3)))  # type: ignore[arg-type]


async def check_bibliography(
    entries: BibliographyEntries,
    literature: Literature,
    *,
    seconds: float | None = None,
    on_checked: Callable[[], None] = lambda: None,
) -> list[CitationCheck]:
    """Return one check per reference, in their order. A reference is `not found` only if every source responded.

    Args:
        seconds: time after which the references that are left are `unknown`.
        on_checked: called after each reference.
    """

    async def check(key: str, record: PaperRecord) -> CitationCheck:
        found = await _check(key, record, literature)
        on_checked()
        return found

    cited = list(zip(entries.keys, entries.records, strict=True))
    tasks = [asyncio.create_task(check(key, record)) for key, record in cited]
    if tasks:
        _, left = await asyncio.wait(tasks, timeout=seconds)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    late = f"not checked within {(seconds or 0) / 60:g} minutes"
    return [
        CitationCheck(key, "unknown", late) if task.cancelled() else task.result()
        for (key, _), task in zip(cited, tasks, strict=True)
    ]


async def _check(key: str, cited: PaperRecord, literature: Literature) -> CitationCheck:
    """Ask for the DOI, then the sources that answer fast, then the slow ones, until the reference is confirmed."""
    owners: list[PaperRecord] = []
    answers: list[SearchResult] = []
    if cited.doi:
        answers.append(await literature.with_doi(cited.doi))
        owners = answers[0].records
        if other_work := next((owner for owner in owners if not same_title(cited, owner)), None):
            return CitationCheck(key, "wrong", f'its DOI {cited.doi} belongs to "{other_work.title}"', other_work)
    slow = {source.name for source in literature.sources if isinstance(source, HttpSource) and source.is_slow}
    for among in ({source.name for source in literature.sources} - slow, slow):
        if not _confirmed(cited, _found(cited, answers)):
            answers.append(await literature.search(cited.title, limit=5, among=among))
    found = _found(cited, answers)
    unanswered = {name: reason for answer in answers for name, reason in answer.unanswered.items()}
    if not found:
        if unanswered:
            return CitationCheck(key, "unknown", f"no answer from {', '.join(unanswered)}", unanswered=unanswered)
        if notes := [note for answer in answers for note in answer.notes]:
            return CitationCheck(key, "unknown", "; ".join(dict.fromkeys(notes)))
        names = ", ".join(source.name for source in literature.sources)
        return CitationCheck(key, "not found", f"no work of this title in {names}")
    if retracted := next((record for record in found if record.retracted), None):
        return CitationCheck(key, "retracted", f"retracted according to {retracted.source}", retracted, unanswered)
    nearest = _nearest_authors(cited, found)
    differing = differences(cited, nearest)
    return CitationCheck(key, "wrong" if differing else "exists", "; ".join(differing), nearest[0], unanswered)


def _found(cited: PaperRecord, answers: Sequence[SearchResult]) -> list[PaperRecord]:
    return [record for answer in answers for record in answer.records if _same_work(cited, record)]


def _confirmed(cited: PaperRecord, found: Sequence[PaperRecord]) -> bool:
    return bool(found) and not differences(cited, _nearest_authors(cited, found))


def same_title(one: PaperRecord, other: PaperRecord) -> bool:
    """Return True if two titles denote one work."""
    first, second = title_key(one.title), title_key(other.title)
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= SAME_TITLE


def _same_work(cited: PaperRecord, record: PaperRecord) -> bool:
    if not same_title(cited, record):
        return False
    # A short title ("Deep Learning") may belong to several works, which only their authors distinguish.
    return bool(_families(cited.authors) & _families(record.authors)) or len(title_key(cited.title)) > 25


def _nearest_authors(cited: PaperRecord, found: Sequence[PaperRecord]) -> list[PaperRecord]:
    """Return the works that share the most authors with the reference."""
    mine = _families(cited.authors)
    most = max(len(mine & _families(record.authors)) for record in found)
    return [record for record in found if len(mine & _families(record.authors)) == most]


def differences(cited: PaperRecord, found: Sequence[PaperRecord]) -> list[str]:
    """Return what differs between a reference and the records of its work, a difference a line for people."""
    wrong = []
    names = [name for name in cited.authors if name != "others"]
    known = max((record.authors for record in found), key=len)
    if names and known and "others" not in known:
        unknown_authors = [name for name in names if not _families([name]) & _families(known)]
        if unknown_authors:
            wrong.append(f"author {', '.join(unknown_authors[:3])}: the sources have {_author_list(known)}")
        elif not _families(names[:1]) & _families(known[:1]):
            wrong.append(f"first author {names[0]}: the sources have {known[0]}")
    numbers = {record.arxiv_id for record in found if record.arxiv_id}
    if cited.arxiv_id and numbers and cited.arxiv_id not in numbers:
        wrong.append(f"arXiv number {cited.arxiv_id}: the sources have {', '.join(sorted(numbers))}")
    # The year of an e-print and that of its venue are both right.
    e_prints = {year for number in numbers | {cited.arxiv_id} if (year := arxiv_year(number))}
    years = sorted({record.year for record in found if record.year} | e_prints)
    if cited.year and years and min(abs(cited.year - year) for year in years) > MAX_YEAR_DIFFERENCE:
        wrong.append(f"year {cited.year}: the sources have {', '.join(map(str, years))}")
    venues = [record.venue for record in found if record.venue]
    if _published(cited.venue) and venues and not any(_same_venue(cited.venue, venue) for venue in venues):
        wrong.append(f"venue {cited.venue}: the sources have {venues[0]}")
    return wrong


def _families(authors: Sequence[str]) -> set[str]:
    return {(ascii_fold(family_name(author)) or family_name(author)).casefold() for author in authors}


def _author_list(authors: Sequence[str]) -> str:
    return ", ".join(authors[:4]) + (" et al." if len(authors) > 4 else "")


def _published(venue: str) -> bool:
    return bool(venue) and "arxiv" not in venue.casefold()


def _same_venue(one: str, other: str) -> bool:
    """Return True if two names may denote one venue: one contains the other, or acronym or most words are equal."""
    first, second = _normalised_venue(one), _normalised_venue(other)
    if not _published(other) or first in second or second in first:
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= 0.6


def _normalised_venue(name: str) -> str:
    spelt = " ".join(_ACRONYMS.get(word, word) for word in re.findall(r"[a-z]+", ascii_fold(name).casefold()))
    whole = spelt.replace(" ", "")
    return next((full for full in _ACRONYMS.values() if full in whole), whole)
