"""A model server over real HTTP, with a brain behind it and faults on demand. Its protocol is a subclass's."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from agents.autogen import LLMMessage, ToolSchema
from tests.fakes.answer import Answer, Brain
from tests.fakes.faults import LAPSES, lapse

ERRORS = {
    "429": (429, "rate limit reached"),
    "429 retry-after": (429, "rate limit reached"),
    "429 no credit": (429, "You exceeded your current quota"),
    "500": (500, "internal error"),
    "529": (529, "Overloaded"),
    "401": (401, "invalid key"),
    "404": (404, "no such model"),
    "400": (400, "unknown field: temprature"),
    "400 too long": (400, "prompt is too long: 250000 tokens > 200000 maximum context length"),
}
"""Faults that are an error reply. The others: `html`, `malformed`, `wrong types`, `empty`, `silence`, `reset`,
`early end`, `error in stream`, and those of the model itself: `refusal`, `filter`, `cut` (`cut text` and `cut call` wait
for an answer of their kind), and the lapses of `faults.py`."""


Faults = Callable[[list[LLMMessage], list[ToolSchema]], str | None]
"""The fault that a request meets, if any."""


def _in_turn(faults: Iterable[str | None]) -> Faults:
    remaining = iter(faults)
    return lambda messages, tools: next(remaining, None)


@dataclass
class ModelServer(ABC):
    """`faults` are names, one a request, None for none, or a function from a request to one; when they are used up, there
    are no more, and `injected` are those that happened. `requests` are the bodies that came, `headers` and `paths` what came
    with them.
    The prompt cache is counted as the provider's own works."""

    brain: Brain
    faults: Iterable[str | None] | Faults = ()
    key: str = ""
    retry_after: str = "0.05"
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    usages: list[dict[str, int]] = field(default_factory=list)
    injected: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._faults = self.faults if callable(self.faults) else _in_turn(self.faults)
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self.asked = threading.Event()
        model_server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                model_server.handle(self)

            def log_message(self, *_: Any) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def handle(self, http: BaseHTTPRequestHandler) -> None:
        body = json.loads(http.rfile.read(int(http.headers["content-length"])))
        with self._lock:
            self.requests.append(body)
            self.headers.append({name.lower(): value for name, value in http.headers.items()})
            self.paths.append(http.path)
            http.path = http.path.partition("?")[0]
            fault = self._fault(http.path, body)
        self.asked.set()
        sent = (
            http.headers.get("x-api-key"),
            http.headers.get("api-key"),
            (http.headers.get("authorization") or "")[7:],
        )
        if self.key and self.key not in sent:
            fault = "401"
        if fault in ERRORS:
            self.injected.append(fault)
            status, text = ERRORS[fault]
            headers = {"retry-after": self.retry_after} if fault == "429 retry-after" else {}
            _send(http, status, "application/json", json.dumps(self.error(fault, text)).encode(), headers)
        elif fault == "html":
            self.injected.append(fault)
            _send(http, 200, "text/html", b"<!doctype html><html><body>Bad gateway</body></html>")
        else:
            self._answer(http, body, fault)

    def _fault(self, path: str, body: dict[str, Any]) -> str | None:
        try:
            return self._faults(*self.read(path, body))
        except AssertionError:
            return self._faults([], [])

    def _answer(self, http: BaseHTTPRequestHandler, body: dict[str, Any], fault: str | None) -> None:
        try:
            asked = self.read(http.path, body)
        except AssertionError as error:
            _send(http, 400, "application/json", json.dumps(self.error("400", str(error))).encode())
            return
        answer = self.brain(*asked)
        if inspect.isawaitable(answer):
            answer = asyncio.run(_resolved(answer))
        with self._lock:
            fault = self._fitting(fault, answer)
            if fault in LAPSES:
                answer, fault = lapse(fault, answer, asked[1]), None
            usage = self.count(http.path, body, answer)
            self.usages.append(usage)
        if body.get("stream"):
            kind, pieces = "text/event-stream", list(self.stream(http.path, body, answer, usage, fault))
        else:
            kind, pieces = "application/json", _halves(json.dumps(self.whole(http.path, answer, usage, fault)).encode())
        if fault == "malformed":
            pieces = (
                [pieces[0][: len(pieces[0]) - 3]] if kind == "application/json" else [b'event: x\ndata: {"a": \n\n']
            )
        if fault in ("early end", "reset", "silence"):
            pieces = pieces[: len(pieces) // 2]
        http.send_response(200)
        http.send_header("content-type", kind)
        http.end_headers()
        for piece in pieces:
            http.wfile.write(piece)
            http.wfile.flush()
        if fault == "silence":
            self.closing.wait(20)
        if fault == "reset":
            http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            http.connection.close()

    def _fitting(self, fault: str | None, answer: Answer) -> str | None:
        """The fault that happens to this answer. A cut of the other kind waits for the next answer that it fits."""
        kind = "cut call" if answer.calls else "cut text"
        if fault in ("cut text", "cut call") and fault != kind:
            self._waiting.append(fault)
            fault = None
        if fault is None and kind in self._waiting:
            self._waiting.remove(kind)
            fault = kind
        if fault:
            self.injected.append(fault)
        return "cut" if fault == kind else fault

    @abstractmethod
    def read(self, path: str, body: dict[str, Any]) -> tuple[list[LLMMessage], list[ToolSchema]]:
        """The request as our own clients have it."""

    @abstractmethod
    def whole(self, path: str, answer: Answer, usage: dict[str, int], fault: str | None) -> Any:
        """The answer in one piece."""

    @abstractmethod
    def stream(
        self, path: str, body: dict[str, Any], answer: Answer, usage: dict[str, int], fault: str | None
    ) -> Iterator[bytes]:
        """The answer as server-sent events."""

    @abstractmethod
    def error(self, fault: str, text: str) -> Any:
        """The body of an error reply."""

    @abstractmethod
    def count(self, path: str, body: dict[str, Any], answer: Answer) -> dict[str, int]:
        """Tokens: `prompt`, all of it; `cached` and `written`, parts of it; `answer`."""


def event(name: str | None, data: Any) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def tokens(text: str) -> int:
    return (len(text) + 3) // 4


def answer_tokens(answer: Answer) -> int:
    return tokens(answer.thinking + answer.text + "".join(call.name + call.arguments for call in answer.calls))


def pieces_of(text: str) -> list[str]:
    """Text in three pieces, as a stream brings it."""
    step = max(1, (len(text) + 2) // 3)
    return [text[start : start + step] for start in range(0, len(text), step)]


def spoken(text: str) -> tuple[str, str]:
    """Who said it, and what, from a user's text with the speaker's name before it."""
    if text.startswith("[") and "] says:\n" in text:
        name, _, rest = text[1:].partition("] says:\n")
        return name, rest
    return "user", text


def _halves(data: bytes) -> list[bytes]:
    return [data[: len(data) // 2], data[len(data) // 2 :]]


async def _resolved(answer: Awaitable[Answer]) -> Answer:
    return await answer


def _send(
    http: BaseHTTPRequestHandler, status: int, kind: str, data: bytes, headers: dict[str, str] | None = None
) -> None:
    http.send_response(status)
    for name, value in {"content-type": kind, "content-length": str(len(data)), **(headers or {})}.items():
        http.send_header(name, value)
    http.end_headers()
    http.wfile.write(data)
