"""What every request passes first: the right host, the right origin, the token; and the headers of every answer.

A page of another site in the same browser can send requests to this server, and a host name of another site can be made to
resolve to this machine. Neither knows the token, and both show a foreign host or origin.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "token"
"""Parameter of the first address; afterwards a cookie holds the token, so that it stays out of links and histories."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without any referrer, browsers send forms with a null origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets requests through that come from this machine's own browser with the token."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: Sequence[str]) -> None:
        """`hosts`: the values of the Host header that are accepted, with the port, such as `127.0.0.1:8000`."""
        self._app, self._token, self._hosts = app, token, frozenset(hosts)
        self._cookie = "colloquium_" + next(iter(hosts)).rpartition(":")[2]
        """Browsers share cookies between the ports of a host, so the name contains the port."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refused(scope, Headers(scope=scope))
        await (refused or self._app)(scope, receive, send_guarded)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that does not pass, None if it passes."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return PlainTextResponse("This server answers only under its own address.", 421)
        changes = scope["method"] not in ("GET", "HEAD")
        if origin != f"http://{host}" and (origin is not None or changes):
            return PlainTextResponse("The request comes from another site.", 403)
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
            return PlainTextResponse("The request comes from another site.", 403)
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if (given := dict(query).get(TOKEN)) is not None and self._is_token(given) and not changes:
            rest = urlencode([(name, value) for name, value in query if name != TOKEN])
            path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
            moved = RedirectResponse(f"/{path.lstrip('/')}" + (f"?{rest}" if rest else ""), 303)
            moved.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
            return moved
        cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        if cookie is None or not self._is_token(cookie.value):
            return PlainTextResponse("Open the address that `run.py view` printed: it contains the token.", 403)
        return None

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())
