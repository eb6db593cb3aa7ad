"""Each remote source, with its real client package, against a server that misbehaves."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from arxiv._feed import parse

from tests.fakes.literature_server import LiteratureServer, Paper, Reply, arxiv
from tests.tools.literature.conftest import QUICK, SOURCES
from tools.literature.rate_limited_http import RateLimitedHttp
from tools.literature.record import LiteratureSource, SourceDown

BROKEN_XML = b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/1'

PACKAGED = pytest.mark.parametrize("source", ["semantic_scholar", "arxiv"], indirect=True)
"""For what all sources have from one class: the two that go through a client package stand for all four."""

MISBEHAVIOUR = {
    "429": (Reply(429), "HTTP 429"),
    "500": (Reply(500), "HTTP 500"),
    "502, which the Semantic Scholar package takes for an empty answer": (Reply(502, b"<html>"), "HTTP 502"),
    "silence": (Reply(delay=5), "no answer within|Timeout"),
    "a byte now and then": (Reply(body=b"x" * 1000, trickle=0.1), "no answer within"),
    "half an answer": (Reply(200, BROKEN_XML), "broken answer"),
    "a web page": (Reply(200, b"<html><body>Maintenance</body></html>"), "broken answer"),
    "nothing at all": (Reply(200, b""), "broken answer"),
    "a broken encoding": (Reply(200, b"not gzip", {"content-encoding": "gzip"}), "DecodingError"),
}


async def test_papers_come_as_records(source: LiteratureSource) -> None:
    first, second = await source.search("noise schedules", 5)
    assert first.title == "Noise Schedules for Diffusion"
    assert first.authors == ("Jörg Müller", "Łukasz Kaiser")
    assert (first.year, first.doi, first.abstract) == (2020, "10.1000/xyz", "We measure.")
    assert first.source == source.name and first.source_id
    assert second.abstract == "" and second.venue == ""


@pytest.mark.slow
@PACKAGED
@pytest.mark.parametrize("reply, reason", MISBEHAVIOUR.values(), ids=MISBEHAVIOUR.keys())
async def test_misbehaviour_for_ever_ends_in_a_reason(
    source: LiteratureSource, server: LiteratureServer, reply: Reply, reason: str
) -> None:
    server.always = reply
    started = time.monotonic()
    with pytest.raises(SourceDown, match=reason):
        await source.search("noise", 5)
    assert time.monotonic() - started < 3
    assert len(server.requests) == QUICK.tries


@PACKAGED
@pytest.mark.parametrize("reply", [reply for reply, _ in MISBEHAVIOUR.values()], ids=MISBEHAVIOUR.keys())
async def test_misbehaviour_once_is_got_over(source: LiteratureSource, server: LiteratureServer, reply: Reply) -> None:
    server.replies.append(reply)
    assert len(await source.search("noise", 5)) == 2


async def test_a_refusal_is_not_tried_again(source: LiteratureSource, server: LiteratureServer) -> None:
    server.always = Reply(403)
    with pytest.raises(SourceDown, match="HTTP 403: refused; check the key"):
        await source.search("noise", 5)
    assert len(server.requests) == 1


@PACKAGED
async def test_a_redirect_is_not_followed_with_the_key(source: LiteratureSource, server: LiteratureServer) -> None:
    server.always = Reply(302, headers={"location": "http://127.0.0.1:1/elsewhere"})
    with pytest.raises(SourceDown, match="HTTP 302"):
        await source.search("noise", 5)
    assert len(server.requests) == 1


@PACKAGED
async def test_retry_after_is_waited_for(source: LiteratureSource, server: LiteratureServer) -> None:
    server.replies.append(Reply(429, headers={"retry-after": "0.4"}))
    assert len(await source.search("noise", 5)) == 2
    assert server.gaps()[0] >= 0.4


@PACKAGED
async def test_a_long_retry_after_is_not_sat_out_but_obeyed(source: LiteratureSource, server: LiteratureServer) -> None:
    server.replies.append(Reply(429, headers={"retry-after": "60"}))
    with pytest.raises(SourceDown, match="asks to wait 60 s"):
        await source.search("noise", 5)
    with pytest.raises(SourceDown, match="asked to wait another"):
        await source.search("other", 5)
    assert len(server.requests) == 1


@PACKAGED
async def test_after_failures_in_a_row_the_service_is_left_alone_and_tried_again_later(
    source: LiteratureSource, server: LiteratureServer
) -> None:
    server.always = Reply(500)
    for _ in range(QUICK.failures):
        with pytest.raises(SourceDown, match="HTTP 500"):
            await source.search("noise", 5)
    asked = len(server.requests)
    with pytest.raises(SourceDown, match="not asked for another"):
        await source.search("noise", 5)
    assert len(server.requests) == asked
    server.always = None
    await asyncio.sleep(QUICK.rest)
    assert len(await source.search("noise", 5)) == 2


async def test_nothing_found_is_no_failure(source: LiteratureSource, server: LiteratureServer) -> None:
    server.papers = []
    assert await source.search("noise", 5) == []


async def test_a_query_is_words_whatever_it_holds(source: LiteratureSource, server: LiteratureServer) -> None:
    assert len(await source.search('fine-tuning & "x=1" #1 ~ ?limit=99&fields=no) AND (é', 1)) >= 1
    assert server.requests[-1].query.get("limit", "1") == "1"
    assert await source.search("  ", 5) == []


async def test_ten_thousand_authors_and_odd_unicode(source: LiteratureSource, server: LiteratureServer) -> None:
    names = tuple(f"Author{number} Čapek" for number in range(10_000))
    server.papers = [
        Paper("p9", "A\u202e title\u200b\nwith <i>markup</i> & 王 😀", names, arxiv="2101.00009", abstract="a\x0bb" * 9)
    ]
    if source.name == "arxiv":  # XML cannot carry a vertical tab.
        server.papers = [Paper("p9", "A\u202e title\u200b\nwith <i>markup</i> & 王 😀", names, arxiv="2101.00009")]
    (record,) = await source.search("noise", 5)
    assert record.title == "A title with markup & 王 😀"
    assert len(record.authors) == 10_000


async def test_the_interval_holds_over_parallel_tasks_and_instances(server: LiteratureServer, state: Path) -> None:
    limits = type(QUICK)(interval=0.1, timeout=1)
    for _ in range(3):
        server.replies.append(Reply(429))
    sources = [
        SOURCES["semantic_scholar"](RateLimitedHttp("semantic_scholar", limits, state), server.url) for _ in range(5)
    ]
    await asyncio.gather(*(source.search(f"query {number}", 2) for number, source in enumerate(sources)))
    assert len(server.requests) == 8
    assert min(server.gaps()) >= limits.interval
    assert server.most_at_once == 1


@PACKAGED
async def test_a_dead_proxy_is_a_reason(source: LiteratureSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(SourceDown, match="ConnectError"):
        await source.search("noise", 5)


@PACKAGED
async def test_an_unusable_proxy_is_a_reason(source: LiteratureSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "ftp://proxy")
    with pytest.raises(SourceDown, match="the proxy in the environment cannot be used"):
        await source.search("noise", 5)


@PACKAGED
async def test_a_cancelled_search_gives_its_turn_back(source: LiteratureSource, server: LiteratureServer) -> None:
    server.replies.append(Reply(delay=0.2))
    task = asyncio.create_task(source.search("noise", 5))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await source.search("noise", 5)) == 2


async def test_keys_go_to_the_service_and_nowhere_else(server: LiteratureServer, state: Path) -> None:
    server.always = Reply(500)
    for name in ("semantic_scholar", "openalex"):
        with pytest.raises(SourceDown) as raised:
            await SOURCES[name](RateLimitedHttp(name, QUICK, state), server.url).search("noise", 5)
        assert "secret" not in str(raised.value)
    assert server.requests[0].headers["x-api-key"] == "secret"
    assert server.requests[-1].query["api_key"] == "secret"
    assert all("secret" not in file.read_text() for file in state.iterdir())


async def test_arxiv_asks_for_all_words_and_only_then_for_some(server: LiteratureServer, state: Path) -> None:
    server.papers = []
    await SOURCES["arxiv"](RateLimitedHttp("arxiv", QUICK, state), server.url).search("the noise of diffusion", 5)
    asked = [request.query["search_query"] for request in server.requests]
    assert asked == ["all:noise AND all:diffusion", "all:noise OR all:diffusion"]


async def test_arxiv_pages_on_where_the_service_gives_fewer_than_asked(server: LiteratureServer, state: Path) -> None:
    server.papers = [Paper("p", f"Paper {n}", arxiv=f"2101.0000{n}") for n in range(4)]
    server.replies.append(Reply(200, arxiv(server.papers[:2], 4)))
    records = await SOURCES["arxiv"](RateLimitedHttp("arxiv", QUICK, state), server.url).search("paper", 4)
    assert [record.title for record in records] == ["Paper 0", "Paper 1", "Paper 2", "Paper 3"]


async def test_arxiv_error_entry_is_an_error(server: LiteratureServer, state: Path) -> None:
    entry = arxiv([Paper("e", "Error", arxiv="X", abstract="incorrect id format")], 1)
    server.always = Reply(200, entry.replace(b"/abs/Xv2", b"/api/errors#incorrect_id"))
    with pytest.raises(SourceDown, match="refused the query: incorrect id format"):
        await SOURCES["arxiv"](RateLimitedHttp("arxiv", QUICK, state), server.url).search("paper", 4)


async def test_retractions_are_told(server: LiteratureServer, state: Path) -> None:
    server.papers = [Paper("p1", "A Finding", doi="10.1000/xyz", retracted=True)]
    for name in ("openalex", "crossref"):
        (record,) = await SOURCES[name](RateLimitedHttp(name, QUICK, state), server.url).search("finding", 1)
        assert record.retracted


def test_the_private_parser_of_the_arxiv_package_is_as_expected() -> None:
    """`tools/literature/arxiv.py` imports it. A failure here means that a new version of the package has changed it."""
    feed = parse(arxiv([Paper("p", "A Title", arxiv="2101.00001", doi="10.1000/xyz")], 7))
    (result,) = feed.results
    assert feed.header.total_results == 7
    assert (result.title, result.doi, result.published.year) == ("A Title", "10.1000/xyz", 2020)
    assert result.entry_id.endswith("/abs/2101.00001v2")
