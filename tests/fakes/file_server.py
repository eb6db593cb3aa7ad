"""A web server for one file, with the manners that downloads meet: going on or not, breaking off, another file."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves `content` at every path. `breaks_after` bytes the connection is cut, as often as `breaks` says."""

    def __init__(self, content: bytes, *, ranges: bool = True, breaks: int = 0, breaks_after: int = 0) -> None:
        self.content, self.ranges, self.breaks, self.breaks_after = content, ranges, breaks, breaks_after
        self.asked: list[str] = []
        """The Range header of each request, empty where there was none."""
        self.sent = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range", "")
                server.asked.append(wanted)
                start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted and server.ranges else 0
                body = server.content[start:]
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if server.breaks:
                    server.breaks -= 1
                    body = body[: server.breaks_after]
                server.sent += len(body)  # before the last byte is out, as the client then asks at once
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keeps the test's output clean."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}/file"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def __enter__(self) -> FileServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
