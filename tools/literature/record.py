"""The common form of a paper from any literature source, and the merging of records of the same paper."""

from __future__ import annotations

import functools
import html
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

ABSTRACT_SHOWN = 300
"""Characters of an abstract in a list of search results."""

_MARKUP = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|scp|tt|p|span|title|(?:jats|mml):[a-z]+)\b[^>]{0,200}>", re.IGNORECASE
)
_MATH = re.compile(r"\$([^$]{1,200})\$")
_LATEX = re.compile(r"[\\{}$~]|--|``|''")
_ARXIV_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_UNDECOMPOSED = str.maketrans(dict(zip("øØłŁđıßæœ", ("o", "O", "l", "L", "d", "i", "ss", "ae", "oe"), strict=True)))


class SourceDown(Exception):  # noqa: N818 (the name states the fault)
    """A source gave no usable answer after its retries. The message states the reason."""


@dataclass(frozen=True)
class PaperRecord:
    """One paper as a source describes it. All text is plain Unicode without LaTeX, markup and line breaks."""

    source: str
    source_id: str
    title: str
    authors: tuple[str, ...] = ()
    """Given name first, as in "Ada Lovelace". The last one is `others` if a source names only the first few."""
    year: int | None = None
    venue: str = ""
    abstract: str = ""
    doi: str = ""
    """Lower case, without a resolver: 10.1000/xyz."""
    arxiv_id: str = ""
    """Without the version: 2006.11239."""
    url: str = ""
    citations: int | None = None
    """None if the source does not count."""
    retracted: bool = False

    @property
    def id(self) -> str:
        """Identifier by which an agent cites the record: `source:source_id`."""
        return f"{self.source}:{self.source_id}"

    @property
    def identities(self) -> frozenset[str]:
        """Keys of the paper. Two records that share one describe the same paper."""
        found = {f"id {self.id}"}
        if self.doi:
            found.add(f"doi {self.doi}")
        if self.arxiv_id:
            found.add(f"arxiv {self.arxiv_id}")
        if self.authors and (title := title_key(self.title)):
            found.add(f"title {title} {family_name(self.authors[0]).casefold()}")
        return frozenset(found)


class LiteratureSource(Protocol):
    """A source that can be searched for papers. A new one is one file and one line in `literature.SOURCES`."""

    name: str

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        """Return at most `limit` records, best first. Raises `SourceDown`."""
        ...


@runtime_checkable
class DoiSource(Protocol):
    """A source that can also look up a DOI."""

    name: str

    async def with_doi(self, doi: str) -> list[PaperRecord]:
        """Return the work with this DOI, or an empty list. Raises `SourceDown`."""
        ...


def plain_text(text: str | None) -> str:
    """Return a source's text as plain Unicode on one line, with entities, markup and TeX mathematics resolved and
    invisible characters removed."""
    text = _MARKUP.sub("", html.unescape(text or ""))
    text = _MATH.sub(lambda found: latex_to_text(found[0]) if re.search(r"[\\^_]", found[1]) else found[0], text)
    text = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(text.split())


@functools.lru_cache(maxsize=4096)  # every read of a bibliography decodes the same fields
def latex_to_text(text: str) -> str:
    """Return LaTeX as plain Unicode. A bare % is a percent sign here, not a comment."""
    if not _LATEX.search(text):
        return text
    text = re.sub(r"(?<!\\)%", r"\\%", text.replace(r"\textbraceleft", r"\{").replace(r"\textbraceright", r"\}"))
    text = str(_latex_decoder().latex_to_text(text))
    return text.replace("\N{MODIFIER LETTER CIRCUMFLEX ACCENT}", "^").replace("\N{SMALL TILDE}", "~")


@functools.cache
def _latex_decoder() -> LatexNodes2Text:
    """Return one shared decoder, because building its tables is slow."""
    return LatexNodes2Text(strict_latex_spaces=True)


def find_doi(text: str | None) -> str:
    """Return the first DOI in a text or address in lower case, or an empty string."""
    found = _DOI.search(text or "")
    if not found:
        return ""
    doi = found[0].rstrip(".,;").lower()
    return doi if doi.count("(") >= doi.count(")") else doi.rstrip(").,;")


