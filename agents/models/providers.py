"""Registry of model providers. A new provider is one file with its client and one line in `PROVIDERS`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """What the project needs to know about a provider before it imports the provider's SDK."""

    client: str
    """Client class as `module:Class`. It is imported on first use, because importing an SDK takes about a second."""
    key_env: str = ""
    """Environment variable of the API key, unless a model names another one."""
    remote: bool = True
    """The provider is called over a network, so it gets time-outs, retries and limits."""
    needs_base_url: bool = False
    one_role: bool = False
    """One client plays one role only."""
    required_options: tuple[str, ...] = ()
    """Keys that a model's `options` must contain."""


OFFLINE = "offline"
"""The provider that plays roles by rules, without a model."""

PROVIDERS: dict[str, Provider] = {
    OFFLINE: Provider("agents.offline.client:OfflineClient", remote=False),
    "openai": Provider("agents.models.openai_responses:OpenAIResponsesClient", key_env="OPENAI_API_KEY"),
    "anthropic": Provider("agents.models.anthropic_messages:AnthropicClient", key_env="ANTHROPIC_API_KEY"),
    "openai_compatible": Provider("agents.models.openai_chat:OpenAIChatClient", needs_base_url=True),
    "replay": Provider("agents.models.replay:ReplayClient", remote=False, one_role=True, required_options=("journal",)),
    "human": Provider("agents.models.human:HumanClient", remote=False, one_role=True),
}
