"""OpenAlex: https://developers.openalex.org/api-reference/works."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from tools.literature.http_source import HttpSource, expected_form
from tools.literature.rate_limited_http import ServiceLimits
from tools.literature.record import PaperRecord, find_arxiv_id, find_doi, plain_text

FIELDS = (
    "id,doi,display_name,publication_year,authorships,primary_location,locations,abstract_inverted_index,"
    "cited_by_count,is_retracted"
)


class OpenAlex(HttpSource):
    """Searches titles, abstracts and full texts, and reports retractions. The key gives a daily free budget."""

    name = "openalex"
    url = "https://api.openalex.org"
    limits = ServiceLimits(interval=0.2)
    key_env = "OPENALEX_API_KEY"

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        words = " ".join(re.findall(r"\w+", query))
        return await self._works({"search": words, "per_page": str(limit)}) if words else []

    async def with_doi(self, doi: str) -> list[PaperRecord]:
        return await self._works({"filter": f"doi:{doi}", "per_page": "1"})

    async def _works(self, arguments: dict[str, str]) -> list[PaperRecord]:
        params = urlencode({**arguments, "select": FIELDS, **({"api_key": self._key} if self._key else {})})
        response = await self._http.get(f"{self._url}/works", json.loads, params=params)
        with expected_form():
            return [_record(work) for work in response["results"] if work["display_name"]]


def _record(work: dict[str, Any]) -> PaperRecord:
    location = work.get("primary_location") or {}
    venue = plain_text((location.get("source") or {}).get("display_name"))
    addresses = [place.get("landing_page_url") or "" for place in work.get("locations") or []]
    doi = find_doi(work.get("doi"))
    names = [(authorship.get("author") or {}).get("display_name") for authorship in work.get("authorships") or []]
    return PaperRecord(
        source=OpenAlex.name,
        source_id=work["id"].rsplit("/", 1)[-1],
        title=plain_text(work["display_name"]),
        authors=tuple(plain_text(name) for name in names if name),
        year=work.get("publication_year"),
        venue="" if venue.casefold().startswith("arxiv") else venue,
        abstract=plain_text(_abstract(work.get("abstract_inverted_index") or {})),
        doi=doi,
        arxiv_id=next((find_arxiv_id(address) for address in [doi, *addresses] if "arxiv" in address), ""),
        url=location.get("landing_page_url") or work["id"],
        citations=work.get("cited_by_count"),
        retracted=bool(work.get("is_retracted")),
    )


def _abstract(positions: dict[str, list[int]]) -> str:
    """Return the abstract, which the service sends as the positions of each word."""
    return " ".join(word for _, word in sorted((at, word) for word, places in positions.items() for at in places))
