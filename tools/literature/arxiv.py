"""arXiv, through its client package: https://info.arxiv.org/help/api/user-manual.html."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast
from xml.etree import ElementTree

import arxiv  # type: ignore[import-untyped]
import requests

from tools.literature.local import STOP_WORDS
from tools.literature.rate_limited_http import Limits, RateLimitedHttp
from tools.literature.record import Record, SourceDown, arxiv_id_in, doi_in, plain

LIMITS = Limits(interval=3.0, timeout=15)


class Arxiv:
    """Papers that hold every word of the query; where there are none, papers that hold some of them."""

    name = "arxiv"

    def __init__(self, rate_limited_http: RateLimitedHttp, *, base_url: str = "https://export.arxiv.org") -> None:
        self._polite = rate_limited_http
        self._base_url = base_url

    async def search(self, query: str, limit: int) -> list[Record]:
        words = [word for word in re.findall(r"\w+", query.casefold()) if word not in STOP_WORDS]
        if not words:
            return []
        for operator in (" AND ", " OR "):
            search = arxiv.Search(operator.join(f"all:{word}" for word in words), max_results=limit)
            if (records := await self._records(search, limit)) or len(words) == 1:
                return records
        return []

    async def _records(self, search: arxiv.Search, limit: int) -> list[Record]:
        """The package's client is synchronous and knows no time-out, so it gets pages and no network: it runs anew
        with each page that it turned out to need."""
        session = _Pages()
        client = arxiv.Client(page_size=limit, delay_seconds=0, num_retries=0)
        client.query_url_format = f"{self._base_url}/api/query?{{}}"
        client._session = cast(requests.Session, session)
        while True:
            results: list[arxiv.Result] = []
            try:
                results.extend(client.results(search))
            except _PageWantedError as wanted:
                session.pages[wanted.url] = await self._polite.get(wanted.url, _feed)
                continue
            except arxiv.UnexpectedEmptyPageError:
                pass  # The service promised more than it has; what came before the empty page stands.
            if any("/api/errors" in result.entry_id for result in results):
                raise SourceDown(f"refused the query: {plain(results[0].summary)}")
            return [_record(result) for result in results if result.title]


@dataclass(frozen=True)
class _Page:
    content: bytes
    status_code: int = 200


class _PageWantedError(Exception):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class _Pages:
    """Stands where the package has its `requests.Session`, and answers from what was fetched."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}

    def get(self, url: str, headers: dict[str, str]) -> _Page:
        if url not in self.pages:
            raise _PageWantedError(url)
        return _Page(self.pages[url])


def _feed(body: bytes) -> bytes:
    """The body, if it is a whole Atom feed: the package takes half a feed, or a web page, for an answer."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from error
    if not root.tag.endswith("}feed"):
        raise ValueError(f"not an Atom feed but <{root.tag}>")
    return body


def _record(result: arxiv.Result) -> Record:
    arxiv_id = arxiv_id_in(result.entry_id.split("/abs/")[-1])
    return Record(
        source=Arxiv.name,
        source_id=arxiv_id or result.get_short_id(),
        title=plain(result.title),
        authors=tuple(plain(author.name) for author in result.authors if author.name),
        year=result.published.year,
        venue=plain(result.journal_ref),
        abstract=plain(result.summary),
        doi=doi_in(result.doi),
        arxiv_id=arxiv_id,
        url=f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else result.entry_id,
        retracted="this paper has been withdrawn" in plain(f"{result.comment} {result.summary}").casefold(),
    )
