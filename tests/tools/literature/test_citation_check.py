"""The check of a paper's references: invented, mistold and retracted ones are told apart from true ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.literature_server import LiteratureServer, Paper, Reply
from tests.tools.literature.conftest import QUICK, SOURCES
from tools.errors import UserError
from tools.literature.bibtex_reader import read_bibliography
from tools.literature.citation_check import CitationCheck, check_bibliography, read_references
from tools.literature.literature import Literature
from tools.literature.local import LocalLibrary
from tools.literature.rate_limited_http import RateLimitedHttp

METHODS = Path("configs/literature/methods.bib")

WELCH = "The Generalization of Student's Problem when Several Different Population Variances are Involved"


def entry(
    title: str = WELCH, author: str = "Welch, B. L.", year: int = 1947, venue: str = "Biometrika", **more: str
) -> str:
    fields = {"title": title, "author": author, "year": str(year), "journal": venue, **more}
    return "@article{key, " + ", ".join(f"{name} = {{{value}}}" for name, value in fields.items()) + "}"


async def checked(path: Path, text: str, literature: Literature | None = None) -> CitationCheck:
    path.write_text(text, encoding="utf-8")
    literature = literature or Literature([LocalLibrary([METHODS])], None)
    (check,) = await check_bibliography(read_references(path), literature)
    return check


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    return tmp_path / "paper.bib"


async def test_a_true_reference_exists(bib: Path) -> None:
    check = await checked(bib, entry())
    assert (check.key, check.verdict, check.detail) == ("key", "exists", "")
    assert check.found and check.found.id == "local:welch1947generalization"


@pytest.mark.parametrize(
    "text, detail",
    [
        (entry(author="Bodenheim, J."), "author J. Bodenheim: the sources have B. L. Welch"),
        (entry(author="Welch, B. L. and Ghost, A."), "author A. Ghost: the sources have B. L. Welch"),
        (entry(year=1974), "year 1974: the sources have 1947"),
        (entry(venue="Nature"), "venue Nature: the sources have Biometrika"),
    ],
)
async def test_what_is_told_wrong_is_named(bib: Path, text: str, detail: str) -> None:
    check = await checked(bib, text)
    assert (check.verdict, check.detail) == ("wrong", detail)


@pytest.mark.parametrize("venue", ["NeurIPS", "Proceedings of NeurIPS 2020", "arXiv preprint arXiv:2006.11239"])
async def test_a_venue_may_be_told_in_several_ways(bib: Path, venue: str) -> None:
    text = entry("Denoising diffusion probabilistic models", "Ho, Jonathan and others", 2021, venue)
    assert (await checked(bib, text)).verdict == "exists"


async def test_an_invented_reference_is_not_found(bib: Path) -> None:
    check = await checked(bib, entry("Generalization of Welch Tests to Quantum Variances in Deep Networks"))
    assert (check.verdict, check.detail) == ("not found", "no work of this title in local")


async def test_a_common_title_is_told_apart_by_its_authors(bib: Path) -> None:
    text = entry("Deep Learning", "Goodfellow, Ian and Bengio, Yoshua and Courville, Aaron", 2016, "MIT Press")
    check = await checked(bib, text)
    assert check.verdict == "exists" and check.found and check.found.id == "local:goodfellow2016deep"


async def test_every_entry_of_the_methods_library_passes_its_own_check() -> None:
    checks = await check_bibliography(read_bibliography(METHODS), Literature([LocalLibrary([METHODS])], None))
    assert [check for check in checks if check.verdict != "exists"] == []


def remote(server: LiteratureServer, state: Path, *names: str) -> Literature:
    return Literature([SOURCES[name](RateLimitedHttp(name, QUICK, state), server.url) for name in names], None)


async def test_a_retracted_work_is_told(bib: Path, server: LiteratureServer, state: Path) -> None:
    server.papers = [Paper("W1", WELCH, ("B. L. Welch",), 1947, doi="10.1093/x", retracted=True)]
    check = await checked(bib, entry(), remote(server, state, "semantic_scholar", "openalex"))
    assert (check.verdict, check.detail) == ("retracted", "retracted according to semantic_scholar")


async def test_a_doi_of_another_work_is_wrong(bib: Path, server: LiteratureServer, state: Path) -> None:
    server.papers = [Paper("W1", "Something Else Entirely", ("A B",), 1999, doi="10.1093/x")]
    check = await checked(bib, entry(doi="10.1093/x"), remote(server, state, "crossref"))
    assert (check.verdict, check.detail) == ("wrong", 'its DOI 10.1093/x belongs to "Something Else Entirely"')


async def test_with_a_source_down_nothing_is_called_invented(bib: Path, server: LiteratureServer, state: Path) -> None:
    server.always = Reply(500)
    check = await checked(bib, entry(), remote(server, state, "crossref"))
    assert (check.verdict, check.unanswered) == ("unknown", {"crossref": "HTTP 500, 3 tries"})


def test_references_are_found_from_the_tex_file(tmp_path: Path) -> None:
    (tmp_path / "references.bib").write_text(entry() + "\n@misc{broken, title={x")
    tex = tmp_path / "paper.tex"
    tex.write_text(r"\cite{key} \bibliography{references}")
    entries = read_references(tex)
    assert entries.keys == ["key"] and len(entries.records) == len(entries.notes) == 1
    tex.write_text(r"\begin{document}\end{document}")
    with pytest.raises(UserError, match="no bibliography found"):
        read_references(tex)
    with pytest.raises(UserError, match=r"\.docx files"):
        read_references(tmp_path / "paper.docx")


async def test_a_long_queue_is_not_a_source_that_is_down(bib: Path, server: LiteratureServer, state: Path) -> None:
    """Forty requests take longer than the time that one may take."""
    http = RateLimitedHttp("arxiv", replace(QUICK, interval=0.05), state)
    literature = Literature([SOURCES["arxiv"](http, server.url)], None, total_seconds=0.5)
    bib.write_text("\n".join(
        f"@article{{k{n}, author={{A, B.}}, title={{An invented study number {n} of nothing at all}}, year=2001}}"
        for n in range(40)
    ))  # fmt: skip
    checks = await check_bibliography(read_references(bib), literature)
    assert {check.verdict for check in checks} == {"not found"} and len(checks) == 40


async def test_references_that_are_left_when_time_is_up_are_unknown(
    bib: Path, server: LiteratureServer, state: Path
) -> None:
    http = RateLimitedHttp("arxiv", replace(QUICK, interval=0.3), state)
    bib.write_text(
        "\n".join(entry(title=f"An invented study number {n} of nothing").replace("key", f"k{n}") for n in range(9))
    )
    literature = Literature([SOURCES["arxiv"](http, server.url)], None)
    checks = await check_bibliography(read_references(bib), literature, seconds=1.2)
    assert checks[0].verdict == "not found" and checks[-1].verdict == "unknown"


ADAMW = Paper(
    "W2", "Decoupled Weight Decay Regularization", ("Ilya Loshchilov", "Frank Hutter"), 2019, arxiv="1711.05101"
)


@pytest.mark.parametrize(
    ("eprint", "year", "verdict"),
    [
        ("1711.05101", 2017, "exists"),
        ("1711.05101", 2019, "exists"),
        ("1711.05101", 2012, "wrong"),
        ("1711.99999", 2017, "wrong"),
    ],
)
async def test_the_years_of_an_e_print_and_of_its_venue_are_right(
    bib: Path, server: LiteratureServer, state: Path, eprint: str, year: int, verdict: str
) -> None:
    server.papers = [ADAMW]
    text = entry(
        ADAMW.title, "Loshchilov, Ilya and Hutter, Frank", year, f"arXiv preprint arXiv:{eprint}", eprint=eprint
    )
    assert (await checked(bib, text, remote(server, state, "semantic_scholar"))).verdict == verdict


async def test_a_slow_source_is_not_asked_about_what_a_fast_one_confirms(
    bib: Path, server: LiteratureServer, state: Path
) -> None:
    server.papers = [Paper("W1", WELCH, ("B. L. Welch",), 1947, venue="Biometrika")]
    check = await checked(bib, entry(), remote(server, state, "semantic_scholar", "arxiv"))
    assert check.verdict == "exists" and not any("api/query" in request.path for request in server.requests)
