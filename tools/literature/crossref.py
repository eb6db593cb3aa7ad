"""Crossref, the register of DOIs: https://api.crossref.org. Good for checking a reference; few abstracts."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tools.literature.rate_limited_http import Limits, RateLimitedHttp
from tools.literature.record import Record, SourceDown, arxiv_id_in, doi_in, plain

LIMITS = Limits(interval=0.5)


class Crossref:
    """Finds a work by its reference in words or by its DOI; knows retractions (Retraction Watch). `mail` is the
    address that gives entry to the pool for polite users."""

    name = "crossref"

    def __init__(
        self, rate_limited_http: RateLimitedHttp, *, mail: str | None = None, base_url: str = "https://api.crossref.org"
    ) -> None:
        self._polite = rate_limited_http
        self._mail = mail
        self._url = f"{base_url}/works"

    async def search(self, query: str, limit: int) -> list[Record]:
        return await self._works({"query.bibliographic": query, "rows": str(limit)}) if query.strip() else []

    async def with_doi(self, doi: str) -> list[Record]:
        """The work that has this DOI, if it is registered here. Raises `SourceDown`."""
        return await self._works({"filter": f"doi:{doi}", "rows": "1"})

    async def _works(self, asked: dict[str, str]) -> list[Record]:
        params = urlencode(asked | ({"mailto": self._mail} if self._mail else {}))
        answer = await self._polite.get(self._url, json.loads, params=params)
        try:
            return [_record(work) for work in answer["message"]["items"] if work.get("title")]
        except (AttributeError, TypeError, KeyError, IndexError) as error:
            raise SourceDown(f"an answer in an unknown form ({error!r})") from error


def _record(work: dict[str, Any]) -> Record:
    names = [
        f"{author.get('given', '')} {author.get('family', '')}".strip() or author.get("name", "")
        for author in work.get("author") or []
    ]
    date = (work.get("issued") or {}).get("date-parts") or [[None]]
    doi = doi_in(work["DOI"])
    updates = [update.get("type") for update in work.get("updated-by") or []]
    return Record(
        source=Crossref.name,
        source_id=doi,
        title=plain(work["title"][0]),
        authors=tuple(plain(name) for name in names if name),
        year=date[0][0],
        venue=plain(next(iter(work.get("container-title") or []), "")),
        abstract=plain(work.get("abstract")),
        doi=doi,
        arxiv_id=arxiv_id_in(doi) if "arxiv" in doi else "",
        url=work.get("URL") or f"https://doi.org/{doi}",
        citations=work.get("is-referenced-by-count"),
        retracted="retraction" in updates or plain(work["title"][0]).casefold().startswith("retracted"),
    )
