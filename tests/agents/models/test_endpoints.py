"""Endpoints that people have: companies' gateways, Azure, Bedrock, Vertex; keys as they come; proxies; own certificates."""

from __future__ import annotations

import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from agents.autogen import CreateResult, LLMMessage, UserMessage
from agents.models import ModelSpec
from agents.models.build import build_client
from agents.models.config import ModelsConfig
from agents.models.endpoint import endpoint_problems
from agents.models.errors import AuthenticationFailed, Unreachable
from tests.fakes.answer import Answer
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.served import PROVIDERS, serve
from tools.errors import UserError

KEY = "qf7-wL2pX9sT4vB8nR1zK6mD3hJ0"
HELLO: list[LLMMessage] = [UserMessage(content="Well?", source="lab")]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FAKE_KEY", KEY)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


def yes(*_: Any) -> Answer:
    return Answer("Yes.")


async def ask(provider: str, base_url: str, **more: Any) -> CreateResult:
    given = {"key_env": "FAKE_KEY", "retries": 0, **more}
    return await build_client(ModelSpec(provider=provider, model="m", base_url=base_url, **given)).create(HELLO)


# The addresses that the providers document, behind the server's own.
ROUTES = {
    "Azure OpenAI, v1": ("openai", "/openai/v1", {"key_header": "api-key"}, "/openai/v1/responses"),
    "Azure OpenAI, deployment": (
        "openai_compatible",
        "/openai/deployments/d?api-version=2024-10-21",
        {"key_header": "api-key"},
        "/openai/deployments/d/chat/completions",
    ),
    "Azure's Claude": ("anthropic", "/anthropic", {"key_header": "api-key"}, "/anthropic/v1/messages"),
    "Bedrock": ("openai_compatible", "/openai/v1", {}, "/openai/v1/chat/completions"),
    "Vertex": (
        "openai_compatible",
        "/v1/projects/p/locations/l/endpoints/openapi",
        {"key_command": f"echo {KEY}"},
        "/v1/projects/p/locations/l/endpoints/openapi/chat/completions",
    ),
}


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "plain"])
@pytest.mark.parametrize(("provider", "address", "more", "path"), ROUTES.values(), ids=ROUTES)
async def test_the_routes_of_clouds(provider: str, address: str, more: Any, path: str, stream: bool) -> None:
    with (AnthropicServer if provider == "anthropic" else OpenAIServer)(yes, key=KEY) as server:
        result = await ask(provider, server.origin + address, stream=stream, **more)
        assert result.content == "Yes."
    sent, (headers,) = urlsplit(server.paths[0]), server.headers
    assert sent.path == path and parse_qs(sent.query) == ({"api-version": ["2024-10-21"]} if "?" in address else {})
    if "key_header" in more:
        assert headers["api-key"] == KEY and not {"authorization", "x-api-key"} & set(headers)
    else:
        assert headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_headers_and_query_of_a_gateway(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_TOKEN", "t0ken-of-the-team\n")
    with serve(provider, yes, ["401"]) as server:
        more = {"headers": {"x-team": "${TEAM_TOKEN}"}, "query": {"tenant": "a b"}}
        with pytest.raises(AuthenticationFailed) as caught:
            await ask(provider, server.base_url, **more)
        await ask(provider, server.base_url, **more)
    assert server.headers[-1]["x-team"] == "t0ken-of-the-team"
    assert parse_qs(urlsplit(server.paths[-1]).query) == {"tenant": ["a b"]}
    assert "t0ken" not in str(caught.value)


async def test_a_key_with_a_line_break_is_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", f" {KEY}\n")
    with serve("openai_compatible", yes, key=KEY) as server:
        assert (await ask("openai_compatible", server.base_url)).content == "Yes."


@pytest.mark.parametrize("value", ["kéy", "a\nb", "  "], ids=["beyond ASCII", "two lines", "blank"])
def test_a_key_that_no_header_holds_is_refused_before_any_call(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", value)
    spec = ModelSpec(provider="openai", model="m", key_env="FAKE_KEY")
    with pytest.raises(UserError, match="FAKE_KEY") as caught:
        build_client(spec)
    assert value not in str(caught.value) or not value.strip()
    assert endpoint_problems(ModelsConfig(models={"m": spec}, default="m")) == [str(caught.value)]


async def test_a_key_that_expires_is_fetched_again(tmp_path: Path) -> None:
    """The command prints the next line of a file each time."""
    keys = tmp_path / "keys"
    keys.write_text(f"expired-key-0123\n{KEY}\n")
    command = f"sh -c 'head -n 1 {keys} && sed -i 1d {keys}'"
    with serve("openai_compatible", yes, key=KEY) as server:
        assert (await ask("openai_compatible", server.base_url, key_command=command)).content == "Yes."
    assert len(server.requests) == 2


def test_a_key_command_that_fails_is_named() -> None:
    with pytest.raises(UserError, match="no_such_command"):
        build_client(ModelSpec(provider="openai", model="m", key_command="no_such_command"))


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, {"max_tokens": 16_000}),
        ({"max_completion_tokens": 5}, {"max_completion_tokens": 5}),
        ({"max_tokens": None}, {}),
    ],
)
async def test_the_limit_of_the_answer_can_be_named_anew_or_removed(options: Any, sent: Any) -> None:
    with serve("openai_compatible", yes) as server:
        await ask("openai_compatible", server.base_url, options=options)
    assert {name: value for name, value in server.requests[0].items() if name.startswith("max_")} == sent


class Newer(OpenAIServer):
    """Refuses `max_tokens`, as newer models do."""

    def read(self, path: str, body: dict[str, Any]) -> Any:
        assert "max_tokens" not in body, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return super().read(path, body)


async def test_a_server_that_wants_the_new_name_is_sent_it() -> None:
    with Newer(yes) as server:
        client = build_client(ModelSpec(provider="openai_compatible", model="m", base_url=server.base_url, key_env=""))
        await client.create(HELLO)
        await client.create(HELLO)
    assert ["max_completion_tokens" in request for request in server.requests] == [False, True, True]


# --- proxies and certificates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://127.0.0.1:9"])
async def test_a_proxy_that_is_not_there_is_unreachable(
    provider: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(Unreachable):
        await ask(provider, "http://model.invalid/v1")


def test_a_proxy_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:9")
    with pytest.raises(UserError, match="ALL_PROXY"):
        build_client(ModelSpec(provider="openai", model="m", key_env="FAKE_KEY"))


def test_certificates_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    with pytest.raises(UserError, match=r"SSL_CERT_FILE: .* /no/such\.pem"):
        build_client(ModelSpec(provider="openai", model="m", key_env="FAKE_KEY"))


@pytest.fixture
def certified(tmp_path: Path) -> Path:
    """A certificate for this machine that no authority signed, in one file with its key."""
    pem = tmp_path / "own.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run([*command, "-keyout", pem, "-out", f"{pem}.crt", *subject], check=True, capture_output=True)
    pem.write_text(pem.read_text() + Path(f"{pem}.crt").read_text())
    return pem


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_own_certificates_are_trusted_once_named(
    provider: str, certified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(401)

        def log_message(self, *_: Any) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            await ask(provider, f"https://127.0.0.1:{http.server_port}/v1")
        monkeypatch.setenv("SSL_CERT_FILE", str(certified))
        with pytest.raises(AuthenticationFailed):
            await ask(provider, f"https://127.0.0.1:{http.server_port}/v1")
    finally:
        http.shutdown()
        http.server_close()
