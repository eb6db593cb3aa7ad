"""Semantic Scholar, through its client package: https://api.semanticscholar.org/api-docs/graph."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from semanticscholar import AsyncSemanticScholar  # type: ignore[import-untyped]
from semanticscholar.ApiRequester import ApiRequester  # type: ignore[import-untyped]
from semanticscholar.Paper import Paper  # type: ignore[import-untyped]

from tools.literature.rate_limited_http import Limits, RateLimitedHttp
from tools.literature.record import Record, SourceDown, arxiv_id_in, doi_in, plain

LIMITS = Limits(interval=1.0)
FIELDS = ["title", "authors", "year", "venue", "abstract", "externalIds", "url", "citationCount"]


class SemanticScholar:
    """Searches by relevance. `key` raises the service's limits; without one all anonymous users share a pool."""

    name = "semantic_scholar"

    def __init__(
        self, rate_limited_http: RateLimitedHttp, *, key: str | None = None, base_url: str | None = None
    ) -> None:
        self._client = AsyncSemanticScholar(api_key=key, api_url=base_url, retry=False)
        self._client._requester = _PoliteRequester(rate_limited_http)

    async def search(self, query: str, limit: int) -> list[Record]:
        # The service finds nothing for hyphenated words, and the package puts the query into the address as it is.
        words = quote(" ".join(re.findall(r"\w+", query)))
        if not words:
            return []
        try:
            papers = (await self._client.search_paper(words, fields=FIELDS, limit=min(limit, 100))).items
            return [_record(paper) for paper in papers if paper.title and paper.paperId]
        except (AttributeError, TypeError, KeyError) as error:
            raise SourceDown(f"an answer in an unknown form ({error})") from error


class _PoliteRequester(ApiRequester):  # type: ignore[misc]
    """The package's own requester takes 502 and 503 for an empty answer and sleeps for minutes on 429."""

    def __init__(self, rate_limited_http: RateLimitedHttp) -> None:
        super().__init__(timeout=0, retry=False)
        self._polite = rate_limited_http

    async def get_data_async(
        self, url: str, parameters: str, headers: dict[str, str], payload: dict[str, Any] | None = None
    ) -> Any:
        return await self._polite.get(url, json.loads, params=parameters.lstrip("&"), headers=headers)


def _record(paper: Paper) -> Record:
    ids = paper.externalIds or {}
    arxiv_id = arxiv_id_in(ids.get("ArXiv"))
    venue = plain(paper.venue)
    return Record(
        source=SemanticScholar.name,
        source_id=paper.paperId,
        title=plain(paper.title),
        authors=tuple(plain(author.name) for author in paper.authors or [] if author.name),
        year=paper.year,
        venue="" if venue.casefold() == "arxiv.org" else venue,
        abstract=plain(paper.abstract),
        doi=doi_in(ids.get("DOI")),
        arxiv_id=arxiv_id,
        url=paper.url or "",
        citations=paper.citationCount,
        retracted=plain(paper.title).casefold().startswith("retracted"),
    )
