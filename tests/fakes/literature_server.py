"""A server on the loopback that speaks the literature services' own shapes, and misbehaves as they do."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Paper:
    """What the server knows of a paper, before it is put into a service's shape."""

    id: str
    title: str
    authors: tuple[str, ...] = ("Ada Lovelace",)
    year: int | None = 2020
    abstract: str | None = "We measure."
    venue: str = "NeurIPS"
    doi: str = ""
    arxiv: str = ""
    retracted: bool = False


@dataclass(frozen=True)
class Reply:
    """One misbehaviour: what is sent instead of the papers."""

    status: int = 200
    body: bytes = b'{"message": "no", "error": "no", "code": "429"}'
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    trickle: float = 0.0
    """Seconds between the bytes."""


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float


class LiteratureServer:
    """Answers every service's search with `papers`; before that, the queued `replies` one by one, and `always` for
    ever. Keeps each request with its time, and how many were under way at once."""

    def __init__(self, *papers: Paper) -> None:
        self.papers = list(papers)
        self.replies: deque[Reply] = deque()
        self.always: Reply | None = None
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def __enter__(self) -> LiteratureServer:
        handler = type("Handler", (_Handler,), {"literature": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()

    def gaps(self) -> list[float]:
        """Seconds between the arrivals of successive requests."""
        times = sorted(request.at for request in self.requests)
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def answer(self, request: Request, handler: _Handler) -> None:
        with self._lock:
            self.requests.append(request)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            reply = self.replies.popleft() if self.replies else self.always
        try:
            self._send(reply or Reply(200, self._found(request)), handler)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The client's patience ended first, which is what some tests are about.
        finally:
            with self._lock:
                self._under_way -= 1

    def _send(self, reply: Reply, handler: _Handler) -> None:
        self._stopped.wait(reply.delay)
        handler.send_response(reply.status)
        for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if not reply.trickle:
            handler.wfile.write(reply.body)
            return
        for byte in reply.body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if self._stopped.wait(reply.trickle):
                return

    def _found(self, request: Request) -> bytes:
        if request.path == "/graph/v1/paper/search":
            papers = self.papers[: int(request.query["limit"])]
            return json.dumps(semantic_scholar(papers)).encode()
        if request.path == "/api/query":
            start = int(request.query["start"])
            return arxiv(self.papers[start : start + int(request.query["max_results"])], len(self.papers))
        doi = request.query.get("filter", "").removeprefix("doi:")
        papers = [paper for paper in self.papers if not doi or paper.doi == doi]
        return json.dumps(crossref(papers) if request.path == "/crossref/works" else openalex(papers)).encode()


class _Handler(BaseHTTPRequestHandler):
    literature: LiteratureServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.literature.answer(Request(address.path, query, headers, time.monotonic()), self)

    def log_message(self, format: str, *args: object) -> None:
        pass


def semantic_scholar(papers: list[Paper]) -> dict[str, object]:
    """`GET /graph/v1/paper/search`."""
    if not papers:
        return {"total": 0, "offset": 0}
    return {"total": len(papers), "offset": 0, "data": [_semantic_scholar(paper) for paper in papers]}


def _semantic_scholar(paper: Paper) -> dict[str, object]:
    ids = {
        "CorpusId": 7,
        **({"DOI": paper.doi} if paper.doi else {}),
        **({"ArXiv": paper.arxiv} if paper.arxiv else {}),
    }
    return {
        "paperId": paper.id,
        "externalIds": ids,
        "url": f"https://www.semanticscholar.org/paper/{paper.id}",
        "title": paper.title,
        "abstract": paper.abstract,
        "venue": paper.venue,
        "year": paper.year,
        "citationCount": 3,
        "authors": [{"authorId": str(number), "name": name} for number, name in enumerate(paper.authors)],
    }


def arxiv(papers: list[Paper], total: int) -> bytes:
    """`GET /api/query`: an Atom feed."""
    entries = "".join(
        f"""
  <entry>
    <id>http://arxiv.org/abs/{paper.arxiv}v2</id>
    <updated>{paper.year}-05-02T00:00:00Z</updated><published>{paper.year}-05-01T00:00:00Z</published>
    <title>{escape(paper.title)}</title>
    <summary>{escape(paper.abstract or "")}</summary>
    {"".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)}
    {f'<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">{escape(paper.doi)}</arxiv:doi>' if paper.doi else ""}
    <link href="http://arxiv.org/abs/{paper.arxiv}v2" rel="alternate" type="text/html"/>
  </entry>"""
        for paper in papers
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <title>ArXiv Query</title>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <opensearch:itemsPerPage>{len(papers)}</opensearch:itemsPerPage>{entries}
</feed>""".encode()


def openalex(papers: list[Paper]) -> dict[str, object]:
    """`GET /works` of OpenAlex."""
    return {"meta": {"count": len(papers)}, "results": [_openalex(paper) for paper in papers]}


def _openalex(paper: Paper) -> dict[str, object]:
    places: dict[str, list[int]] = {}
    for place, word in enumerate((paper.abstract or "").split()):
        places.setdefault(word, []).append(place)
    return {
        "id": f"https://openalex.org/{paper.id}",
        "doi": f"https://doi.org/{paper.doi}" if paper.doi else None,
        "display_name": paper.title,
        "publication_year": paper.year,
        "authorships": [{"author_position": "first", "author": {"display_name": name}} for name in paper.authors],
        "primary_location": {"landing_page_url": None, "source": {"display_name": paper.venue}},
        "locations": [{"landing_page_url": f"http://arxiv.org/abs/{paper.arxiv}"}] if paper.arxiv else [],
        "abstract_inverted_index": places or None,
        "cited_by_count": 3,
        "is_retracted": paper.retracted,
    }


def crossref(papers: list[Paper]) -> dict[str, object]:
    """`GET /works` of Crossref."""
    return {"status": "ok", "message-type": "work-list", "message": {"items": [_crossref(paper) for paper in papers]}}


def _crossref(paper: Paper) -> dict[str, object]:
    work: dict[str, object] = {
        "DOI": paper.doi or f"10.5555/{paper.id}",
        "title": [paper.title],
        "author": [{"given": name.rpartition(" ")[0], "family": name.rpartition(" ")[2]} for name in paper.authors],
        "issued": {"date-parts": [[paper.year]]},
        "container-title": [paper.venue],
        "is-referenced-by-count": 3,
        "URL": f"https://doi.org/{paper.doi}",
    }
    if paper.abstract:
        work["abstract"] = f"<jats:p>{paper.abstract}</jats:p>"
    if paper.retracted:
        work["updated-by"] = [{"type": "retraction", "source": "retraction-watch"}]
    return work
