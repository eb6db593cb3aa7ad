"""All sources as one: merged, remembered, bounded in time, honest about what was down."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from pathlib import Path

import pytest

from tests.fakes.literature_server import LiteratureServer, Reply
from tests.tools.literature.conftest import QUICK, SOURCES
from tools.errors import UserError
from tools.literature import Literature, PaperRecord, SourceDown, build_literature, format_records
from tools.literature.rate_limited_http import RateLimitedHttp, ServiceLimits
from tools.literature.record import merge_records

BIB = "@article{ho2020denoising, title = {Denoising Diffusion}, author = {Ho, Jonathan and Jain, Ajay}, year = 2020}"


class Shelf:
    """A source with records, which may be slow or down."""

    def __init__(self, name: str, *records: PaperRecord, seconds: float = 0, down: str = "") -> None:
        self.name = name
        self.records, self.seconds, self.down = list(records), seconds, down
        self.asked = 0

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        if self.down:
            raise SourceDown(self.down)
        return self.records[:limit]


def record(source: str, number: str, title: str = "A Title", **fields: object) -> PaperRecord:
    return PaperRecord(source, number, title, **{"authors": ("Ada Lovelace",), **fields})  # type: ignore[arg-type]


def all_remote(server: LiteratureServer, tmp_path: Path, total_seconds: float = 60) -> Literature:
    sources = [make(RateLimitedHttp(name, QUICK, tmp_path / "limits"), server.url) for name, make in SOURCES.items()]
    return Literature(sources, tmp_path / "cache", total_seconds)


async def test_an_answer_names_the_sources_that_were_asked(tmp_path: Path) -> None:
    literature = Literature([Shelf("one", record("one", "1")), Shelf("two", down="HTTP 503")], None)
    answer = await literature.search("noise")
    assert answer.asked == ("one", "two") and list(answer.unanswered) == ["two"]
    assert (await literature.search("noise", among=["one"])).asked == ("one",)


async def test_the_same_paper_from_four_services_is_one_record(server: LiteratureServer, tmp_path: Path) -> None:
    answer = await all_remote(server, tmp_path).search("noise schedules")
    assert [found.title for found in answer.records] == ["Noise Schedules for Diffusion", "On the Learning Rate"]
    assert answer.notes == []
    assert answer.records[0].id == "semantic_scholar:p1"


async def test_the_second_run_asks_nothing_again(server: LiteratureServer, tmp_path: Path) -> None:
    first = await all_remote(server, tmp_path).search("noise  schedules")
    asked = len(server.requests)
    again = await all_remote(server, tmp_path).search("noise schedules")
    assert again == first
    assert len(server.requests) == asked == len(SOURCES)


async def test_with_every_source_down_the_answer_says_so(server: LiteratureServer, tmp_path: Path) -> None:
    server.always = Reply(500)
    answer = await all_remote(server, tmp_path).search("noise schedules")
    assert answer.records == []
    assert answer.notes == [f"{name} is down: HTTP 500, 3 tries" for name in SOURCES]


async def test_a_failure_is_not_remembered_as_an_answer(server: LiteratureServer, tmp_path: Path) -> None:
    server.always = Reply(500)
    await all_remote(server, tmp_path).search("noise")
    server.always = None
    assert len((await all_remote(server, tmp_path).search("noise")).records) == 2


async def test_the_bound_on_time_holds_and_the_quick_source_is_heard(tmp_path: Path) -> None:
    quick, slow = Shelf("quick", record("quick", "1")), Shelf("slow", seconds=60)
    started = time.monotonic()
    answer = await Literature([slow, quick], tmp_path, total_seconds=0.1).search("anything")
    assert time.monotonic() - started < 1
    assert [found.id for found in answer.records] == ["quick:1"]
    assert answer.notes == ["slow is down: no answer within 0.1 s"]


async def test_an_old_answer_stands_in_for_a_source_that_is_down(tmp_path: Path) -> None:
    shelf = Shelf("shelf", record("shelf", "1"))
    await Literature([shelf], tmp_path).search("anything")
    (file,) = (tmp_path / "shelf").iterdir()
    file.write_text(re.sub(r'"asked": ?[\d.]+', '"asked": 0', file.read_text()))
    shelf.down = "HTTP 500"
    answer = await Literature([shelf], tmp_path).search("anything")
    assert [found.id for found in answer.records] == ["shelf:1"]
    assert answer.notes == ["shelf is down (HTTP 500); used an older cached answer"]
    assert shelf.asked == 2


async def test_a_broken_cache_file_is_asked_again(tmp_path: Path) -> None:
    shelf = Shelf("shelf", record("shelf", "1"))
    await Literature([shelf], tmp_path).search("anything")
    (file,) = (tmp_path / "shelf").iterdir()
    file.write_text("{half")
    assert len((await Literature([shelf], tmp_path).search("anything")).records) == 1
    assert shelf.asked == 2


async def test_a_doi_is_looked_up_where_that_is_possible(server: LiteratureServer, tmp_path: Path) -> None:
    literature = all_remote(server, tmp_path)
    found = (await literature.with_doi("10.1000/xyz")).records
    assert [record.source for record in found] == ["openalex", "crossref"]
    assert (await literature.with_doi("10.1000/absent")).records == []


def _search(url: str, state: Path, number: int) -> None:
    source = SOURCES["semantic_scholar"](RateLimitedHttp("semantic_scholar", ServiceLimits(interval=0.15), state), url)
    asyncio.run(source.search(f"query {number}", 2))


@pytest.mark.slow
def test_the_interval_holds_over_processes(server: LiteratureServer, state: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_search, args=(server.url, state, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert len(server.requests) == 3
    assert min(server.gaps()) >= 0.15
    assert server.most_at_once == 1


def test_records_merge_by_doi_arxiv_id_and_title() -> None:
    merged = merge_records(
        [
            [record("a", "1", "Attention Is All You Need!", doi="10.1/x"), record("a", "2", "Other")],
            [record("b", "1", "Different words", doi="10.1/x", abstract="Text.", citations=5, retracted=True)],
            [record("c", "1", "attention is all you need", arxiv_id="1706.03762", year=2017)],
            [record("d", "1", "By number alone", arxiv_id="1706.03762")],
        ],
        limit=10,
    )
    assert [found.id for found in merged] == ["a:1", "a:2"]
    assert (merged[0].abstract, merged[0].citations, merged[0].retracted) == ("Text.", 5, True)
    assert (merged[0].arxiv_id, merged[0].year) == ("1706.03762", 2017)


def test_a_common_title_of_other_authors_stays_apart() -> None:
    lecun = record("a", "1", "Deep Learning", authors=("Yann LeCun", "Yoshua Bengio"))
    goodfellow = record("b", "1", "Deep Learning", authors=("Ian Goodfellow",))
    assert len(merge_records([[lecun], [goodfellow]], limit=10)) == 2


def test_a_record_that_joins_two_papers_makes_them_one() -> None:
    by_doi = record("a", "1", "First words", doi="10.1/x")
    by_number = record("b", "1", "Second words", arxiv_id="1706.03762")
    both = record("c", "1", "Third words", doi="10.1/x", arxiv_id="1706.03762")
    assert [found.id for found in merge_records([[by_doi], [by_number], [both]], limit=10)] == ["a:1"]


def test_a_paper_that_two_sources_rank_high_leads() -> None:
    alone, shared = record("a", "1", "Alone"), record("a", "2", "Shared")
    merged = merge_records([[alone, shared], [record("b", "9", "Shared")]], limit=1)
    assert [found.title for found in merged] == ["Shared"]


def test_records_read_as_numbered_lines() -> None:
    ho = record("local", "ho2020", "Denoising.", authors=("Jonathan Ho", "A B", "C D"), year=2020, venue="NeurIPS")
    lines = format_records([ho, record("arxiv", "1", authors=(), abstract="word " * 99, retracted=True, citations=3)])
    first, second = lines.splitlines()
    assert first == "1. [local:ho2020] Ho et al. 2020. Denoising. (NeurIPS). No abstract."
    assert second.startswith("2. [arxiv:1] RETRACTED. Unknown author, no year. A Title. Cited 3 times. word word")
    assert second.endswith(" ...") and len(second) < 400
    assert format_records([]) == "No paper found."
    assert format_records([ho], shown=[ho.id]) == "1. [local:ho2020] Denoising. (shown before)"


async def test_build_takes_the_named_sources_in_order(tmp_path: Path) -> None:
    bib = tmp_path / "a.bib"
    bib.write_text(BIB)
    names = ["local", "semantic_scholar", "arxiv", "openalex", "crossref"]
    literature = build_literature(names, bib_files=[bib], cache=tmp_path)
    assert [source.name for source in literature.sources] == names
    alone = build_literature(["local"], bib_files=[bib], cache=None)
    assert [found.id for found in (await alone.search("diffusion")).records] == ["local:ho2020denoising"]


def test_build_says_what_it_cannot_use(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown literature source 'semantic_scolar': did you mean 'semantic_scholar'"):
        build_literature(["semantic_scolar"], bib_files=[], cache=None)
    with pytest.raises(UserError, match=r"absent\.bib: cannot be read: No such file"):
        build_literature(["local"], bib_files=[tmp_path / "absent.bib"], cache=None)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        build_literature(["arxiv"], bib_files=[], cache=tmp_path / "file")


async def test_no_source_is_said() -> None:
    assert (await Literature([], None).search("x")).notes == ["no literature source is configured"]
