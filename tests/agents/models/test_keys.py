"""A key goes to the server that it is for, and nowhere else."""

from __future__ import annotations

import pytest

from agents.autogen import UserMessage
from agents.models import ModelSpec
from agents.models.build import build_client
from agents.models.errors import redact
from tests.fakes.answer import Answer
from tests.fakes.served import KEY_VARIABLE, PROVIDERS, serve

KEY = "qf7-wL2pX9sT4vB8nR1zK6mD3hJ0"
OTHERS = (
    "OPENAI_API_KEY",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "S2_API_KEY",
)


@pytest.mark.parametrize(
    "said",
    [
        f"invalid: {KEY}",
        f"invalid: {KEY}!" * 9,
        f"invalid: {KEY[:12]}************{KEY[-8:]}",
        f"Bearer {KEY}",
        f"x={KEY[3:]}",
    ],
)
def test_what_is_told_holds_no_piece_of_the_key(said: str) -> None:
    told = redact(said, KEY)
    assert not any(KEY[start : start + 8] in told for start in range(len(KEY) - 7)) and "[key]" in told


def test_what_looks_like_a_key_is_not_told_either() -> None:
    assert redact("no such key: sk-ant-0123456789", KEY) == "no such key: [key]"


@pytest.mark.parametrize("variable", [KEY_VARIABLE, ""], ids=["with a key", "without"])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_server_is_sent_its_own_key_only(provider: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI's organisation and project go to OpenAI only."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    for name in OTHERS:
        monkeypatch.setenv(name, f"planted-{name}")
    with serve(provider, lambda messages, tools: Answer("Yes.")) as server:
        client = build_client(ModelSpec(provider=provider, model="m", base_url=server.base_url, key_env=variable))
        await client.create([UserMessage(content="Well?", source="lab")])
    sent = str(server.headers)
    assert (KEY in sent) == bool(variable)
    assert [name for name in OTHERS if f"planted-{name}" in sent] == (
        ["OPENAI_ORG_ID", "OPENAI_PROJECT_ID"] if provider == "openai" else []
    )
