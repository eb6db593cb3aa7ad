"""OpenAlex: https://developers.openalex.org/api-reference/works."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from tools.literature.rate_limited_http import Limits, RateLimitedHttp
from tools.literature.record import Record, SourceDown, arxiv_id_in, doi_in, plain

LIMITS = Limits(interval=0.2)
FIELDS = (
    "id,doi,display_name,publication_year,authorships,primary_location,locations,abstract_inverted_index,"
    "cited_by_count,is_retracted"
)


class OpenAlex:
    """Searches titles, abstracts and full texts; knows retractions. `key` buys the daily free budget."""

    name = "openalex"

    def __init__(
        self, rate_limited_http: RateLimitedHttp, *, key: str | None = None, base_url: str = "https://api.openalex.org"
    ) -> None:
        self._polite = rate_limited_http
        self._key = key
        self._url = f"{base_url}/works"

    async def search(self, query: str, limit: int) -> list[Record]:
        words = " ".join(re.findall(r"\w+", query))
        return await self._works({"search": words, "per_page": str(limit)}) if words else []

    async def with_doi(self, doi: str) -> list[Record]:
        """The work that has this DOI, if it is known. Raises `SourceDown`."""
        return await self._works({"filter": f"doi:{doi}", "per_page": "1"})

    async def _works(self, asked: dict[str, str]) -> list[Record]:
        params = urlencode({**asked, "select": FIELDS, **({"api_key": self._key} if self._key else {})})
        answer = await self._polite.get(self._url, json.loads, params=params)
        try:
            return [_record(work) for work in answer["results"] if work["display_name"]]
        except (AttributeError, TypeError, KeyError) as error:
            raise SourceDown(f"an answer in an unknown form ({error!r})") from error


def _record(work: dict[str, Any]) -> Record:
    location = work.get("primary_location") or {}
    venue = plain((location.get("source") or {}).get("display_name"))
    addresses = [place.get("landing_page_url") or "" for place in work.get("locations") or []]
    doi = doi_in(work.get("doi"))
    names = [(authorship.get("author") or {}).get("display_name") for authorship in work.get("authorships") or []]
    return Record(
        source=OpenAlex.name,
        source_id=work["id"].rsplit("/", 1)[-1],
        title=plain(work["display_name"]),
        authors=tuple(plain(name) for name in names if name),
        year=work.get("publication_year"),
        venue="" if venue.casefold().startswith("arxiv") else venue,
        abstract=plain(_in_order(work.get("abstract_inverted_index") or {})),
        doi=doi,
        arxiv_id=next((arxiv_id_in(address) for address in [doi, *addresses] if "arxiv" in address), ""),
        url=location.get("landing_page_url") or work["id"],
        citations=work.get("cited_by_count"),
        retracted=bool(work.get("is_retracted")),
    )


def _in_order(places: dict[str, list[int]]) -> str:
    """The abstract, which the service gives as the places of each word."""
    return " ".join(word for _, word in sorted((place, word) for word, at in places.items() for place in at))
