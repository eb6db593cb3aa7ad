"""The providers there are, and what is true of each. A new one is a line here, a file with its client, and a line in
`build.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """`key_env` names the variable that a provider's key is read from, unless a model names another; `remote` providers are
    called over a network, so they have time-outs, retries and limits; `one_role`: a client plays one role only."""

    key_env: str = ""
    remote: bool = True
    needs_base_url: bool = False
    one_role: bool = False


PROVIDERS: dict[str, Provider] = {
    "offline": Provider(remote=False),
    "openai": Provider(key_env="OPENAI_API_KEY"),
    "anthropic": Provider(key_env="ANTHROPIC_API_KEY"),
    "openai_compatible": Provider(needs_base_url=True),
    "replay": Provider(remote=False, one_role=True),
    "human": Provider(remote=False, one_role=True),
}
