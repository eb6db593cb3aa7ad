"""The providers there are. A new one is one new file with a client, and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autogen_core.models import ChatCompletionClient

if TYPE_CHECKING:
    from agents.models.config import ModelSpec


@dataclass(frozen=True)
class Seat:
    """What a client may know of whom it plays: the run's seed, and the role where one client plays one role."""

    seed: int = 0
    role: str = ""


@dataclass(frozen=True)
class Provider:
    """How a provider's client is made. `key_env` names the variable that its key is read from, unless a model names
    another; `remote` providers are called over a network, so they have time-outs, retries and limits."""

    client: Callable[[ModelSpec, Seat], ChatCompletionClient]
    key_env: str = ""
    remote: bool = True
    needs_base_url: bool = False
    one_role: bool = False


def _anthropic(spec: ModelSpec, seat: Seat) -> ChatCompletionClient:
    from agents.models.anthropic_messages import AnthropicClient

    return AnthropicClient(spec)


def _openai(spec: ModelSpec, seat: Seat) -> ChatCompletionClient:
    from agents.models.openai_responses import OpenAIResponsesClient

    return OpenAIResponsesClient(spec)


def _openai_compatible(spec: ModelSpec, seat: Seat) -> ChatCompletionClient:
    from agents.models.openai_chat import OpenAIChatClient

    return OpenAIChatClient(spec)


def _offline(spec: ModelSpec, seat: Seat) -> ChatCompletionClient:
    from agents.models.offline import OfflineClient

    return OfflineClient(seed=seat.seed)


def _replay(spec: ModelSpec, seat: Seat) -> ChatCompletionClient:
    from agents.models.replay import ReplayClient

    return ReplayClient(spec, seat.role)


def _human(spec: ModelSpec, seat: Seat) -> ChatCompletionClient:
    from agents.models.human import HumanClient

    return HumanClient(seat.role)


PROVIDERS: dict[str, Provider] = {
    "offline": Provider(_offline, remote=False),
    "openai": Provider(_openai, key_env="OPENAI_API_KEY"),
    "anthropic": Provider(_anthropic, key_env="ANTHROPIC_API_KEY"),
    "openai_compatible": Provider(_openai_compatible, needs_base_url=True),
    "replay": Provider(_replay, remote=False, one_role=True),
    "human": Provider(_human, remote=False, one_role=True),
}
