"""Crossref, the registry of DOIs: https://api.crossref.org. Good for checking references; it has few abstracts."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tools.literature.http_source import HttpSource, expected_form
from tools.literature.rate_limited_http import ServiceLimits
from tools.literature.record import PaperRecord, find_arxiv_id, find_doi, plain_text


class Crossref(HttpSource):
    """Finds a work by its bibliographic reference or its DOI, and reports retractions (Retraction Watch).

    The key is a mail address, which gives access to the pool for identified users.
    """

    name = "crossref"
    url = "https://api.crossref.org"
    limits = ServiceLimits(interval=0.5)
    key_env = "CROSSREF_MAILTO"

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        return await self._works({"query.bibliographic": query, "rows": str(limit)}) if query.strip() else []

    async def with_doi(self, doi: str) -> list[PaperRecord]:
        return await self._works({"filter": f"doi:{doi}", "rows": "1"})

    async def _works(self, arguments: dict[str, str]) -> list[PaperRecord]:
        params = urlencode(arguments | ({"mailto": self._key} if self._key else {}))
        response = await self._http.get(f"{self._url}/works", json.loads, params=params)
        with expected_form():
            return [_record(work) for work in response["message"]["items"] if work.get("title")]


def _record(work: dict[str, Any]) -> PaperRecord:
    names = [
        f"{author.get('given', '')} {author.get('family', '')}".strip() or author.get("name", "")
        for author in work.get("author") or []
    ]
    date = (work.get("issued") or {}).get("date-parts") or [[None]]
    title, doi = plain_text(work["title"][0]), find_doi(work["DOI"])
    updates = [update.get("type") for update in work.get("updated-by") or []]
    return PaperRecord(
        source=Crossref.name,
        source_id=doi,
        title=title,
        authors=tuple(plain_text(name) for name in names if name),
        year=date[0][0],
        venue=plain_text(next(iter(work.get("container-title") or []), "")),
        abstract=plain_text(work.get("abstract")),
        doi=doi,
        arxiv_id=find_arxiv_id(doi) if "arxiv" in doi else "",
        url=work.get("URL") or f"https://doi.org/{doi}",
        citations=work.get("is-referenced-by-count"),
        retracted="retraction" in updates or title.casefold().startswith("retracted"),
    )
