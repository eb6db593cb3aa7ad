"""What a literature source answers with, in one shape for all of them, and when two answers are the same paper."""

from __future__ import annotations

import functools
import html
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

ABSTRACT_SHOWN = 300
"""Characters of an abstract that an agent sees in a list of search results."""

_MARKUP = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|scp|tt|p|span|title|(?:jats|mml):[a-z]+)\b[^>]{0,200}>", re.IGNORECASE
)
_MATH = re.compile(r"\$([^$]{1,200})\$")
_LATEX = re.compile(r"[\\{}$~]|--|``|''")
_ARXIV_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_UNDECOMPOSED = str.maketrans(dict(zip("øØłŁđıßæœ", ("o", "O", "l", "L", "d", "i", "ss", "ae", "oe"), strict=True)))


class SourceDown(Exception):  # noqa: N818 (a source is down, which is no defect)
    """A source gave no usable answer after its bounded tries; the message says why, for a person."""


@dataclass(frozen=True)
class Record:
    """One paper as a source describes it. All text is plain Unicode: no LaTeX, no markup, no line breaks."""

    source: str
    source_id: str
    title: str
    authors: tuple[str, ...] = ()
    """Given name first, as in «Ada Lovelace». The last one is `others` where a source names only the first few."""
    year: int | None = None
    venue: str = ""
    abstract: str = ""
    doi: str = ""
    """Lower case, without a resolver in front: 10.1000/xyz."""
    arxiv_id: str = ""
    """Without the version: 2006.11239."""
    url: str = ""
    citations: int | None = None
    """None where the source does not count."""
    retracted: bool = False

    @property
    def id(self) -> str:
        """The address by which an agent cites the record: `source:source_id`."""
        return f"{self.source}:{self.source_id}"

    @property
    def identities(self) -> frozenset[str]:
        """Two records that share one of these describe the same paper."""
        found = {f"id {self.id}"}
        if self.doi:
            found.add(f"doi {self.doi}")
        if self.arxiv_id:
            found.add(f"arxiv {self.arxiv_id}")
        if self.authors and (title := title_key(self.title)):
            found.add(f"title {title} {family_name(self.authors[0]).casefold()}")
        return frozenset(found)


class Source(Protocol):
    """A place that can be asked for papers: one new file beside this one, one line in `build`."""

    name: str

    async def search(self, query: str, limit: int) -> list[Record]:
        """At most `limit` records, best first. Raises `SourceDown`."""
        ...


@runtime_checkable
class DoiSource(Protocol):
    """A source that can also look up a single DOI."""

    name: str

    async def with_doi(self, doi: str) -> list[Record]:
        """The work with this DOI, or nothing. Raises `SourceDown`."""
        ...


def plain(text: str | None) -> str:
    """A source's text as plain Unicode on one line: entities, inline markup, TeX mathematics and invisible
    characters resolved or dropped."""
    text = _MARKUP.sub("", html.unescape(text or ""))
    text = _MATH.sub(lambda found: delatex(found[0]) if re.search(r"[\\^_]", found[1]) else found[0], text)
    text = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(text.split())


def delatex(text: str) -> str:
    """LaTeX as plain Unicode: accents, braces, mathematics. A bare % is a percent sign here, not a comment."""
    if not _LATEX.search(text):
        return text
    text = re.sub(r"(?<!\\)%", r"\\%", text.replace(r"\textbraceleft", r"\{").replace(r"\textbraceright", r"\}"))
    text = str(_reader().latex_to_text(text))
    return text.replace("\N{MODIFIER LETTER CIRCUMFLEX ACCENT}", "^").replace("\N{SMALL TILDE}", "~")


@functools.cache
def _reader() -> LatexNodes2Text:
    """Made once: it reads its tables when it is made."""
    return LatexNodes2Text(strict_latex_spaces=True)


def doi_in(text: str | None) -> str:
    """The DOI inside a text or address, lower case; empty when there is none."""
    found = _DOI.search(text or "")
    if not found:
        return ""
    doi = found[0].rstrip(".,;").lower()
    return doi if doi.count("(") >= doi.count(")") else doi.rstrip(").,;")


def arxiv_id_in(text: str | None) -> str:
    """The arXiv identifier in an id, an address or an arXiv DOI, without its version; empty when there is none."""
    found = _ARXIV_ID.search(text or "")
    return found[1] if found else ""


def ascii_fold(text: str) -> str:
    """Accents off, other scripts dropped: «Schölkopf» gives «Scholkopf»."""
    text = text.translate(_UNDECOMPOSED)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def title_key(title: str) -> str:
    """A title as it is compared: case, accents and punctuation off. Titles in other scripts keep their letters."""
    text = "".join(c for c in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(c))
    return "".join(c for c in text if c.isalnum())


def family_name(author: str) -> str:
    """The last word of a name, generation suffixes left out."""
    words = [word for word in author.split() if word.rstrip(".").casefold() not in {"jr", "sr", "ii", "iii", "iv"}]
    return words[-1] if words else ""


def merge(answers: Iterable[Sequence[Record]], limit: int) -> list[Record]:
    """The answers of several sources as one list of different papers, at most `limit`.

    Ranked by reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009, k = 60), so that a paper found high
    by several sources leads; ties keep the order of the sources. A merged paper keeps the first source's identifier
    and takes from the others what that one leaves empty.
    """
    papers: dict[int, Record] = {}
    scores: dict[int, float] = {}
    place_of: dict[str, int] = {}
    places = itertools.count()
    for records in answers:
        for rank, record in enumerate(records):
            place = next(places)
            papers[place], scores[place] = record, 1 / (60 + rank)
            # The record may join several papers that were different until now.
            for earlier in sorted({place_of[identity] for identity in record.identities if identity in place_of}):
                first, second = min(place, earlier), max(place, earlier)
                papers[first] = _filled(papers[first], papers.pop(second))
                scores[first] += scores.pop(second)
                place_of = {identity: first if at == second else at for identity, at in place_of.items()}
                place = first
            place_of |= dict.fromkeys(record.identities, place)
    return [papers[place] for place in sorted(papers, key=lambda place: -scores[place])[:limit]]


def _filled(record: Record, other: Record) -> Record:
    fields = ("authors", "year", "venue", "abstract", "doi", "arxiv_id", "url", "citations")
    gaps = {field: getattr(other, field) for field in fields if getattr(record, field) in ("", (), None)}
    return replace(record, **gaps, retracted=record.retracted or other.retracted)


def format_records(records: Sequence[Record]) -> str:
    """Search results as an agent reads them, one numbered line a paper; the bracket holds the id to cite it by."""
    return (
        "\n".join(f"{number}. {_line(record)}" for number, record in enumerate(records, start=1)) or "No paper found."
    )


def _line(record: Record) -> str:
    names = [family_name(author) for author in record.authors]
    who = "Unknown author" if not names else names[0] if len(names) == 1 else f"{names[0]} et al."
    if len(names) == 2 and names[1] != "others":
        who = f"{names[0]} and {names[1]}"
    abstract = record.abstract
    if len(abstract) > ABSTRACT_SHOWN:
        abstract = abstract[:ABSTRACT_SHOWN].rsplit(" ", 1)[0] + " …"
    parts = [
        "RETRACTED." if record.retracted else "",
        f"{who} {record.year}." if record.year else f"{who}, no year.",
        record.title.rstrip(".") + ".",
        f"({record.venue})." if record.venue else "",
        f"Cited {record.citations} times." if record.citations is not None else "",
        abstract or "No abstract.",
    ]
    return f"[{record.id}] " + " ".join(part for part in parts if part)
