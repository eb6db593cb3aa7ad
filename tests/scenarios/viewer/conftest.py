"""Runs to look at, and a browser without a screen: one that follows links and keeps cookies."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest
from httpx import Response
from starlette.testclient import TestClient

from scenarios.viewer.app import viewer_app
from scenarios.viewer.library import RunLibrary

DATA = Path(__file__).parents[2] / "data"
TOKEN = "the-token-of-this-test"
HOST = "127.0.0.1:8000"


@dataclass
class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def addresses(self) -> set[str]:
        """Return everything that the page links to or loads."""
        return {found[name] for _, found in self.tags for name in ("href", "src", "action") if name in found}


class Site:
    """The viewer over a folder, opened with its token."""

    def __init__(self, folder: Path, **options: bool) -> None:
        app = viewer_app(RunLibrary(folder), token=TOKEN, hosts=[HOST], **options)
        self.client = TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)

    def log_in(self) -> Response:
        return self.client.get("/", params={"token": TOKEN})

    def get(self, path: str) -> Response:
        return self.client.get(path)

    def page(self, path: str) -> Page:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-300:])
        page = Page()
        page.feed(answer.text)
        return page

    def crawl(self, start: str = "/", most: int = 2000) -> dict[str, Page]:
        """Return every page that links lead to. Answers that are no pages are only asked for."""
        found: dict[str, Page] = {}
        waiting = [start]
        while waiting and len(found) < most:
            path = waiting.pop()
            answer = self.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            page = found[path] = Page()
            if answer.headers["content-type"].startswith("text/html"):
                page.feed(answer.text)
            for address in page.addresses():
                target = urldefrag(address)[0]
                parts = urlsplit(target)
                assert not parts.scheme and not parts.netloc, f"{path} leads to {address}"
                if target.startswith("/") and target not in found and target not in waiting:
                    waiting.append(target)
        return found


@pytest.fixture(scope="session")
def old_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run and one that was killed."""
    folder = tmp_path_factory.mktemp("runs")
    for name in ("old_run_finished", "old_run_interrupted"):
        with tarfile.open(DATA / f"{name}.tar.gz") as archive:
            archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def site(old_runs: Path) -> Iterator[Site]:
    made = Site(old_runs)
    made.log_in()
    yield made
