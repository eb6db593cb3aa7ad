"""The viewer in a real browser: every page by clicking, nothing in the console, nothing from elsewhere, no barrier.

Needs Debian's Chromium and playwright; the accessibility check needs npm, which fetches axe-core.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import uvicorn

from agents.journal import Journal
from scenarios.viewer.app import viewer_app
from scenarios.viewer.export import export_run
from scenarios.viewer.library import RunLibrary
from tests.scenarios.conftest import ROOT, command_line
from tests.scenarios.viewer.conftest import TOKEN
from tools.audit import audit_paper
from tools.run_dir import RunDir

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SIZES = {1280: 900, 390: 844}
SCHEMES: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""What axe-core checks in each: only contrast depends on it."""
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core."""
    folder = tmp_path_factory.mktemp("axe")
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, so there is no axe-core")
    packed = subprocess.run(["npm", "pack", "axe-core@4"], cwd=folder, capture_output=True, check=False, timeout=120)
    found = list(folder.glob("*.tgz"))
    if packed.returncode or not found:
        pytest.skip("npm could not fetch axe-core")
    with tarfile.open(found[0]) as archive:
        archive.extractall(folder, filter="data")
    return (folder / "package" / "axe.min.js").read_text(encoding="utf-8")


def serious_barriers(page: Any, rules: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rules that a page breaks, each with an element that does. The page has axe-core."""
    options = {"resultTypes": ["violations"], **rules}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


