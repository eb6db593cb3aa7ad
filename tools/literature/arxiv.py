"""arXiv, with its client package: https://info.arxiv.org/help/api/user-manual.html.

The package's client is synchronous and has no time-out, so requests are sent by `RateLimitedHttp`. The package offers no
public parser of a response; its private one is imported here only.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode
from xml.etree import ElementTree

import arxiv  # type: ignore[import-untyped]
from arxiv._feed import ParsedFeed, parse  # type: ignore[import-untyped]

from tools.literature.http_source import HttpSource
from tools.literature.local import STOP_WORDS
from tools.literature.rate_limited_http import ServiceLimits
from tools.literature.record import PaperRecord, SourceDown, find_arxiv_id, find_doi, plain_text


class Arxiv(HttpSource):
    """Papers that contain all words of the query, or, if there are none, some of them."""

    name = "arxiv"
    url = "https://export.arxiv.org"
    limits = ServiceLimits(interval=3.0, timeout=15)

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        words = [word for word in re.findall(r"\w+", query.casefold()) if word not in STOP_WORDS]
        for operator in (" AND ", " OR ") if len(words) > 1 else ("",) * len(words):
            search = arxiv.Search(operator.join(f"all:{word}" for word in words), max_results=limit)
            if results := await self._results(search):
                return [_record(result) for result in results if result.title]
        return []

    async def _results(self, search: arxiv.Search) -> list[arxiv.Result]:
        """Return the results of all pages: the service may return fewer than requested at once."""
        results: list[arxiv.Result] = []
        while len(results) < search.max_results:
            arguments = {
                "search_query": search.query,
                "sortBy": search.sort_by.value,
                "sortOrder": search.sort_order.value,
                "start": len(results),
                "max_results": search.max_results,
            }
            feed = await self._http.get(f"{self._url}/api/query", _parse_feed, params=urlencode(arguments))
            if any("/api/errors" in result.entry_id for result in feed.results):
                raise SourceDown(f"refused the query: {plain_text(feed.results[0].summary)}")
            results += feed.results
            if not feed.results or len(results) >= feed.header.total_results:
                break
        return results[: search.max_results]


def _parse_feed(body: bytes) -> ParsedFeed:
    """Parse a complete Atom feed. The package itself accepts half a feed and web pages."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from error
    if not root.tag.endswith("}feed"):
        raise ValueError(f"not an Atom feed but <{root.tag}>")
    return parse(body)


def _record(result: arxiv.Result) -> PaperRecord:
    arxiv_id = find_arxiv_id(result.entry_id.split("/abs/")[-1])
    return PaperRecord(
        source=Arxiv.name,
        source_id=arxiv_id or result.get_short_id(),
        title=plain_text(result.title),
        authors=tuple(plain_text(author.name) for author in result.authors if author.name),
        year=result.published.year,
        venue=plain_text(result.journal_ref),
        abstract=plain_text(result.summary),
        doi=find_doi(result.doi),
        arxiv_id=arxiv_id,
        url=f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else result.entry_id,
        retracted="this paper has been withdrawn" in plain_text(f"{result.comment} {result.summary}").casefold(),
    )
