from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.literature_server import LiteratureServer, Paper
from tools.literature.arxiv import Arxiv
from tools.literature.crossref import Crossref
from tools.literature.openalex import OpenAlex
from tools.literature.rate_limited_http import RateLimitedHttp, ServiceLimits
from tools.literature.record import LiteratureSource
from tools.literature.semantic_scholar import SemanticScholar

QUICK = ServiceLimits(interval=0.02, timeout=0.25, tries=3, longest_wait=0.5, failures=2, rest=0.4)
"""The real sources with the patience of a test. Seconds."""

PAPERS = [
    Paper(
        "p1", "Noise Schedules for Diffusion", ("Jörg Müller", "Łukasz Kaiser"), doi="10.1000/xyz", arxiv="2101.00001"
    ),
    Paper("p2", "On the Learning Rate", ("Ada Lovelace",), abstract=None, venue="", arxiv="2101.00002"),
]

SOURCES: dict[str, Callable[[RateLimitedHttp, str], LiteratureSource]] = {
    "semantic_scholar": lambda rate_limited_http, url: SemanticScholar(rate_limited_http, key="secret", url=url),
    "arxiv": lambda rate_limited_http, url: Arxiv(rate_limited_http, url=url),
    "openalex": lambda rate_limited_http, url: OpenAlex(rate_limited_http, key="secret", url=f"{url}/openalex"),
    "crossref": lambda rate_limited_http, url: Crossref(rate_limited_http, key="a@b.org", url=f"{url}/crossref"),
}


@pytest.fixture
def server() -> Iterator[LiteratureServer]:
    with LiteratureServer(*PAPERS) as server:
        yield server


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "limits"


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest, server: LiteratureServer, state: Path) -> LiteratureSource:
    """Each of the remote sources in turn, asking the fake server."""
    return SOURCES[request.param](RateLimitedHttp(request.param, QUICK, state), server.url)
