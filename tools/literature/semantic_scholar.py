"""Semantic Scholar, with the classes of its client package: https://api.semanticscholar.org/api-docs/graph."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

from semanticscholar.Paper import Paper  # type: ignore[import-untyped]

from tools.literature.http_source import HttpSource, expected_form
from tools.literature.rate_limited_http import ServiceLimits
from tools.literature.record import PaperRecord, find_arxiv_id, find_doi, plain_text

FIELDS = "title,authors,year,venue,abstract,externalIds,url,citationCount"


class SemanticScholar(HttpSource):
    """Searches by relevance. Without a key, all anonymous users share one rate limit."""

    name = "semantic_scholar"
    url = "https://api.semanticscholar.org"
    limits = ServiceLimits(interval=1.0)
    key_env = "S2_API_KEY"

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        words = " ".join(re.findall(r"\w+", query))  # The service finds nothing for hyphenated words.
        if not words:
            return []
        response = await self._http.get(
            f"{self._url}/graph/v1/paper/search",
            json.loads,
            params=urlencode({"query": words, "fields": FIELDS, "limit": min(limit, 100)}),
            headers={"x-api-key": self._key} if self._key else None,
        )
        with expected_form():
            papers = [Paper(data) for data in response["data"]] if response["total"] else []
            return [_record(paper) for paper in papers if paper.title and paper.paperId]


def _record(paper: Paper) -> PaperRecord:
    ids = paper.externalIds or {}
    venue = plain_text(paper.venue)
    return PaperRecord(
        source=SemanticScholar.name,
        source_id=paper.paperId,
        title=plain_text(paper.title),
        authors=tuple(plain_text(author.name) for author in paper.authors or [] if author.name),
        year=paper.year,
        venue="" if venue.casefold() == "arxiv.org" else venue,
        abstract=plain_text(paper.abstract),
        doi=find_doi(ids.get("DOI")),
        arxiv_id=find_arxiv_id(ids.get("ArXiv")),
        url=paper.url or "",
        citations=paper.citationCount,
        retracted=plain_text(paper.title).casefold().startswith("retracted"),
    )