def find_arxiv_id(text: str | None) -> str:
    """Return the arXiv identifier in an id, address or arXiv DOI without its version, or an empty string."""
    found = _ARXIV_ID.search(text or "")
    return found[1] if found else ""


def arxiv_year(arxiv_id: str) -> int | None:
    """Return the year of an arXiv identifier: 2017 of 1711.05101, 1999 of hep-th/9901001. None if it is none."""
    found = re.match(r"(?:[a-z-]+(?:\.[A-Z]{2})?/)?(\d\d)\d\d", arxiv_id, re.IGNORECASE)
    if not found:
        return None
    short = int(found[1])
    return 1900 + short if "/" in arxiv_id and short > 50 else 2000 + short


def ascii_fold(text: str) -> str:
    """Return the text without accents and without other scripts: "Schölkopf" becomes "Scholkopf"."""
    text = text.translate(_UNDECOMPOSED)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def title_key(title: str) -> str:
    """Return a title for comparison: without case, accents and punctuation. Letters of other scripts stay."""
    text = "".join(c for c in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(c))
    return "".join(c for c in text if c.isalnum())


def family_name(author: str) -> str:
    """Return the last word of a name, without generation suffixes."""
    words = [word for word in author.split() if word.rstrip(".").casefold() not in {"jr", "sr", "ii", "iii", "iv"}]
    return words[-1] if words else ""


def merge_records(results: Iterable[Sequence[PaperRecord]], limit: int) -> list[PaperRecord]:
    """Return the results of several sources as one list of at most `limit` different papers.

    The order is by reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009, k = 60), so a paper that several
    sources rank high comes first; ties keep the order of the sources. A merged paper keeps the first source's
    identifier, and the other sources fill its empty fields.
    """
    papers: dict[int, PaperRecord] = {}
    scores: dict[int, float] = {}
    place_of: dict[str, int] = {}
    places = itertools.count()
    for records in results:
        for rank, record in enumerate(records):
            place = next(places)
            papers[place], scores[place] = record, 1 / (60 + rank)
            # The record may connect papers that were different until now.
            for earlier in sorted({place_of[identity] for identity in record.identities if identity in place_of}):
                first, second = min(place, earlier), max(place, earlier)
                papers[first] = _filled(papers[first], papers.pop(second))
                scores[first] += scores.pop(second)
                place_of = {identity: first if at == second else at for identity, at in place_of.items()}
                place = first
            place_of |= dict.fromkeys(record.identities, place)
    return [papers[place] for place in sorted(papers, key=lambda place: -scores[place])[:limit]]


def _filled(record: PaperRecord, other: PaperRecord) -> PaperRecord:
    fields = ("authors", "year", "venue", "abstract", "doi", "arxiv_id", "url", "citations")
    gaps = {field: getattr(other, field) for field in fields if getattr(record, field) in ("", (), None)}
    return replace(record, **gaps, retracted=record.retracted or other.retracted)


def format_records(records: Sequence[PaperRecord], shown: Collection[str] = ()) -> str:
    """Return search results as numbered lines, one per paper. The bracket contains the id to cite it by.

    Args:
        shown: ids of records that the reader was shown before; their titles are enough.
    """
    lines = [
        f"[{record.id}] {record.title} (shown before)" if record.id in shown else _line(record) for record in records
    ]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1)) or "No paper found."


def _line(record: PaperRecord) -> str:
    names = [family_name(author) for author in record.authors]
    who = "Unknown author" if not names else names[0] if len(names) == 1 else f"{names[0]} et al."
    if len(names) == 2 and names[1] != "others":
        who = f"{names[0]} and {names[1]}"
    abstract = record.abstract
    if len(abstract) > ABSTRACT_SHOWN:
        abstract = abstract[:ABSTRACT_SHOWN].rsplit(" ", 1)[0] + " ..."
    parts = [
        "RETRACTED." if record.retracted else "",
        f"{who} {record.year}." if record.year else f"{who}, no year.",
        record.title.rstrip(".") + ".",
        f"({record.venue})." if record.venue else "",
        f"Cited {record.citations} times." if record.citations is not None else "",
        abstract or "No abstract.",
    ]
    return f"[{record.id}] " + " ".join(part for part in parts if part)