@contextmanager
def served(place: Path) -> Iterator[str]:
    """Serve a folder and yield its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        app = viewer_app(RunLibrary(place), token=TOKEN, hosts=[host])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://{host}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


class Watched:
    """A page of the browser that keeps what goes wrong."""

    def __init__(self, browser: Any, address: str) -> None:
        self.address, self.problems = address, list[str]()
        self.page = browser.new_context(viewport={"width": 1280, "height": SIZES[1280]}).new_page()
        self.page.on("console", lambda message: self.problems.append(f"{self.page.url}: console: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)
        self.page.goto(f"{address}/?token={TOKEN}")

    def _asked(self, request: Any) -> None:
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(self.address):
            self.problems.append(f"{self.page.url} asks for {request.url}")

    def pages(self, most: int = 400) -> Iterator[str]:
        """Open every page that links lead to, at most two of the same kind, and yield its address."""
        seen, kinds, waiting = set[str](), dict[str, int](), [f"{self.address}/"]
        while waiting and len(seen) < most:
            target = waiting.pop(0)
            kind = _kind(urlsplit(target).path)
            if target in seen or kinds.get(kind, 0) == 2:
                continue
            seen.add(target)
            kinds[kind] = kinds.get(kind, 0) + 1
            self.page.goto(target)
            yield target
            links = self.page.eval_on_selector_all("a[href]", "found => found.map(a => a.getAttribute('href'))")
            for link in links:
                to = urldefrag(urljoin(self.page.url, link))[0]
                if to.startswith(self.address) and "/pdf/" not in to and "/file/" not in to:
                    waiting.append(to)


def _kind(path: str) -> str:
    """Return the path without what differs between pages of one template. The first pages of runs stay apart."""
    inner = re.sub(r"^/run/[^/]+/", "/run/*/", path)
    return re.sub(r"/talk/.*", "/talk/*", re.sub(r"/idea/[^/]+/", "/idea/*/", re.sub(r"\d+", "#", inner)))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, undisturbed: Path, old_runs: Path) -> Path:
    """A folder with a finished run, a running one, one that was killed, a batch, and an audit."""
    place = tmp_path_factory.mktemp("everything")
    shutil.copytree(undisturbed, place / "finished")
    shutil.copytree(old_runs / "killed", place / "killed")
    shutil.copytree(old_runs / "finished", place / "batch" / "one")
    shutil.copytree(old_runs / "killed", place / "batch" / "two")
    shutil.copytree(undisturbed, place / "running")
    tex = tmp_path_factory.mktemp("audited") / "paper.tex"
    tex.write_text(
        "\\begin{document}\nThe mean of 1.0 and 3.0 over 2 seeds is 2.5.\n\\end{document}\n", encoding="utf-8"
    )
    report, _ = audit_paper(tex, None)
    (place / "audit.json").write_text(report.model_dump_json(), encoding="utf-8")
    return place


@pytest.mark.timeout(900)
def test_every_page_opens_by_clicking_fits_every_screen_and_has_no_serious_barrier(
    browser: Any, everything: Path, axe: str, tmp_path: Path
) -> None:
    [idea] = RunDir(everything / "finished").ideas()
    (papers := tmp_path / "papers").mkdir()
    shutil.copyfile(idea.paper_pdf, papers / "draft.pdf")
    subprocess.run(command_line("review", papers, "--out", everything), cwd=ROOT, check=True, timeout=500)
    journal = Journal(everything / "running" / "journal.jsonl")
    paths, barriers = [], {}
    try:
        with served(everything) as address:
            watched = Watched(browser, address)
            for target in watched.pages():
                paths.append(urlsplit(target).path)
                watched.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
                for width, height in SIZES.items():
                    watched.page.set_viewport_size({"width": width, "height": height})
                    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (target, width)
                watched.page.evaluate(axe)
                for scheme, rules in SCHEMES.items():
                    watched.page.emulate_media(color_scheme=scheme)
                    if serious := serious_barriers(watched.page, rules):
                        barriers[target, scheme] = serious
    finally:
        journal.close()
    assert watched.problems == [] and barriers == {}
    for part in (
        "/run/killed",
        "/run/running",
        "/run/batch:one",
        "/audit/audit.json",
        "/panel",
        "/paper",
        "/experiments",
    ):
        assert any(part in path for path in paths), part
    assert any("/run/review-papers:" in path for path in paths)


def test_a_running_run_is_followed_without_a_reload(browser: Any, everything: Path) -> None:
    journal = Journal(everything / "running" / "journal.jsonl")
    try:
        with served(everything) as address:
            watched = Watched(browser, address)
            watched.page.goto(f"{address}/run/running/talk/idea_1/novelty")
            watched.page.evaluate("document.querySelector('details.calls').open = true; window.kept = true")
            data = {"speaker": "coder", "text": "fresh words", "submitted": [], "accepted": [], "context": []}
            journal.put("idea_1/novelty/coder/9", "turn", data)
            watched.page.wait_for_selector("text=fresh words", timeout=60_000)
            assert watched.page.evaluate("window.kept && document.querySelector('details.calls').open")
            assert watched.problems == []
    finally:
        journal.close()


def test_the_export_is_one_page_that_asks_for_nothing(browser: Any, everything: Path, axe: str, tmp_path: Path) -> None:
    run = RunLibrary(everything / "finished").open("finished")
    assert run
    export_run(run, tmp_path / "run.html")
    watched = Watched.__new__(Watched)
    watched.address, watched.problems = "file://", []
    watched.page = browser.new_context(viewport={"width": 390, "height": 844}, offline=True).new_page()
    watched.page.on("console", lambda message: watched.problems.append(message.text))
    watched.page.on("request", watched._asked)
    watched.page.goto((tmp_path / "run.html").as_uri())
    assert watched.problems == []
    page = watched.page
    assert page.eval_on_selector_all("script, link, form, iframe", "found => found.length") == 0
    broken = "found => found.filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.outerHTML)"
    assert page.eval_on_selector_all("a[href]", broken) == []
    assert page.eval_on_selector_all("img", "found => found.filter(i => !i.src.startsWith('data:image/')).length") == 0
    names = page.eval_on_selector_all("[id]", "found => found.map(e => e.id)")
    assert len(names) == len(set(names))
    page.evaluate(axe)
    assert serious_barriers(page, SCHEMES["light"]) == []


def test_the_keyboard_goes_through_the_turns(browser: Any, everything: Path) -> None:
    with served(everything) as address:
        page = Watched(browser, address).page
        page.goto(f"{address}/run/finished/talk/idea_1/experiments")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("o")
        second = page.eval_on_selector_all(".turn", "found => found[1].id")
        assert page.evaluate("document.activeElement.id") == second
        assert page.eval_on_selector(f"[id='{second}'] details.calls", "fold => fold.open")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "find"


FIVE_QUESTIONS = {
    "what the coder changed in run 2": (["Experiments", "code against the baseline"], "learning_rate|step_size"),
    "who accepted the idea": (["accepted by"], "accepted"),
    "what the reviewers said on evidence": (["Panel"], "reviewer_evidence"),
    "what it cost": ([], r"\$0\.00"),
}


@pytest.mark.parametrize("question", FIVE_QUESTIONS)
def test_a_question_takes_at_most_three_clicks(browser: Any, everything: Path, question: str) -> None:
    clicks, answer = FIVE_QUESTIONS[question]
    with served(everything) as address:
        page = Watched(browser, address).page
        page.get_by_role("link", name="finished", exact=True).click()
        for name in clicks:
            page.get_by_role("link", name=re.compile(f"^{name}")).last.click()
        assert len(clicks) + 1 <= 3
        assert re.search(answer, page.inner_text("body"))


def test_a_click_on_a_number_shows_where_it_comes_from(browser: Any, everything: Path) -> None:
    with served(everything) as address:
        page = Watched(browser, address).page
        page.get_by_role("link", name="finished", exact=True).click()
        page.get_by_role("link", name="Paper", exact=True).click()
        page.locator("#results ~ .lines .mark-of.reference").first.click()
        shown = page.locator(".facts-of:popover-open").inner_text()
        assert "address" in shown and "run" in shown
        page.keyboard.press("Escape")
        assert page.locator(".facts-of:popover-open").count() == 0
